/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who changed a site, and when: read from the log, to which every command writes a line of each account that it changes
 * (core/engine/jobs.c):
 *
 *     2026-11-27T20:36:18Z isolatectl-root[123] by=user user=john enable=a.example,b.example: done
 *
 * Pure. */
#ifndef SC_HISTORY_CHANGES_H
#define SC_HISTORY_CHANGES_H

#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_CHANGES_MAX 20u /* of a site */

struct sc_change {
    int64_t t;
    char by[8];     /* "root", "user" */
    char what[16];  /* "enable", "limits", …, "remount" of the whole account */
    char came[128]; /* "done", or why not */
};

struct sc_changes {
    struct sc_change *v; /* the latest first */
    size_t n;
};

void sc_changes_done(struct sc_changes *l);

/* Appends the lines of a log that say who changed what; nothing of others. */
void sc_changes_lines(const char *log, size_t len, struct sc_buf *ret);

/* Of these lines those about the domain, or about all of its user's, from a time on. SC_E_NOMEM. */
int sc_changes_of(const struct sc_buf *lines, const char *user, const char *domain, int64_t from,
                  struct sc_changes *ret, struct sc_error *err);

#endif
