/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a file is still what it was when it was read, without reading it again: which file it is,
 * its size, and the times that the kernel gives it. Nobody but root can make a changed file look
 * like this one: each change sets the time `changed`, which no call sets back. */
#ifndef SC_BASE_STAMP_H
#define SC_BASE_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include "core/base/buf.h"
#include "core/base/error.h"

struct sc_stamp {
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec modified, changed;
};

struct sc_stamp sc_stamp_of(const struct stat *st);

bool sc_stamp_same(const struct sc_stamp *a, const struct sc_stamp *b);

/* The kernel's clock for files ticks every few milliseconds, and a second change within a tick does
 * not show. Whether the last change is so long ago that the next one does; `now_ms`: sc_wall_ms()
 * before the file was looked at. */
bool sc_stamp_is_settled(const struct sc_stamp *s, int64_t now_ms);

/* As a line of text, to be kept and compared. */
void sc_stamp_format(const struct sc_stamp *s, struct sc_buf *out);

/* ---- many files ---- */

struct sc_stamped {
    char *path;
    bool there, settled;
    struct sc_stamp stamp;
};

struct sc_stamps { /* {0} at first */
    struct sc_stamped *v;
    size_t n;
    bool lost; /* one could not be noted */
};

void sc_stamps_done(struct sc_stamps *s);

/* To be called before `path` is read, a directory before it is listed; also where nothing is there.
 * Links are followed. What cannot be looked at, or has just been changed, counts as changed. */
void sc_stamps_note(struct sc_stamps *s, const char *path);

/* sc_there_followed() (core/base/there.h), noted. */
int sc_stamps_look(struct sc_stamps *s, const char *path, struct stat *ret, struct sc_error *err);

/* The same of a file that is opened, to be read: SC_THERE with *ret_fd as well. Neither a FIFO nor a
 * terminal is waited for. */
int sc_stamps_open(struct sc_stamps *s, const char *path, int *ret_fd, struct stat *ret,
                   struct sc_error *err);

/* Whether all are as they were noted. */
bool sc_stamps_same(const struct sc_stamps *s);

#endif
