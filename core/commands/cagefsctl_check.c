/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions before the work: can this server do it, and what would a site see. */
#include "core/commands/cagefsctl.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/check/check.h"
#include "core/commands/plan_words.h"

static const char *result_name(enum sc_check_result result)
{
    switch (result) {
    case SC_CHECK_OK:
        return "OK";
    case SC_CHECK_WARNING:
        return "WARNING";
    case SC_CHECK_SKIPPED:
        return "SKIPPED";
    case SC_CHECK_FAILED:
        break;
    }
    return "FAILED";
}

static json_t *checks_json(const struct sc_checks *checks)
{
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < checks->n; i++) {
        const struct sc_check_row *r = &checks->v[i];
        json_t *o = json_pack("{s:o, s:s, s:o}", "name", sc_json_text(r->name), "result",
                              result_name(r->result), "text", sc_json_text(r->text));
        if (r->domain)
            bad |= json_object_set_new(o, "domain", sc_json_text(r->domain)) |
                   json_object_set_new(o, "handler", json_string(r->handler)) |
                   json_object_set_new(o, "covered", json_boolean(r->covered));
        bad |= json_array_append_new(list, o);
    }
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

#define GROUP_MIN 4 /* so many equal rows of domains become one line */
#define CLOSE_MIN 3 /* of fewer rows everybody sees how they are */

static bool is_equal(const struct sc_check_row *a, const struct sc_check_row *b)
{
    return a->domain && b->domain && a->result == b->result && strcmp(a->text, b->text) == 0;
}

static int by_text(const void *a, const void *b)
{
    const struct sc_check_row *x = *(const struct sc_check_row *const *)a,
                              *y = *(const struct sc_check_row *const *)b;
    int c = (x->result > y->result) - (x->result < y->result);
    if (c == 0)
        c = strcmp(x->text, y->text);
    return c ? c : (x > y) - (x < y);
}

/* Per row: how many domains have its result and text; 0 where one before it has them, too, and they are a group.
 * For free(); NULL: no memory. */
static size_t *group_sizes(const struct sc_checks *checks)
{
    SC_FREE const struct sc_check_row **v = calloc(checks->n + 1, sizeof(*v));
    SC_FREE size_t *sizes = calloc(checks->n + 1, sizeof(*sizes));
    size_t n = 0;
    if (!v || !sizes)
        return NULL;
    for (size_t i = 0; i < checks->n; i++)
        if (checks->v[i].domain)
            v[n++] = &checks->v[i];
    if (n)
        qsort(v, n, sizeof(*v), by_text);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && is_equal(v[from], v[to]);)
            to++;
        for (size_t k = from; k < to; k++)
            sizes[v[k] - checks->v] = k > from && to - from >= GROUP_MIN ? 0 : to - from;
    }
    return sc_steal_ptr(&sizes);
}

static enum sc_tone tone_of(enum sc_check_result result)
{
    return result == SC_CHECK_FAILED    ? SC_TONE_BAD
           : result == SC_CHECK_WARNING ? SC_TONE_WARNING
           : result == SC_CHECK_OK      ? SC_TONE_GOOD
                                        : SC_TONE_PLAIN;
}

static void row_text(struct sc_out *o, const struct sc_check_row *r, size_t more)
{
    sc_out_toned(o, tone_of(r->result), result_name(r->result), 7);
    sc_out_fmt(o, "  %s", r->name);
    if (r->domain) {
        sc_out_fmt(o, " ");
        sc_out_word(o, r->domain);
    }
    if (more)
        sc_out_fmt(o, " and %zu more", more);
    sc_out_fmt(o, ": ");
    sc_out_word(o, r->text);
    sc_out_fmt(o, "\n");
}

static void closing_text(struct sc_out *o, const struct sc_checks *checks)
{
    size_t of[4] = {0};
    if (checks->n < CLOSE_MIN)
        return;
    for (size_t i = 0; i < checks->n; i++)
        of[checks->v[i].result]++;
    enum sc_check_result all = of[SC_CHECK_FAILED]    ? SC_CHECK_FAILED
                               : of[SC_CHECK_WARNING] ? SC_CHECK_WARNING
                                                      : SC_CHECK_OK;
    sc_out_toned(o, tone_of(all), result_name(all), 7);
    sc_out_fmt(o, "  all: %zu checks: %zu OK, %zu warning%s, %zu skipped, %zu failed\n", checks->n,
               of[SC_CHECK_OK], of[SC_CHECK_WARNING], of[SC_CHECK_WARNING] == 1 ? "" : "s",
               of[SC_CHECK_SKIPPED], of[SC_CHECK_FAILED]);
}

static void checks_text(struct sc_out *o, const struct sc_checks *checks)
{
    SC_FREE size_t *sizes = group_sizes(checks);
    for (size_t i = 0; i < checks->n; i++) {
        size_t n = sizes && checks->v[i].domain ? sizes[i] : 1;
        if (n)
            row_text(o, &checks->v[i], n >= GROUP_MIN ? n - 1 : 0);
    }
    closing_text(o, checks);
}

int sc_ctl_check(struct sc_ctl *c, struct sc_error *err)
{
    SC_CLEANUP(sc_checks_done) struct sc_checks checks = {0};
    int rc = sc_engine_check(c->names, c->n, &checks, err);
    if (rc < 0)
        return rc;
    if (c->out->json)
        sc_out_set_take(c->out, "checks", checks_json(&checks));
    else
        checks_text(c->out, &checks);

    SC_BUF struct sc_buf bad = SC_BUF_INIT;
    size_t n = 0;
    for (size_t i = 0; i < checks.n; i++)
        if (checks.v[i].result == SC_CHECK_FAILED)
            sc_buf_fmt(&bad, "%s%s%s%s", n++ ? ", " : "", checks.v[i].name,
                       checks.v[i].domain ? " " : "", checks.v[i].domain ? checks.v[i].domain : "");
    if (n == 0)
        return 0;
    return sc_error_is(err, SC_IS_CHECK_FAILED,
                       sc_error_set(err, SC_E_PLATFORM, "%zu of %zu checks failed: %s", n, checks.n,
                                    bad.data ? bad.data : ""));
}

/* Lines that end with a colon are heads. */
static void words_text(struct sc_out *o, char *words)
{
    char *line;
    while ((line = strsep(&words, "\n")) != NULL) {
        size_t n = strlen(line);
        bool head = n && line[0] != ' ' && line[n - 1] == ':';
        sc_out_toned(o, head ? SC_TONE_HEAD : SC_TONE_PLAIN, line, 0);
        if (words)
            sc_out_fmt(o, "\n");
    }
}

int sc_ctl_plan(struct sc_ctl *c, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_engine_plan(c->server, c->names[0], &text, c->watch, err);
    if (rc < 0)
        return rc;
    SC_BUF struct sc_buf words = SC_BUF_INIT;
    if (c->terminal && !c->raw && text.data && (rc = sc_plan_words(text.data, &words, err)) < 0)
        return rc;
    if (words.data)
        words_text(c->out, words.data);
    else
        sc_out_fmt(c->out, "%s", text.data ? text.data : "");
    sc_out_set_take(c->out, "domain", sc_json_text(c->names[0]));
    sc_out_set_take(c->out, "text", sc_json_text(text.data ? text.data : ""));
    return 0;
}
