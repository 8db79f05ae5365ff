/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/php.h"

#include "core/base/cleanup.h"
#include "core/base/log.h"

struct sc_php_owner sc_php_owner_of(const struct sc_account *a)
{
    return (struct sc_php_owner){
        .uid = a->uid, .gid = a->gid, .homefd = a->homefd, .home = a->home};
}

int sc_pass_php_lines(struct sc_php_lazy *l, const struct sc_account *a, const char *token,
                      struct sc_planfile *p, struct sc_error *err)
{
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice c = {0};
    struct sc_php_owner o = sc_php_owner_of(a);
    int rc = sc_php_site_choice(&o, token, &c, NULL, err);
    return rc < 0 ? rc : sc_php_site_lines(l, &c, p, err);
}

int sc_pass_php_make(const struct sc_tools *t, struct sc_php_lazy *l, const struct sc_account *a,
                     unsigned id, const char *token, struct sc_error *err)
{
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice c = {0};
    struct sc_php_owner o = sc_php_owner_of(a);
    struct sc_error why = SC_ERROR_INIT;
    bool own = true;
    int rc = sc_php_site_choice(&o, token, &c, &own, err);
    if (rc < 0)
        return rc;
    if (!own && sc_php_site_write(&o, token, &c, &why) < 0)
        sc_log("site %u of %s: its PHP selection cannot be kept: %s", id, a->user, why.text);
    return t->php.make(l, &c, a->uid, id, err);
}
