/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a crontab(5), told apart as cron itself does (load_env() and skip_comments() of
 * Vixie's cron, the same in Debian's and in cronie): what can be read as an environment setting is
 * one, whatever else it looks like. Pure. */
#ifndef SC_CRON_LINES_H
#define SC_CRON_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"

enum sc_cron_kind {
    SC_CRON_BLANK,
    SC_CRON_COMMENT,
    SC_CRON_ENV,
    SC_CRON_ENTRY /* everything else, also what cron will not understand */
};

struct sc_cron_line {
    const char *s; /* without its newline */
    size_t len;
    bool newline; /* false: the text ends without one */
    enum sc_cron_kind kind;
};

/* Cuts the next line off [*at, end). False when nothing is left. */
bool sc_cron_next_line(const char **at, const char *end, struct sc_cron_line *ret);

/* Name and value of a line of kind SC_CRON_ENV, without quotes. False when it is none. Either may
 * be NULL. */
bool sc_cron_env(const char *s, size_t len, struct sc_buf *name, struct sc_buf *value);

/* Whether every cron takes this line as an entry, and as nothing else: five fields, or @word, and a
 * command, no NUL, no longer than SC_CRON_LINE_MAX. */
bool sc_cron_strict_entry(const char *s, size_t len);

/* cron's own MAX_COMMAND and MAX_ENVSTR are 1000. */
#define SC_CRON_LINE_MAX 990u

#endif
