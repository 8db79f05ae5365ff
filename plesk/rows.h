/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of columns as the mysql client prints them with --batch: tab between columns, newline behind
 * each row, and in values \t \n \\ \0 for those bytes (MySQL manual, "mysql Client Options",
 * --batch and --raw). NULL is the word NULL. */
#ifndef SC_PLESK_ROWS_H
#define SC_PLESK_ROWS_H

#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_ROW_COLUMNS_MAX 8

struct sc_rows_reader {
    size_t n;        /* columns */
    const char *who; /* who printed them, for texts */
    /* a row, its columns as strings that hold until it returns */
    int (*row)(char *const *columns, void *arg, struct sc_error *err);
    /* a line that is no row, and why; NULL: that is an error */
    int (*bad)(const char *line, size_t len, const struct sc_error *why, void *arg,
               struct sc_error *err);
    void *arg;
};

/* Reads all rows, in order. Stops at the first error of `row` or `bad` and returns that.
 * SC_E_PANEL, naming `who` and the row, for another number of columns, an unknown escape, a NUL
 * byte (escaped or not), and in any case for a last row that was cut off. SC_E_NOMEM. */
int sc_rows_parse(const char *data, size_t len, const struct sc_rows_reader *r,
                  struct sc_error *err);

/* Appends one row. */
void sc_rows_add(struct sc_buf *out, const char *const *columns, size_t n);

#endif
