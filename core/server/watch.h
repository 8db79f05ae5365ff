/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a long call tells its caller while it works. */
#ifndef SC_SERVER_WATCH_H
#define SC_SERVER_WATCH_H

#include <stddef.h>

/* Every member may be NULL. */
struct sc_watch {
    void (*progress)(size_t done, size_t total, void *arg); /* sites or users done so far */
    void (*notice)(const char *text, void *arg);  /* for the administrator; one line, no newline */
    void (*waiting)(const char *text, void *arg); /* why nothing happens, to be shown at once */
    void *arg;
};

/* `w` may be NULL. Control characters of a text become '?'. */
void sc_watch_notice(const struct sc_watch *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void sc_watch_waiting(const struct sc_watch *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void sc_watch_progress(const struct sc_watch *w, size_t done, size_t total);

#endif
