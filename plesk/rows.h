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

/* Calls `row` for each row, in order, with its n columns as strings that hold until it returns.
 * Stops at its first error and returns that. SC_E_PANEL, naming `who` and the row, for another
 * number of columns, an unknown escape, a NUL byte (escaped or not) or a last row that was cut off.
 * SC_E_NOMEM. */
int sc_rows_parse(const char *data, size_t len, size_t n, const char *who,
                  int (*row)(char *const *columns, void *arg, struct sc_error *err), void *arg,
                  struct sc_error *err);

/* Appends one row. */
void sc_rows_add(struct sc_buf *out, const char *const *columns, size_t n);

#endif
