/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places outside of homes that root's configuration has sites use: Alias targets of the web server,
 * files and directories that PHP's own configuration names (auto_prepend_file, include_path). Sites
 * see them read-only. What a user wrote names nothing here. */
#ifndef SC_FACTS_SHOWN_H
#define SC_FACTS_SHOWN_H

#include <stddef.h>
#include "core/account/account.h"
#include "core/base/error.h"
#include "core/coverage/coverage.h"
#include "core/facts/facts.h"
#include "core/web/showable.h"
#include "core/web/vhosts.h"

/* sc_showable_find() for the account. */
int sc_shown_find(const struct sc_account *a, const struct sc_vhosts *hosts, const char *path,
                  char **ret, struct sc_error *err);

/* Adds that place for one site (its document root below the home; NULL: for all). Paths that were asked
 * before are not looked at again. */
int sc_shown_add(struct sc_shown *s, const struct sc_account *a, const struct sc_vhosts *hosts,
                 const char *site_rel, const char *path, struct sc_error *err);

/* The same for a directory (sessions, uploads) in whose place the site is to have one of its own: nothing of it is
 * shown, so it may be the account's. */
int sc_shown_add_own(struct sc_shown *s, const struct sc_account *a, const struct sc_vhosts *hosts,
                     const char *site_rel, const char *path, struct sc_error *err);

/* What a pool's PHP needs where it lies elsewhere than in the trees that every site sees: the directory around its
 * sbin, without the directories of pools' files. */
int sc_shown_add_php(struct sc_shown *s, const struct sc_account *a, const struct sc_vhosts *hosts,
                     const char *site_rel, const struct sc_fpm_known *pool, struct sc_error *err);

/* Takes out the places in which pools of PHP-FPM listen: whoever sees a socket has the
 * pool run what he sends it, outside of every site. */
void sc_shown_without_pools(struct sc_shown *s, const struct sc_fpm_places *pools);

/* What `path` leads to, where that is a file or directory which nobody but root can have put there, and
 * in no home; else *ret is NULL. The caller frees it. SC_E_NOMEM, SC_E_SYS. */
int sc_shown_roots(const struct sc_account *a, const char *path, char **ret, struct sc_error *err);

/* What the configuration of the installed PHP versions names, each once. Does nothing where *ret has been
 * filled before. SC_E_NOMEM, SC_E_SYS. */
int sc_shown_of_php(struct sc_named_paths *ret, struct sc_error *err);

#endif
