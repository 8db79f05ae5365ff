/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is looked at and then opened, which is how a web server serves a small one, is opened when it
 * is looked at, and handed out when it is opened: one walk for two. It is the file that was looked at, whatever
 * has its name meanwhile. Only paths of regular files that were opened after a look before are treated so: a
 * FIFO is not opened to look at it, and files that are passed on to PHP by name are not opened for nothing.
 * One of these for each thread, and for one request at a time. */
#ifndef SC_WEB_APACHE_AHEAD_H
#define SC_WEB_APACHE_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#define SC_WEB_AHEAD_PATH   256 /* bytes of a path; a longer one is not remembered */
#define SC_WEB_AHEAD_PLACES 128

struct sc_web_ahead {
    int fd;                       /* the open file; negative: none */
    char path[SC_WEB_AHEAD_PATH]; /* that it was looked at by */
    uint64_t looked; /* digest of the path of the last regular file looked at; 0: none */
    uint64_t opened[SC_WEB_AHEAD_PLACES]; /* digests of those that were opened, too */
};
#define SC_WEB_AHEAD_INIT                                                                          \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Whether files of this path were opened after they were looked at. */
bool sc_web_ahead_expects(const struct sc_web_ahead *a, const char *path);

/* A regular file was looked at, with no descriptor (-1) or with `fd`, which is taken. What was kept
 * before is closed. */
void sc_web_ahead_looked(struct sc_web_ahead *a, const char *path, int fd);

/* It is about to be opened for reading: the descriptor of the last look, the caller's from now on; -1. */
int sc_web_ahead_take(struct sc_web_ahead *a, const char *path);

/* Whether `path` leads through what is kept, as if that were a directory: servers look for an .htaccess there. */
bool sc_web_ahead_is_below(const struct sc_web_ahead *a, const char *path);

/* The request is over, names change, or something else is looked at. errno stays. */
void sc_web_ahead_drop(struct sc_web_ahead *a);

#endif
