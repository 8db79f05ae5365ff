/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What went wrong with a site lately: a small file of a fixed size, SC_RUN_DIR/<uid>/<site>.failed,
 * made with the site's plan. Whoever starts something in the site writes there why it could not, and
 * that it could again. Equal failures share a place and are counted; the place that was begun first
 * makes room for a new one. libc only. */
#ifndef SC_ENTER_FAILURES_H
#define SC_ENTER_FAILURES_H

#include <stdint.h>
#include <sys/types.h>

#define SC_FAILURES_KEPT 15
#define SC_FAILURE_TEXT  216

enum sc_failure_kind {
    SC_FAILED_ENTER = 1, /* nothing of the site could run */
    SC_FAILED_RUN,       /* the site was entered, but not this program or directory */
    SC_FAILED_LIMIT,     /* one of its limits said no */
    SC_FAILED_KILLED     /* a program of it was ended by SIGKILL */
};

/* Times are Unix time in milliseconds. */
struct sc_failure {
    int64_t first, last;
    uint64_t n;                 /* how often; 0: the place is free */
    uint32_t kind;              /* enum sc_failure_kind */
    uint32_t status;            /* what the visitor got (503, 508), else the exit status */
    char text[SC_FAILURE_TEXT]; /* why; ends with a zero byte; any other bytes */
    uint64_t reserved;
};

struct sc_failures {
    uint64_t format; /* 0: nothing was noted yet */
    int64_t since;   /* the first SC_FAILED_ENTER after which nothing was entered; 0: none */
    uint64_t in_row; /* how many since then */
    uint64_t begun;  /* places begun so far */
    uint64_t reserved[4];
    struct sc_failure v[SC_FAILURES_KEPT];
};

/* Makes the file when it is not there, or is of another format. 0, or a negative errno. Needs root. */
int sc_failures_make(uid_t uid, unsigned site);

/* Opens the file, to note something later, also without privileges. A descriptor (O_CLOEXEC), or a
 * negative errno: -ENOENT where there is no such site. Needs root. */
int sc_failures_open(uid_t uid, unsigned site);

/* Notes a failure. Safe for processes at once. Nothing when `fd` is negative, or the file cannot be
 * written: a failure has its own way to be told. */
void sc_failures_add(int fd, enum sc_failure_kind kind, unsigned status, const char *text);

/* Notes that the site was entered. Writes only what differs. */
void sc_failures_ended(int fd);

/* The same with a descriptor of their own. Need root. */
void sc_failures_note(uid_t uid, unsigned site, enum sc_failure_kind kind, unsigned status,
                      const char *text);
void sc_failures_note_ended(uid_t uid, unsigned site);

/* Everything that was noted; all zero where there is no file. 0, or a negative errno (-EBADMSG:
 * another format). Needs root. */
int sc_failures_read(uid_t uid, unsigned site, struct sc_failures *ret);

#endif
