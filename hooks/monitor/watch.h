/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One inotify(7) instance and what its watches are for. An interest is: in this directory, this
 * name (or any), means that about this account (or the server). The kernel has one watch for a
 * directory, so several interests may share it. Used by one thread. */
#ifndef SC_HOOKS_MONITOR_WATCH_H
#define SC_HOOKS_MONITOR_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"

/* Entries that come, go or are replaced; in a file's case also what is written into it. */
#define SC_WATCH_NAMES                                                                             \
    (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_EXCL_UNLINK)
/* On the way to a directory: also when one that nobody may enter is opened. */
#define SC_WATCH_WAY   (SC_WATCH_NAMES | IN_ATTRIB)
#define SC_WATCH_FILES (SC_WATCH_NAMES | IN_CLOSE_WRITE | IN_MODIFY)

#define SC_WATCH_NAMES_MAX 64   /* of one account in one directory; beyond: any name counts */
#define SC_WATCH_FLOOD     2000 /* events of one account in one read; then its watches go */

enum sc_watch_what {
    SC_WATCH_RESYNC,  /* a hook left a mark */
    SC_WATCH_MARKS,   /* an account has isolated sites, or none any more */
    SC_WATCH_TABLE,   /* its set of sites may have changed */
    SC_WATCH_PANEL,   /* the panel's files */
    SC_WATCH_POLICY,  /* the administrator's files */
    SC_WATCH_HOME,    /* an account's home */
    SC_WATCH_TOP,     /* any name in the home itself: most are of no concern */
    SC_WATCH_SITE,    /* what an isolated site of it can write */
    SC_WATCH_FILE,    /* its ~/.lve/domains.json */
    SC_WATCH_FPM,     /* pool files of PHP-FPM */
    SC_WATCH_MASTERS, /* the locks of its sites' supervisors: closed when one ends */
    SC_WATCH_CRON,    /* crontabs, by the name of their user */
    SC_WATCH_CRON_D,  /* the system's crontabs */
    SC_WATCH_FRONT,   /* the entry in front of suexec */
    SC_WATCH_SERVICE, /* a service of the system that sites see */
    SC_WATCH_SERVICES /* where others may appear */
};

struct sc_watches;

int sc_watches_new(struct sc_watches **ret, struct sc_error *err);
void sc_watches_free(struct sc_watches *w);
int sc_watches_fd(const struct sc_watches *w);      /* readable when something happened */
size_t sc_watches_dirs(const struct sc_watches *w); /* watched directories */

/* Adds an interest of the server (uid 0) in a directory of root's. `name` NULL: any.
 * SC_E_NOTFOUND: there is no such directory; SC_E_TOOBIG: the kernel has no watches left
 * (fs.inotify.max_user_watches); SC_E_SYS. */
int sc_watches_add(struct sc_watches *w, const char *path, uint32_t mask, enum sc_watch_what what,
                   uid_t uid, const char *name, struct sc_error *err);

/* ---- watches that another process adds ----
 *
 * To look at a directory of a user's may take for ever, so a worker that has a copy of the
 * instance's descriptor does that, and tells the number that the kernel gave the watch. Between
 * join and leave what happens to watches that nobody told yet is kept for them. */

/* In the worker: the number of the watch in *ret_wd. Errors as above. `dirfd` may be O_PATH. */
int sc_watch_dir(int inotify, int dirfd, uint32_t mask, int *ret_wd, struct sc_error *err);

void sc_watches_join(struct sc_watches *w);
void sc_watches_leave(struct sc_watches *w);

/* Whether somebody has an interest in the directory of watch `wd`. */
bool sc_watches_has(const struct sc_watches *w, int wd);

/* Adds an interest in the directory of watch `wd`. *ret_missed: something happened there already,
 * or the watch was removed meanwhile: it must be looked at again. SC_E_NOMEM. */
int sc_watches_take(struct sc_watches *w, int wd, enum sc_watch_what what, uid_t uid,
                    const char *name, bool *ret_missed, struct sc_error *err);

/* Between begin and end the interests of (what, uid) are added again; end removes those that were
 * not. Watches that stay are not interrupted. A begin without an end removes nothing. */
void sc_watches_begin(struct sc_watches *w, enum sc_watch_what what, uid_t uid);
void sc_watches_end(struct sc_watches *w, enum sc_watch_what what, uid_t uid);

/* What sc_watches_read() tells; `name` may be NULL (the directory itself). Must not use w. */
typedef void sc_watch_told(enum sc_watch_what what, uid_t uid, const char *name, void *arg);

/* Reads what has happened and tells the interests it meets, each once in a row. An account that
 * floods is told once more and loses its watches, so that its events stop to come: its watches are
 * to be made again when it is looked at. *ret_lost: the kernel threw events away. */
void sc_watches_read(struct sc_watches *w, sc_watch_told *told, void *arg, bool *ret_lost);

/* Whether an interest in `want` (NULL: any name) is met by an event about `name` (NULL or "": the
 * directory itself, which meets all). */
bool sc_watch_meets(const char *want, const char *name);

#endif
