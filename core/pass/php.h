/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PHP in a pass over an account: each isolated site's choice, made once and then the site's own. */
#ifndef SC_PASS_PHP_H
#define SC_PASS_PHP_H

#include "core/base/error.h"
#include "core/php/site.h"
#include "core/account/account.h"
#include "core/pass/made.h"
#include "core/pass/tools.h"

/* What the site chose, or inherits (sc_php_site_choice()). Changes nothing. */
int sc_pass_php_read(const struct sc_account *a, const char *token, struct sc_made_php *ret,
                     struct sc_error *err);

/* A site that has no choice of its own yet gets what it inherits; then what its view shows is made.
 * After sc_storage_make() and sc_proxy_site_make(). A home that cannot be written is no error: the
 * next pass tries again. */
int sc_pass_php_make(const struct sc_tools *t, struct sc_php_lazy *l, const struct sc_account *a,
                     unsigned id, const char *token, const struct sc_made_php *php,
                     struct sc_error *err);

struct sc_php_owner sc_php_owner_of(const struct sc_account *a);

#endif
