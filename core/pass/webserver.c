/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/webserver.h"

#include "core/base/log.h"
#include "core/base/service.h"
#include "core/php/fpm/taken.h"
#include "core/server/server.h"
#include "core/web/module.h"
#include "core/web/serve/service.h"

static void tell(const struct sc_watch *w, const struct sc_error *why)
{
    sc_log("Apache: %s", why->text);
    sc_watch_notice(w,
                    "Apache does not hold to the cages of isolated sites (links, .htaccess and "
                    "other sites' PHP-FPM pools): %s",
                    why->text);
}

bool sc_pass_webserver_wanted(const struct sc_server *s)
{
    return s->conf.apache_module && sc_web_module_has_apache();
}

/* sitecage.conf says no. */
static void take_out(const struct sc_watch *w)
{
    if (sc_fpm_any_routed())
        sc_watch_notice(w, "Apache keeps mod_sitecage as long as it takes PHP of isolated sites to "
                           "their own php-fpm: run cagefsctl --site-isolation-regenerate for each "
                           "account that has any");
    else
        sc_pass_webserver_off(w);
}

bool sc_pass_webserver_on(const struct sc_server *s, const struct sc_watch *w)
{
    struct sc_error err = SC_ERROR_INIT;
    bool switched = false;
    if (!sc_web_module_has_apache())
        return false;
    if (!s->conf.apache_module) {
        take_out(w);
        return sc_web_module_guards();
    }
    int rc = sc_web_service_start(&err);
    if (rc == 0)
        rc = sc_web_module_on(&switched, &err);
    if (switched)
        sc_log("Apache: mod_sitecage is switched on");
    if (rc == 0)
        return true;
    tell(w, &err);
    return sc_web_module_guards();
}

void sc_pass_webserver_off(const struct sc_watch *w)
{
    struct sc_error err = SC_ERROR_INIT;
    bool was_on = sc_web_module_guards();
    int rc = sc_web_module_off(&err);
    if (rc < 0) {
        sc_log("Apache: mod_sitecage stays loaded: %s", err.text);
        sc_watch_notice(w,
                        "Apache has mod_sitecage loaded until it reads its configuration again: %s",
                        err.text);
    } else if (was_on) {
        sc_log("Apache: mod_sitecage is switched off");
    }
    if (sc_web_service_running() && sc_web_service_stop(&err) < 0)
        sc_log("%s", err.text);
}

void sc_pass_webserver_revive(const struct sc_server *s)
{
    struct sc_error err = SC_ERROR_INIT;
    bool on = false;
    if (sc_by_systemd() || sc_web_service_running() || !s->conf.apache_module ||
        sc_policy_enabled(&s->policy, &on, NULL) < 0 || !on || !sc_web_module_guards())
        return;
    if (sc_web_service_start(&err) < 0)
        sc_log("%s", err.text);
    else
        sc_log("the service for web servers had ended, and is started again");
}
