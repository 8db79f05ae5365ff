/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpanel/userdatadomains.h"

#include <jansson.h>
#include <string.h>
#include "core/inventory/envelope.h"
#include "core/inventory/printed.h"

enum {
    USER,
    OWNER,
    TYPE,
    PARENT,
    DOCROOT,
    FIELDS
}; /* what is behind them is of no interest */

/* Only "==" separates: a document root may have a single '='. What a line lacks is "". */
static bool split_line(char *line, struct sc_cpanel_row *ret)
{
    static char nothing[] = "";
    char *fields[FIELDS], *p = strstr(line, ": ");
    if (!p)
        return false;
    *p = 0;
    p += 2;
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = p ? p : nothing;
        p = p ? strstr(p, "==") : NULL;
        if (p) {
            *p = 0;
            p += 2;
        }
    }
    *ret = (struct sc_cpanel_row){.name = line,
                                  .user = fields[USER],
                                  .docroot = fields[DOCROOT],
                                  .is_main = strcmp(fields[TYPE], "main") == 0};
    return *ret->name != 0;
}

int sc_cpanel_cache_text(char *text, size_t len, sc_cpanel_row_fn *fn, void *arg)
{
    int rc = 0;
    for (char *line = text, *end = text + len; rc == 0 && line < end;) {
        char *next = memchr(line, '\n', (size_t)(end - line));
        size_t n = (size_t)((next ? next : end) - line);
        line[n] = 0;
        struct sc_cpanel_row row;
        if (strlen(line) == n) { /* no NUL in it */
            if (n && line[n - 1] == '\r')
                line[n - 1] = 0;
            if (split_line(line, &row))
                rc = fn(&row, arg);
        }
        line += n + 1;
    }
    return rc;
}

static const char *word(const json_t *v)
{
    return json_is_string(v) ? json_string_value(v) : "";
}

/* What is not JSON is "". */
static int json_row(struct sc_span name, struct sc_span value, sc_cpanel_row_fn *fn, void *arg)
{
    SC_JSON json_t *key = sc_json_piece(name), *v = sc_json_piece(value);
    struct sc_cpanel_row row = {.name = word(key),
                                .user = word(json_array_get(v, USER)),
                                .docroot = word(json_array_get(v, DOCROOT)),
                                .is_main = strcmp(word(json_array_get(v, TYPE)), "main") == 0};
    return fn(&row, arg);
}

int sc_cpanel_cache_json(const char *text, size_t len, const char *what, sc_cpanel_row_fn *fn,
                         void *arg, struct sc_error *err)
{
    struct sc_json_walk w;
    struct sc_span name, value;
    struct sc_printed p;
    int more = 1, rc = 0;
    if (!sc_printed_find(text, len, &p) || !sc_json_walk_begin(&w, p.object))
        return sc_error_set(err, SC_E_INVAL, "%s: not a JSON object: something else", what);
    while (rc == 0 && (more = sc_json_walk_next(&w, &name, &value)) == 1)
        rc = json_row(name, value, fn, arg);
    return more < 0 ? sc_error_set(err, SC_E_INVAL, "%s: not a JSON object: damaged", what) : rc;
}
