/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What takes long (asking the panel for everything, for its hooks) is done by a process of its own,
 * so that the daemon goes on meanwhile: the same program, started with --chore NAME, which prints
 * lines. (Started and not only forked: an SQLite database that the parent has open cannot be opened
 * by its child.) */
#ifndef SC_HOOKS_MONITOR_CHORE_H
#define SC_HOOKS_MONITOR_CHORE_H

#include <stdint.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/follow/follow.h"

#define SC_CHORE_SURVEY "survey" /* "found USER"…, "ok DOMAINS USERS MILLISECONDS" */
#define SC_CHORE_HOOKS  "hooks"  /* "ok", or "put" when they had to be put in place again */
#define SC_CHORE_PATHS  "paths"  /* "path PATH"…, "ok" */
                                 /* each: or "error TEXT" at its end */

#define SC_CHORE_MS 600000 /* then it is ended */

struct sc_chore {
    const char *name; /* NULL: none runs */
    pid_t pid;
    int fd; /* its lines */
    struct sc_buf text;
    int64_t began; /* the caller's clock */
};

#define SC_CHORE_INIT                                                                              \
    {                                                                                              \
        .fd = -9                                                                                   \
    }

/* `name`: static. */
int sc_chore_start(struct sc_chore *c, const char *name, int64_t now, struct sc_error *err);

/* Reads what is there. 1: the chore is over, each of its lines was given to `line`, which may
 * change it. `line` is not called before that. 0: not yet. */
int sc_chore_read(struct sc_chore *c, void (*line)(char *text, void *arg), void *arg);

/* Ends one that runs. */
void sc_chore_kill(struct sc_chore *c);

/* In the other process: does it, prints, returns the exit status. */
int sc_chore_do(const char *name);

#endif
