/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sites can be shown outside of their home, where root's configuration names it: an Alias, a wrapper of PHP, PHP
 * itself. What of it a site is shown, core/facts/shown.h says; that it can be, the judgement asks as well. Needs root. */
#ifndef SC_WEB_SHOWABLE_H
#define SC_WEB_SHOWABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/web/vhosts.h"

struct sc_show_for { /* an account */
    uid_t uid;
    const char *home;
};

/* Finds the place that has to be shown for `path`: for a file the directory that it lies in (for a program also where that
 * is the account's, as panels keep wrappers of PHP), for the public directory of an application the application, where
 * that shows nothing more than that. *ret (the caller's to free) is NULL where nothing is to be shown:
 *  - it is missing, in a home, or around one; the directory above a named one, also around another document root of the
 *    server (what root's configuration names itself is shown, whatever lies in it);
 *  - sites have it anyhow (/usr, /etc, …), or must not (/root, /run, logs, spools);
 *  - somebody but root could put something else in its place.
 * SC_E_NOMEM, SC_E_SYS. */
int sc_showable_find(const struct sc_show_for *to, const struct sc_vhosts *hosts, const char *path,
                     char **ret, struct sc_error *err);

/* Whether a site can run the program: 1, also of one that is missing; 0, then *ret_by (the caller's to free) is what keeps
 * it from being shown because others than root can change it, or NULL. Not for what is in the account's home. */
int sc_showable_sees(const struct sc_show_for *to, const struct sc_vhosts *hosts, const char *path,
                     char **ret_by, struct sc_error *err);

/* It lies in a tree that every site sees. Pure. */
bool sc_showable_is_every(const char *path);

/* The directory around the sbin of a php-fpm, "" where that is the root: what is to be shown for it to run. NULL: no
 * memory. Pure. */
char *sc_showable_php_dir(const char *exe);

/* Whether its main file lies in that directory itself: beside it nothing would be left to show. Pure. */
bool sc_showable_is_beside(const char *main, const char *dir);

/* ---- what these ask ---- */

/* Sites see it anyhow, or must not: names alone. Pure. */
bool sc_showable_decided(const char *path);

/* How many names a path has. Pure. */
size_t sc_showable_depth(const char *path);

/* 1: nobody but root, and for the last name the account, can put something else there. */
int sc_showable_is_roots(const struct sc_show_for *to, const char *path, struct stat *ret_st,
                         struct sc_error *err);

/* 1: it lies in or around a home. */
int sc_showable_has_home(const struct sc_show_for *to, const char *path, struct sc_error *err);

/* It lies around a document root, which is not in `but`. Pure. */
bool sc_showable_has_docroot(const struct sc_vhosts *hosts, const char *path, const char *but);

#endif
