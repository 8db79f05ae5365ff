/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpanel/userdatadomains.h"

#include <jansson.h>
#include <string.h>
#include "core/inventory/envelope.h"

enum {
    USER,
    OWNER,
    TYPE,
    PARENT,
    DOCROOT,
    FIELDS
}; /* what is behind them is of no interest */

static bool usable(const struct sc_cpanel_row *r)
{
    return *r->name && *r->user && r->docroot[0] == '/';
}

/* Only "==" separates: a document root may have a single '='. */
static bool split_line(char *line, struct sc_cpanel_row *ret)
{
    char *fields[FIELDS], *p = strstr(line, ": ");
    if (!p)
        return false;
    *p = 0;
    p += 2;
    for (int i = 0; i < FIELDS; i++) {
        if (!p)
            return false;
        fields[i] = p;
        p = strstr(p, "==");
        if (p) {
            *p = 0;
            p += 2;
        }
    }
    *ret = (struct sc_cpanel_row){.name = line,
                                  .user = fields[USER],
                                  .docroot = fields[DOCROOT],
                                  .is_main = strcmp(fields[TYPE], "main") == 0};
    return usable(ret);
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

int sc_cpanel_cache_json(const char *text, size_t len, const char *what, sc_cpanel_row_fn *fn,
                         void *arg, struct sc_error *err)
{
    json_error_t at;
    SC_JSON json_t *doc = json_loadb(text, len, 0, &at);
    if (!json_is_object(doc))
        return sc_error_set(err, SC_E_INVAL, "%s: not a JSON object: %s", what,
                            doc ? "something else" : at.text);
    const char *name;
    json_t *v;
    json_object_foreach(doc, name, v)
    {
        const char *type = json_string_value(json_array_get(v, TYPE));
        struct sc_cpanel_row row = {.name = name,
                                    .user = json_string_value(json_array_get(v, USER)),
                                    .docroot = json_string_value(json_array_get(v, DOCROOT)),
                                    .is_main = type && strcmp(type, "main") == 0};
        if (!row.user || !row.docroot || !usable(&row))
            continue;
        int rc = fn(&row, arg);
        if (rc < 0)
            return rc;
    }
    return 0;
}
