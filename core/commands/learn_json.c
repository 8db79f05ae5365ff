/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/learn_json.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/commands/out.h"
#include "core/config/paths_command.h"

/* ---- lines ---- */

static const char *mode(const struct sc_learn_need *n)
{
    return n->rw ? "rw" : "ro";
}

char *sc_learn_domains_line(const struct sc_learn_need *n)
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

char *sc_learn_paths_line(const struct sc_learn_report *r, const struct sc_learn_need *n)
{
    struct sc_buf line = SC_BUF_INIT;
    add_glob(&line, r->docroot);
    sc_buf_fmt(&line, " %s ", mode(n));
    sc_buf_enc(&line, r->home, strlen(r->home));
    sc_buf_str(&line, "/");
    sc_buf_enc(&line, n->rel, strlen(n->rel));
    return line.data;
}

char *sc_learn_full_path(const struct sc_learn_report *r, const char *rel)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", r->home, rel) < 0 ? NULL : path;
}

/* ---- JSON ---- */

static const struct {
    enum sc_learn_kind kind;
    const char *json;
} words[] = {{SC_LEARN_READ, "read"},
             {SC_LEARN_WRITE, "write"},
             {SC_LEARN_RUN, "run"},
             {SC_LEARN_LIST, "list"},
             {SC_LEARN_CONNECT, "connect"}};
#define N_WORDS (sizeof(words) / sizeof(words[0]))

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

static json_t *grant_json(const char *domain, const struct sc_learn_report *r,
                          const struct sc_learn_need *n)
{
    SC_FREE char *domains = sc_learn_domains_line(n);
    SC_FREE char *command = sc_paths_command(domain, r->home, n->rel, n->rw);
    return n->refused
               ? json_null()
               : json_pack("{s:o, s:s, s:o, s:o, s:o}", "path", sc_json_text(n->rel), "mode",
                           mode(n), "domains_json", domains ? sc_json_text(domains) : json_null(),
                           "site_isolation_paths", text_take(sc_learn_paths_line(r, n)), "command",
                           command ? sc_json_text(command) : json_null());
}

static json_t *place_json(const char *domain, const struct sc_learn_report *r,
                          const struct sc_learn_need *n)
{
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:o}", "path",
                     text_take(sc_learn_full_path(r, n->rel)), "uses", uses_json(n->kinds), "by",
                     sc_json_texts((const char *const *)n->by, n->n_by), "count", (json_int_t)n->n,
                     "first", (json_int_t)n->first, "last", (json_int_t)n->last, "example",
                     n->example ? text_take(sc_learn_full_path(r, n->example)) : json_null(),
                     "grant", grant_json(domain, r, n), "not_given", sc_json_text(n->refused));
}

static json_t *places_json(const char *domain, const struct sc_learn_report *r)
{
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < r->needs.n; i++)
        bad |= json_array_append_new(list, place_json(domain, r, &r->needs.v[i]));
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

int sc_learn_json_set(json_t *o, const char *domain, const struct sc_learn_report *r)
{
    int bad = json_object_set_new(o, "domain", sc_json_text(domain));
    bad |= json_object_set_new(o, "learning", json_boolean(r->until != 0));
    bad |= json_object_set_new(o, "until", r->until ? json_integer(r->until) : json_null());
    bad |= json_object_set_new(o, "since", json_integer(r->since));
    bad |= json_object_set_new(o, "recorded_now", json_boolean(r->recorded));
    bad |= json_object_set_new(o, "whole", json_boolean(!r->lost && !r->more));
    bad |= json_object_set_new(o, "lost", json_integer((json_int_t)r->lost));
    bad |= json_object_set_new(o, "left_out", json_integer((json_int_t)r->more));
    bad |= json_object_set_new(o, "places", places_json(domain, r));
    return bad ? -1 : 0;
}
