/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends a program whose entry was killed (kill -9). A parent-death signal cannot do that alone: the
 * kernel forgets it when suexec changes its ids, a program may forget its own, and it does not
 * reach what the program started. So a process stands beside each entry, which is told by the
 * kernel when the entry ends. Where the program had not ended by then, it kills the program's
 * session: the program and all that it started, but for what made a session of its own (setsid(2)),
 * as a daemon does on purpose. What a program leaves when it ends by itself stays.
 *
 * It has a name of its own, and a session: who ends entries by name or group does not end it.
 *
 * It shares the entry's table of descriptors, so that a descriptor which the entry leaves open, and
 * a place among the site's entries (ep.h), are free only when it has done its work. Apache's
 * mod_cgid, too, wants that: when a request's output ends while the process that it knows still
 * lives, it sleeps 10 ms and looks again. */
#ifndef SC_ENTER_WATCH_H
#define SC_ENTER_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <termios.h>

#include "core/enter/why.h"

/* A process more costs more than entering may, so an entry whose program has a parent-death signal
 * is watched when the program has run for so long. */
#define SC_WATCH_LATE_MS 5

/* What the entry and its watcher both see, and the program's process until it becomes the
 * program. */
struct sc_watch {
    atomic_int session;            /* the program's, in the site's numbers; 0: nothing runs yet */
    atomic_int proc;               /* a descriptor of the site's /proc; -EBADF: there is none yet */
    atomic_bool over;              /* the program has ended */
    atomic_int master;             /* of the program's pseudoterminal, to be closed; -EBADF: none */
    atomic_int terminal;           /* the caller's, whose modes are to be put right; -EBADF: none */
    struct termios before, during; /* its modes: as it was, and as the entry has set them */
};

/* NULL with *why. It lives as long as this process. */
struct sc_watch *sc_watch_new(struct sc_enter_why *why);

/* Opens the site's /proc: when its mounts are this process's. 0, or a negative errno. */
int sc_watch_see(struct sc_watch *w);

/* When the entry is killed, the terminal `fd` gets the modes `before` if it has the modes `during`
 * then. A negative `fd`: not any more. Does nothing without a watcher (NULL). */
void sc_watch_terminal(struct sc_watch *w, int fd, const struct termios *before,
                       const struct termios *during);

/* Starts the watcher: with the ids that this process has, or, `as_root`, as root with nothing but
 * the right to signal, so that the caller cannot signal it. It must be born outside of the site.
 * Only as root it is this process's child, without a signal at its end. `argv`: among them are this
 * process's own arguments, which it does not show as its own. 0, or a negative errno. */
int sc_watch_start(struct sc_watch *w, bool as_root, char *const argv[]);

#endif
