/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One site's PHP: from its choice to what its view shows.
 *
 * Root makes, at SC_PROXY_DIR/<uid>/<id>.proxy/php, which is SC_PHP_INSIDE in the site:
 *
 *     bin/php-cgi, php, php-cli, php-fpm, lsphp   links to the chosen version's programs
 *     bin/php-cgi8.2 …              names of the native version's own, to native/
 *     native/php-cgi …              the native programs, which are covered at their own places
 *     cl.php.d/alt-php81/alt_php.ini  the chosen extensions of each version
 *     cl.selector/php …             as CageFS has them
 *
 * and the view has, by "php" lines of the plan (core/cage/phpbinds.h): sitecage-php, which runs
 * what bin/ says, over the native programs; cl.php.d/alt-php81 over the scan directories of version
 * 8.1; cl.selector over /etc/cl.selector. Another version is other links; only from the native one
 * and to it are there mounts to be made. */
#ifndef SC_PHP_SITE_H
#define SC_PHP_SITE_H

#include "core/base/error.h"
#include "core/php/catalogue.h"
#include "core/php/choice.h"
#include "core/php/user.h"
#include "core/plan/planfile.h"

#define SC_PHP_INSIDE "/run/sitecage/php"
#define SC_PHP_ENTRY  SC_LIBEXECDIR "/sitecage-php"
#define SC_PHP_LINE   "php" /* the kind of sys lines */

/* Loaded at first use: a pass over accounts that all have the native PHP never asks for it. */
struct sc_php_lazy {
    bool loaded, failed;
    struct sc_php_catalogue c;
};

void sc_php_lazy_done(struct sc_php_lazy *l);
/* NULL when it cannot be loaded (the log says why): then everybody has the native PHP. */
struct sc_php_catalogue *sc_php_lazy_get(struct sc_php_lazy *l);

/* What the site chose; where it has chosen nothing yet, what it inherits: the account's version and
 * extensions of every version, else the administrator's default. A file that cannot be read counts
 * as the native version (the log says why). *ret_own, where it is asked for: the site has a choice of
 * its own, or one that cannot be read. Changes nothing. SC_E_NOMEM. */
int sc_php_site_choice(const struct sc_php_owner *o, const char *token, struct sc_php_choice *ret,
                       bool *ret_own, struct sc_error *err);

/* Removes p's "php" lines and adds those of this choice. Looks at what exists; changes nothing. */
int sc_php_site_lines(struct sc_php_lazy *l, const struct sc_php_choice *c, struct sc_planfile *p,
                      struct sc_error *err);

/* Makes the directory above, which must have its <id>.proxy, or makes it again. Running sites see
 * it at once. Needs root and the account's lock. */
int sc_php_site_make(struct sc_php_lazy *l, const struct sc_php_choice *c, uid_t uid, unsigned id,
                     struct sc_error *err);

/* The extensions of `php` that the choice loads: chosen ones that there are, or its defaults; with
 * what is fixed. sc_php_modules() was called. */
int sc_php_enabled(const struct sc_php *php, const struct sc_php_choice *c,
                   struct sc_php_names *ret, struct sc_error *err);

/* Appends alt_php.ini: the ini files of those extensions (root's files), in order of loading. */
int sc_php_ini(const struct sc_php *php, const struct sc_php_choice *c, uid_t owner,
               struct sc_buf *out, struct sc_error *err);

#endif
