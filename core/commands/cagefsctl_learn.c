/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site was seen to use. */
#include "core/commands/cagefsctl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/config/paths_conf.h"
#include "core/engine/learn.h"

static const struct {
    enum sc_learn_kind kind;
    const char *text, *json;
} words[] = {{SC_LEARN_READ, "read", "read"},
             {SC_LEARN_WRITE, "written", "write"},
             {SC_LEARN_RUN, "run", "run"},
             {SC_LEARN_LIST, "listed", "list"},
             {SC_LEARN_CONNECT, "connected to", "connect"}};
#define N_WORDS (sizeof(words) / sizeof(words[0]))

/* "read, listed" */
static void kinds_text(unsigned kinds, struct sc_buf *out)
{
    for (size_t i = 0; i < N_WORDS; i++)
        if (kinds & words[i].kind)
            sc_buf_fmt(out, "%s%s", out->len ? ", " : "", words[i].text);
}

static const char *mode(const struct sc_learn_need *n)
{
    return n->rw ? "rw" : "ro";
}

/* The line of domains.json; NULL: JSON cannot have it, the name is not UTF-8. */
static char *domains_line(const struct sc_learn_need *n)
{
    json_auto_t *paths = json_pack("{s:[s]}", mode(n), n->rel);
    SC_FREE char *text = paths ? json_dumps(paths, 0) : NULL;
    char *line = NULL;
    return text && asprintf(&line, "\"paths\": %s", text) >= 0 ? line : NULL;
}

/* As a pattern that matches itself. */
static void add_glob(struct sc_buf *out, const char *path)
{
    for (; *path; path++) {
        if (strchr("*?[]\\", *path))
            sc_buf_str(out, "\\");
        sc_buf_enc(out, path, 1);
    }
}

/* The line of the administrator's file (core/config/paths_conf.h). */
static char *paths_line(const struct sc_learn_report *r, const struct sc_learn_need *n)
{
    struct sc_buf line = SC_BUF_INIT;
    add_glob(&line, r->docroot);
    sc_buf_fmt(&line, " %s ", mode(n));
    sc_buf_enc(&line, r->home, strlen(r->home));
    sc_buf_str(&line, "/");
    sc_buf_enc(&line, n->rel, strlen(n->rel));
    return line.data;
}

static char *full_path(const struct sc_learn_report *r, const char *rel)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", r->home, rel) < 0 ? NULL : path;
}

/* ---- in words ---- */

static void word_or_none(struct sc_out *o, const char *text)
{
    sc_out_word(o, text ? text : "");
}

static void need_text(struct sc_out *o, const struct sc_learn_report *r,
                      const struct sc_learn_need *n)
{
    SC_BUF struct sc_buf kinds = SC_BUF_INIT;
    SC_FREE char *path = full_path(r, n->rel);
    SC_FREE char *example = n->example ? full_path(r, n->example) : NULL;
    SC_FREE char *domains = domains_line(n), *paths = paths_line(r, n);
    kinds_text(n->kinds, &kinds);
    sc_out_fmt(o, "\n");
    word_or_none(o, path);
    sc_out_fmt(o, ": %s, %" PRIu64 "x", kinds.data ? kinds.data : "", n->n);
    for (size_t i = 0; i < n->n_by; i++) {
        sc_out_fmt(o, "%s", i ? "; " : ", by ");
        sc_out_word(o, n->by[i]);
    }
    sc_out_fmt(o, "\n");
    if (example) {
        sc_out_fmt(o, "    for example ");
        sc_out_word(o, example);
        sc_out_fmt(o, "\n");
    }
    if (n->refused) {
        sc_out_fmt(o, "    cannot be given: it is %s\n", n->refused);
        return;
    }
    if (domains) {
        sc_out_fmt(o, "    in ~/.lve/domains.json: ");
        sc_out_word(o, domains);
    }
    sc_out_fmt(o, "%s    %sin " SC_PATHS_CONF_PATH ": ", domains ? "\n" : "", domains ? "or " : "");
    word_or_none(o, paths);
    sc_out_fmt(o, "\n");
}

static void head_text(struct sc_ctl *c, const struct sc_learn_report *r)
{
    char since[SC_TIME_TEXT], until[SC_TIME_TEXT];
    (void)sc_time_text(r->since, since);
    (void)sc_time_text(r->until, until);
    sc_out_word(c->out, c->names[0]);
    if (r->until)
        sc_out_fmt(c->out, ": recorded since %s, until %s%s\n", since, until,
                   r->recorded ? "" : "; nothing of it runs at the moment");
    else
        sc_out_fmt(c->out, ": recorded from %s on; it learns no more\n", since);
}

static void report_text(struct sc_ctl *c, const struct sc_learn_report *r)
{
    bool any = false;
    head_text(c, r);
    if (r->lost)
        sc_out_fmt(c->out,
                   "The report is not whole: %" PRIu64 " times the site used more at once "
                   "than the kernel keeps.\n",
                   r->lost);
    if (r->more)
        sc_out_fmt(c->out,
                   "The report is not whole: it has room for %d places, and %" PRIu64
                   " uses of others "
                   "were left out.\n",
                   SC_LEARN_PLACES_MAX, r->more);
    if (r->needs.n == 0) {
        sc_out_fmt(c->out, "It used nothing that isolation would take from it.\n");
        return;
    }
    sc_out_fmt(c->out, "It used %zu place%s that isolation would take from it:\n", r->needs.n,
               r->needs.n == 1 ? "" : "s");
    for (size_t i = 0; i < r->needs.n; i++) {
        need_text(c->out, r, &r->needs.v[i]);
        any |= !r->needs.v[i].refused;
    }
    if (any) {
        sc_out_fmt(c->out, "\nAll of it, and isolation: cagefsctl --site-isolation-enable ");
        sc_out_word(c->out, c->names[0]);
        sc_out_fmt(c->out, " --learned\n");
    }
}

/* ---- JSON ---- */

static json_t *text_take(char *text)
{
    json_t *j = text ? sc_json_text(text) : NULL;
    free(text);
    return j;
}

static json_t *uses_json(unsigned kinds)
{
    json_t *list = json_array();
    for (size_t i = 0; i < N_WORDS; i++)
        if (kinds & words[i].kind)
            (void)json_array_append_new(list, json_string(words[i].json));
    return list;
}

static json_t *grant_json(const struct sc_learn_report *r, const struct sc_learn_need *n)
{
    SC_FREE char *domains = domains_line(n);
    return n->refused
               ? json_null()
               : json_pack("{s:o, s:s, s:o, s:o}", "path", sc_json_text(n->rel), "mode", mode(n),
                           "domains_json", domains ? sc_json_text(domains) : json_null(),
                           "site_isolation_paths", text_take(paths_line(r, n)));
}

static json_t *place_json(const struct sc_learn_report *r, const struct sc_learn_need *n)
{
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o}", "path",
                     text_take(full_path(r, n->rel)), "uses", uses_json(n->kinds), "by",
                     sc_json_texts((const char *const *)n->by, n->n_by), "count", (json_int_t)n->n,
                     "first", (json_int_t)n->first, "last", (json_int_t)n->last, "example",
                     n->example ? text_take(full_path(r, n->example)) : json_null(), "grant",
                     grant_json(r, n), "not_given", sc_json_text(n->refused));
}

static json_t *places_json(const struct sc_learn_report *r)
{
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < r->needs.n; i++)
        bad |= json_array_append_new(list, place_json(r, &r->needs.v[i]));
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

static void report_json(struct sc_ctl *c, const struct sc_learn_report *r)
{
    sc_out_set_take(c->out, "domain", sc_json_text(c->names[0]));
    sc_out_set_take(c->out, "learning", json_boolean(r->until != 0));
    sc_out_set_take(c->out, "until", r->until ? json_integer(r->until) : json_null());
    sc_out_set_take(c->out, "since", json_integer(r->since));
    sc_out_set_take(c->out, "recorded_now", json_boolean(r->recorded));
    sc_out_set_take(c->out, "whole", json_boolean(!r->lost && !r->more));
    sc_out_set_take(c->out, "lost", json_integer((json_int_t)r->lost));
    sc_out_set_take(c->out, "left_out", json_integer((json_int_t)r->more));
    sc_out_set_take(c->out, "places", places_json(r));
}

/* ---- the command ---- */

static int report(struct sc_ctl *c, struct sc_error *err)
{
    SC_CLEANUP(sc_learn_report_done) struct sc_learn_report r = {0};
    int rc = sc_engine_learn_report(c->server, c->names[0], &r, err);
    if (rc < 0)
        return rc;
    if (c->out->json)
        report_json(c, &r);
    else
        report_text(c, &r);
    return 0;
}

static int stop(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_learn_stop(c->server, c->names[0], c->watch, err);
    if (rc < 0)
        return rc;
    sc_out_word(c->out, c->names[0]);
    sc_out_fmt(c->out, " learns no more. What it used: cagefsctl --site-isolation-learn ");
    sc_out_word(c->out, c->names[0]);
    sc_out_fmt(c->out, " --report\n");
    sc_out_set_take(c->out, "domain", sc_json_text(c->names[0]));
    return 0;
}

static int begin(struct sc_ctl *c, struct sc_error *err)
{
    int64_t until = 0;
    char text[SC_TIME_TEXT];
    int rc = sc_engine_learn(c->server, c->names[0], c->days ? c->days : SC_LEARN_DAYS, c->anyway,
                             c->watch, &until, err);
    if (rc < 0)
        return rc;
    sc_out_fmt(c->out, "What ");
    sc_out_word(c->out, c->names[0]);
    sc_out_fmt(c->out, " uses of its account is recorded until %s. It is not isolated meanwhile.\n",
               sc_time_text(until, text));
    sc_out_set_take(c->out, "domain", sc_json_text(c->names[0]));
    sc_out_set_take(c->out, "until", json_integer(until));
    return 0;
}

int sc_ctl_learn(struct sc_ctl *c, struct sc_error *err)
{
    switch (c->learn) {
    case SC_CTL_LEARN_STOP:
        return stop(c, err);
    case SC_CTL_LEARN_REPORT:
        return report(c, err);
    default:
        return begin(c, err);
    }
}
