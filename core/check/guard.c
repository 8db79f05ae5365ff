/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether Apache holds to the cages: mod_sitecage. */
#include "core/check/internal.h"
#include "core/server/server.h"
#include "core/web/module.h"

#define NAME  "web server: mod_sitecage"
#define UNTIL "links, .htaccess files and other sites' PHP-FPM pools are not held to the cages"

void sc_check_guard(struct sc_checks *c, const struct sc_server *s, bool enabled)
{
    enum sc_web_module_is is = sc_web_module_look(NULL);
    if (is == SC_WEB_MODULE_NO_APACHE)
        return;
    if (is == SC_WEB_MODULE_ACTIVE)
        sc_check_add(c, NAME, SC_CHECK_OK, "the running Apache has it");
    else if (is == SC_WEB_MODULE_WAITS)
        sc_check_add(c, NAME, SC_CHECK_OK, "Apache does not run, and has it when it starts");
    else if (!enabled)
        sc_check_add(c, NAME, SC_CHECK_SKIPPED, "not in Apache: the feature is off");
    else if (!s->conf.apache_module)
        sc_check_add(c, NAME, SC_CHECK_SKIPPED,
                     "not in Apache, because sitecage.conf says apache_module = off: " UNTIL);
    else
        sc_check_add(c, NAME, SC_CHECK_WARNING,
                     "Apache does not have it: " UNTIL "; cagefsctl --site-isolation-allow-all "
                     "puts it in, or says why it cannot");
}
