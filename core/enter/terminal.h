/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The caller's terminal never comes into a site: what is started on one gets a pseudoterminal of
 * its own, made in the site's devpts, and two processes work it:
 *
 *     caller's terminal <-> entry (relay.h) <-> pseudoterminal <-> program and its children
 *                             ^ control               leader (leader.h), inside
 *
 * Those of descriptors 0-2 that are a terminal become the pseudoterminal, the others pass as they
 * are. When the program has ended the entry closes its side, which hangs the pseudoterminal up: what
 * the program left behind reads the end of a file, and can do nothing else with it. libc only. */
#ifndef SC_ENTER_TERMINAL_H
#define SC_ENTER_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct sc_terminal {
    bool used;           /* else nothing else here means anything */
    bool is[3];          /* which of descriptors 0-2 are a terminal */
    int in, out;         /* the caller's, to read from and to write to; `in` may be -EBADF */
    struct termios mode; /* as the caller's was */
    bool controls;       /* `in` controls this process: it has job control */
    bool in_front;       /* the program begins in the foreground */
    int master, slave;   /* the site's */
    int control[2];      /* the entry's end, the leader's end */
};

/* What goes over `control`, in packets. */
struct sc_terminal_word {
    unsigned char what; /* enum sc_terminal_what */
    unsigned char sig;
};

enum sc_terminal_what {
    SC_TERMINAL_STOPPED = 1, /* leader: the program was stopped, by `sig` */
    SC_TERMINAL_FRONT,       /* entry: the program is the pseudoterminal's foreground, */
    SC_TERMINAL_BACK,        /* or is not */
    SC_TERMINAL_SIGNAL,      /* to the program, */
    SC_TERMINAL_SIGNAL_GROUP /* or to its process group */
};

/* Finds the caller's terminal: what descriptors 0-2 are, else the one that controls this process.
 * To be asked while this process sees the caller's /dev and /proc; euid 0 opens what the caller has
 * open, once more, with the same rights. 0, with ret->used; or a negative errno. */
int sc_terminal_find(struct sc_terminal *ret);

/* Makes the pseudoterminal, with the caller's modes and size, for `owner` (a user id), in the
 * mounts that this process sees. Needs root. 0, or a negative errno. */
int sc_terminal_make(struct sc_terminal *t, uid_t owner);

/* Whether this process may read the caller's terminal now. */
bool sc_terminal_is_ours(const struct sc_terminal *t);

/* Whether two modes are the same in what raw mode changes. */
bool sc_terminal_same_mode(const struct termios *a, const struct termios *b);

void sc_terminal_copy_size(const struct sc_terminal *t);

/* The entry's process: closes what is for the inside. */
void sc_terminal_close_inside(struct sc_terminal *t);

/* The program's process: makes those of 0-2 that are a terminal the pseudoterminal. Aborts when it
 * cannot. */
void sc_terminal_replace(const struct sc_terminal *t);

#endif
