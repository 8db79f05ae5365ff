/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where choices lie in a home: the account's in ~/.cl.selector/ (defaults.cfg, alt_phpXX.cfg), a
 * site's in its own storage. All is read and written beneath the home with the user's rights. */
#ifndef SC_PHP_USER_H
#define SC_PHP_USER_H

#include <sys/types.h>
#include "core/base/error.h"
#include "core/php/catalogue.h"
#include "core/php/choice.h"

#define SC_PHP_USER_DIR  ".cl.selector"
#define SC_PHP_SITE_FILE "php/defaults.cfg" /* in the site's storage */

struct sc_php_owner {
    uid_t uid;
    gid_t gid;
    int homefd;
    const char *home; /* for messages */
};

/* The account's choice; an empty one where there is none. `version` stays "" where the user chose
 * nothing. SC_E_INVAL, SC_E_DENIED, SC_E_TOOBIG name the file. */
int sc_php_user_read(const struct sc_php_owner *o, struct sc_php_choice *ret, struct sc_error *err);

/* Writes defaults.cfg, and with `name` not NULL that version's alt_phpXX.cfg, which is removed
 * where nothing is chosen. */
int sc_php_user_write(const struct sc_php_owner *o, const struct sc_php_choice *c, const char *name,
                      struct sc_error *err);

/* A site's choice. SC_E_NOTFOUND: it has none yet. `token`: its storage's name. */
int sc_php_site_read(const struct sc_php_owner *o, const char *token, struct sc_php_choice *ret,
                     struct sc_error *err);
int sc_php_site_write(const struct sc_php_owner *o, const char *token,
                      const struct sc_php_choice *c, struct sc_error *err);

/* The version= of the administrator's defaults.cfg, "native" where there is none or it cannot be
 * read. */
void sc_php_default_version(const struct sc_php_places *where, char ret[SC_PHP_NAME_MAX + 1]);

#endif
