/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What selectorctl asks of the engine: the PHP of an account, or of one isolated site of it. */
#ifndef SC_ENGINE_PHP_H
#define SC_ENGINE_PHP_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/php/site.h"
#include "core/account/account.h"
#include "core/engine/engine.h"

struct sc_php_target {
    struct sc_account account; /* locked */
    unsigned site;             /* 0: the account itself */
    char token[40];            /* the site's */
    struct sc_php_choice choice;
    char version[SC_PHP_NAME_MAX + 1]; /* the one that counts: chosen, or the administrator's */
};

/* Opens the account of `uid`, and the isolated site of its `domain` (NULL: the account itself), and
 * reads what was chosen. The policy is asked only about a domain that is not isolated.
 * SC_E_NOTENABLED, SC_E_DENIED: isolation is off or not allowed; SC_E_NOTFOUND: not a domain of
 * his; SC_E_INVAL: not isolated. Needs root. `s` may be NULL without a domain. */
int sc_engine_php_open(struct sc_server *s, uid_t uid, const char *domain,
                       struct sc_php_target *ret, struct sc_error *err);
void sc_php_target_done(struct sc_php_target *t);

/* Stores t->choice, changed by the caller: the version (`name` NULL), or the extensions of the
 * version `name`. A site's running view follows at once, and its PHP programs that outlive a
 * request end (sc_ending_php()); of other sites nothing is touched. */
int sc_engine_php_save(struct sc_server *s, struct sc_php_target *t, const char *name,
                       struct sc_error *err);

#endif
