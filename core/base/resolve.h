/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where does a path below a hostile user's home really lie? Panels give document roots as absolute
 * paths that may go through symbolic links which the user makes. They are followed here, in user
 * space, as long as they stay beneath the home, and the answer is opened without following any. */
#ifndef SC_BASE_RESOLVE_H
#define SC_BASE_RESOLVE_H

#include <stdbool.h>
#include "core/base/error.h"

#define SC_RESOLVE_LINKS_MAX 40 /* as the kernel's own limit, path_resolution(7) */

/* Resolves `path`, absolute, which must start with `base` or `alias` (another absolute name of the
 * same directory, e.g. /home/u where /home is a link; may be NULL). `basefd` is that directory,
 * opened by the caller. Links are followed when they are relative, or absolute and start with base
 * or alias; ".." never climbs above base. Works with the calling thread's file rights.
 *
 * *ret_rel: the path relative to base without links, dots and doubled slashes, "" for base itself;
 * any bytes; the caller frees it. *ret_fd (may be NULL): the thing, O_PATH, opened with no link
 * followed, so that it is beneath base whatever was renamed meanwhile; the caller closes it.
 *
 * SC_E_NOTFOUND: a component is missing (the text says which). SC_E_DENIED: it leaves base, lies
 * behind a user's FUSE mount, or has too many links. SC_E_INVAL: not an absolute path, too long, or
 * (want_dir) not a directory. */
int sc_resolve_beneath(const char *base, const char *alias, int basefd, const char *path,
                       bool want_dir, char **ret_rel, int *ret_fd, struct sc_error *err);

/* The same, for who must close the place when it cannot be found. On failure *ret_known is, for the
 * caller to free:
 *  - with SC_E_NOTFOUND, SC_E_DENIED, SC_E_INVAL: NULL when nobody can open the path (something is
 *    missing or is no directory, more links than the kernel follows) or it leaves `base`; else what
 *    could be found of it: the deepest directory on the way, relative to base. What the path leads
 *    to lies at or below that, but cannot be looked at now (a user's FUSE mount, too long a path);
 *  - with SC_E_SYS, whose errno is in err->sys: the same. EACCES: a directory on the way may not be
 *    searched by the calling thread. ELOOP: it changed under our eyes, each time.
 * Other codes leave it as it is. */
int sc_resolve_known(const char *base, const char *alias, int basefd, const char *path,
                     bool want_dir, char **ret_rel, int *ret_fd, char **ret_known,
                     struct sc_error *err);

/* Told of each symbolic link that a walk follows: the directory that it lies in, relative to base. What changes
 * under our eyes is walked again, and told again. */
struct sc_resolve_trace {
    void (*link)(void *arg, const char *dir);
    void *arg;
    /* Of each name that is looked up; `by_link`: the text of a link says it. NULL: nobody is told. */
    void (*name)(void *arg, const char *dir, const char *name, bool by_link);
};

/* sc_resolve_known() with one; NULL: nobody is told. */
int sc_resolve_traced(const char *base, const char *alias, int basefd, const char *path,
                      bool want_dir, const struct sc_resolve_trace *trace, char **ret_rel,
                      int *ret_fd, char **ret_known, struct sc_error *err);

/* What follows the directory `base` in the absolute `path`, both compared component by component
 * ("//" and "/./" count as "/"): "" or "a/b…"; NULL when path is not beneath base. Text only; ".."
 * in the rest is not looked at. */
const char *sc_path_below(const char *path, const char *base);

#endif
