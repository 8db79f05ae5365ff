/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking an installed crontab apart. */
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/cron/lines.h"
#include "core/cron/marks.h"
#include "core/cron/scope.h"

static bool begins(const char *s, size_t len, const char *with)
{
    size_t n = strlen(with);
    return len >= n && memcmp(s, with, n) == 0;
}

bool sc_cron_is_mark(const char *s, size_t len)
{
    return begins(s, len, MARK);
}

/* Name and value of our settings; false for all others. */
static bool our_env(const char *s, size_t len, struct sc_buf *name, struct sc_buf *value)
{
    if (!sc_cron_env(s, len, name, value))
        return false;
    sc_buf_str(name, "");
    sc_buf_str(value, "");
    if (name->failed || value->failed)
        return false;
    return begins(name->data, name->len, "SITECAGE_") ||
           (name->len == 5 && memcmp(name->data, "SHELL", 5) == 0 &&
            value->len == sizeof(SC_CRON_SHELL) - 1 &&
            memcmp(value->data, SC_CRON_SHELL, value->len) == 0);
}

bool sc_cron_is_our_env(const char *s, size_t len)
{
    SC_BUF struct sc_buf name = SC_BUF_INIT;
    SC_BUF struct sc_buf value = SC_BUF_INIT;
    return our_env(s, len, &name, &value);
}

bool sc_cron_env_name(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_' ||
              (i && s[i] >= '0' && s[i] <= '9')))
            return false;
    return len > 0 && !begins(s, len, "SITECAGE_") && !begins(s, len, "LOGNAME") &&
           !begins(s, len, "USER");
}

struct splitter {
    struct sc_cron *c;
    size_t in;          /* 1 + number of the section that we are in, 0: none */
    bool behind;        /* a section was there */
    struct sc_buf back; /* a line that is ours if it comes next */
    bool has_back;
};

/* "TOKEN:DOCROOT", the latter encoded. */
static int begin_section(struct splitter *s, const char *word, size_t len, bool on,
                         struct sc_error *err)
{
    SC_FREE char *copy = strndup(word, len);
    char *colon = copy ? strchr(copy, ':') : NULL;
    s->in = 0;
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
    s->behind = true;
    if (!colon || colon == copy || (size_t)(colon - copy) > SC_CRON_TOKEN_MAX)
        return 0; /* "none", or nothing of ours */
    *colon = 0;
    for (const char *t = copy; *t; t++)
        if (!((*t >= '0' && *t <= '9') || (*t >= 'a' && *t <= 'z')))
            return 0;
    if (sc_decode_word(colon + 1) <= 0 || colon[1] != '/')
        return 0;
    struct sc_cron_section *v =
        sc_cron_section(s->c, copy, s->c->n < SC_CRON_SECTIONS_MAX ? colon + 1 : NULL);
    if (!v && s->c->n >= SC_CRON_SECTIONS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "the crontab has more than %u parts made in sites",
                            SC_CRON_SECTIONS_MAX);
    if (!v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
    v->on = on;
    v->text.limit = SC_CRON_TEXT_MAX;
    s->in = (size_t)(v - s->c->v) + 1;
    return 0;
}

static void add_line(struct splitter *s, const char *text, size_t len, bool newline)
{
    struct sc_buf *to = s->in ? &s->c->v[s->in - 1].text : &s->c->own;
    if (to->len && to->data[to->len - 1] != '\n')
        sc_buf_str(to, "\n"); /* something was appended to a text without a newline at its end */
    sc_buf_add(to, text, len);
    if (newline || s->in)
        sc_buf_str(to, "\n");
}

static int take_env(struct splitter *s, const struct sc_cron_line *l, bool *ret_ours,
                    struct sc_error *err)
{
    SC_BUF struct sc_buf name = SC_BUF_INIT;
    SC_BUF struct sc_buf value = SC_BUF_INIT;
    *ret_ours = our_env(l->s, l->len, &name, &value);
    if (name.failed || value.failed)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
    if (!*ret_ours || strcmp(name.data, "SITECAGE_SECTION") != 0)
        return 0;
    return begin_section(s, value.data, value.len, true, err);
}

static int take(struct splitter *s, const struct sc_cron_line *l, struct sc_error *err)
{
    bool was_back = s->has_back, ours = false;
    s->has_back = false;
    if (was_back && s->back.len == l->len && memcmp(s->back.data, l->s, l->len) == 0)
        return 0;
    int rc = l->kind == SC_CRON_ENV ? take_env(s, l, &ours, err) : 0;
    if (rc < 0 || ours)
        return rc;
    if (begins(l->s, l->len, MARK_TEXT)) {
        add_line(s, l->s + sizeof(MARK_TEXT) - 1, l->len - (sizeof(MARK_TEXT) - 1), l->newline);
    } else if (begins(l->s, l->len, MARK_OFF)) {
        return begin_section(s, l->s + sizeof(MARK_OFF) - 1, l->len - (sizeof(MARK_OFF) - 1), false,
                             err);
    } else if (begins(l->s, l->len, MARK_SITE) || begins(l->s, l->len, MARK_IN) ||
               begins(l->s, l->len, MARK_END)) {
        s->in = 0;
        s->behind |= !begins(l->s, l->len, MARK_IN);
    } else if (begins(l->s, l->len, MARK_BACK)) {
        SC_FREE char *word = strndup(l->s + sizeof(MARK_BACK) - 1, l->len - sizeof(MARK_BACK) + 1);
        if (!word)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
        long n = sc_decode_word(word);
        s->in = 0;
        s->has_back = n >= 0;
        sc_buf_free(&s->back);
        sc_buf_add(&s->back, word, n > 0 ? (size_t)n : 0);
        sc_buf_str(&s->back, "");
    } else if (begins(l->s, l->len, MARK_NO_NEWLINE)) {
        struct sc_buf *own = &s->c->own;
        if (own->len && own->data[own->len - 1] == '\n')
            own->data[--own->len] = 0;
    } else if (!sc_cron_is_mark(l->s, l->len) && !(s->in && l->kind == SC_CRON_ENV)) {
        add_line(s, l->s, l->len, l->newline);
    }
    return 0;
}

int sc_cron_split(const char *text, size_t len, struct sc_cron *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    struct splitter s = {.c = &c};
    struct sc_cron_line l;
    const char *at = text, *end = text + len;
    int rc = 0;
    if (len > SC_CRON_TEXT_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "the crontab is larger than %u bytes",
                            SC_CRON_TEXT_MAX);
    while (rc == 0 && sc_cron_next_line(&at, end, &l)) {
        size_t own = c.own.len;
        rc = take(&s, &l, err);
        /* as it was found: what stands before the sections, and what was appended to them */
        if (rc == 0 && (!s.behind || c.own.len > own)) {
            sc_buf_add(&c.found, l.s, l.len);
            sc_buf_str(&c.found, l.newline ? "\n" : "");
        }
    }
    if (rc == 0)
        rc = sc_buf_check(&c.own, "a crontab", err);
    if (rc == 0)
        rc = sc_buf_check(&c.found, "a crontab", err);
    for (size_t i = 0; rc == 0 && i < c.n; i++)
        rc = sc_buf_check(&c.v[i].text, "a crontab", err);
    sc_buf_free(&s.back);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &c);
    return 0;
}
