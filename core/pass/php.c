/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/php.h"

#include "core/base/cleanup.h"
#include "core/base/log.h"

struct sc_php_owner sc_php_owner_of(const struct sc_account *a)
{
    return (struct sc_php_owner){
        .uid = a->uid, .gid = a->gid, .homefd = a->homefd, .home = a->home};
}

int sc_pass_php_read(const struct sc_account *a, const char *token, struct sc_made_php *ret,
                     struct sc_error *err)
{
    struct sc_php_owner o = sc_php_owner_of(a);
    int rc = sc_php_site_choice(&o, token, &ret->choice, &ret->own, err);
    ret->known = rc == 0;
    return rc;
}

int sc_pass_php_make(const struct sc_tools *t, struct sc_php_lazy *l, const struct sc_account *a,
                     unsigned id, const char *token, const struct sc_made_php *php,
                     struct sc_error *err)
{
    struct sc_php_owner o = sc_php_owner_of(a);
    struct sc_error why = SC_ERROR_INIT;
    if (!php->own && sc_php_site_write(&o, token, &php->choice, &why) < 0)
        sc_log("site %u of %s: its PHP selection cannot be kept: %s", id, a->user, why.text);
    return t->php.make(l, &php->choice, a->uid, id, err);
}
