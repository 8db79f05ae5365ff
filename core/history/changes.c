/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/history/changes.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"

void sc_changes_done(struct sc_changes *l)
{
    free(l->v);
    *l = (struct sc_changes){0};
}

/* "TIME PROGRAM[PID] by=": behind that; NULL: another line. */
static const char *behind_head(const char *line, size_t len)
{
    const char *end = line + len, *p = memchr(line, ' ', len);
    p = p ? memchr(p + 1, ' ', (size_t)(end - p - 1)) : NULL;
    return p && end - p > 4 && strncmp(p, " by=", 4) == 0 ? p + 4 : NULL;
}

void sc_changes_lines(const char *log, size_t len, struct sc_buf *ret)
{
    for (const char *line = log, *end = log + len, *eol; line < end; line = eol + 1) {
        eol = memchr(line, '\n', (size_t)(end - line));
        if (!eol)
            return;
        if (behind_head(line, (size_t)(eol - line)))
            sc_buf_add(ret, line, (size_t)(eol - line) + 1);
    }
}

static bool is(const char *word, size_t len, const char *text)
{
    return strlen(text) == len && strncmp(word, text, len) == 0;
}

static bool in_list(const char *list, size_t len, const char *name)
{
    for (size_t at = 0, n; at <= len; at += n + 1) {
        const char *comma = memchr(list + at, ',', len - at);
        n = comma ? (size_t)(comma - list) - at : len - at;
        if (is(list + at, n, name))
            return true;
    }
    return false;
}

static void copy(char *to, size_t size, const char *from, size_t len)
{
    (void)snprintf(to, size, "%.*s", (int)(len < size ? len : size), from);
}

/* "WHO user=NAME WORD[=NAMES] …: RESULT". False: it is not about this site. */
static bool read_line(const char *said, const char *end, const char *user, const char *domain,
                      struct sc_change *ret)
{
    const char *colon = memmem(said, (size_t)(end - said), ": ", 2);
    if (!colon)
        return false;
    copy(ret->came, sizeof(ret->came), colon + 2, (size_t)(end - colon) - 2);
    const char *word = said;
    for (size_t i = 0, len; word < colon; word += len + 1, i++) {
        const char *blank = memchr(word, ' ', (size_t)(colon - word));
        len = (size_t)((blank ? blank : colon) - word);
        const char *sign = memchr(word, '=', len);
        const size_t key = sign ? (size_t)(sign - word) : len;
        if (i == 0)
            copy(ret->by, sizeof(ret->by), word, len);
        else if (i == 1 && !(is(word, key, "user") && is(word + key + 1, len - key - 1, user)))
            return false;
        else if (i > 1 && (!sign || in_list(sign + 1, len - key - 1, domain))) {
            copy(ret->what, sizeof(ret->what), word, key);
            return true;
        }
    }
    return false;
}

static int64_t time_of(const char *line)
{
    struct tm tm = {0};
    return strptime(line, "%Y-%m-%dT%H:%M:%SZ ", &tm) ? (int64_t)timegm(&tm) : 0;
}

int sc_changes_of(const struct sc_buf *lines, const char *user, const char *domain, int64_t from,
                  struct sc_changes *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_changes_done) struct sc_changes l = {0};
    const char *text = lines->data, *end = text ? text + lines->len : NULL;
    while (end > text && l.n < SC_CHANGES_MAX) {
        const char *eol = end - 1;
        const char *before = memrchr(text, '\n', (size_t)(eol - text));
        const char *line = before ? before + 1 : text;
        const char *said = behind_head(line, (size_t)(eol - line));
        struct sc_change c = {.t = time_of(line)};
        end = line;
        if (!said || c.t < from || !read_line(said, eol, user, domain, &c))
            continue;
        if (!SC_VEC_ROOM(l.v, l.n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the log");
        l.v[l.n++] = c;
    }
    SC_MOVE(ret, &l);
    return 0;
}
