/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/rows.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"

/* Undoes the escapes in place. -1: there is one that is none, or a NUL. */
static int unescape(char *s)
{
    char *to = s;
    for (; *s; s++) {
        if (*s != '\\') {
            *to++ = *s;
            continue;
        }
        s++;
        if (*s != 't' && *s != 'n' && *s != '\\')
            return -1;
        *to++ = (char)(*s == 't' ? '\t' : *s == 'n' ? '\n' : '\\');
    }
    *to = 0;
    return 0;
}

static int split(char *line, size_t n, char **columns)
{
    for (size_t i = 0; i < n; i++) {
        columns[i] = line;
        char *tab = strchr(line, '\t');
        if (!tab != (i + 1 == n))
            return -1;
        if (tab) {
            *tab = 0;
            line = tab + 1;
        }
    }
    return 0;
}

/* Takes the line apart. SC_E_PANEL when it is no row; SC_E_NOMEM. */
static int read_row(const char *data, size_t size, size_t number, const struct sc_rows_reader *r,
                    char **line, char **columns, struct sc_error *err)
{
    if (memchr(data, 0, size))
        return sc_error_set(err, SC_E_PANEL, "%s: row %zu has a NUL byte", r->who, number);
    *line = malloc(size + 1);
    if (!*line)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the rows of %s", r->who);
    memcpy(*line, data, size);
    (*line)[size] = 0;
    if (split(*line, r->n, columns) < 0)
        return sc_error_set(err, SC_E_PANEL, "%s: row %zu does not have %zu columns", r->who,
                            number, r->n);
    for (size_t i = 0; i < r->n; i++)
        if (unescape(columns[i]) < 0)
            return sc_error_set(err, SC_E_PANEL, "%s: row %zu has an unknown escape", r->who,
                                number);
    return 0;
}

int sc_rows_parse(const char *data, size_t len, const struct sc_rows_reader *r,
                  struct sc_error *err)
{
    for (size_t number = 1; len; number++) {
        const char *end = memchr(data, '\n', len);
        if (!end)
            return sc_error_set(err, SC_E_PANEL, "%s: row %zu is cut off", r->who, number);
        size_t size = (size_t)(end - data);
        SC_FREE char *line = NULL;
        char *columns[SC_ROW_COLUMNS_MAX];
        struct sc_error why = SC_ERROR_INIT;
        int rc = read_row(data, size, number, r, &line, columns, &why);
        if (rc == 0)
            rc = r->row(columns, r->arg, err);
        else if (rc == SC_E_PANEL && r->bad)
            rc = r->bad(data, size, &why, r->arg, err);
        else if (err)
            *err = why;
        if (rc < 0)
            return rc;
        data = end + 1;
        len -= size + 1;
    }
    return 0;
}

void sc_rows_add(struct sc_buf *out, const char *const *columns, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            sc_buf_add(out, "\t", 1);
        for (const char *p = columns[i]; *p;) {
            size_t plain = strcspn(p, "\t\n\\");
            sc_buf_add(out, p, plain);
            p += plain;
            if (*p) {
                sc_buf_str(out, *p == '\t' ? "\\t" : *p == '\n' ? "\\n" : "\\\\");
                p++;
            }
        }
    }
    sc_buf_add(out, "\n", 1);
}
