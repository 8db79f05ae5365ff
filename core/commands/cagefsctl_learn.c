/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site was seen to use. */
#include "core/commands/cagefsctl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/commands/learn_json.h"
#include "core/config/paths_command.h"
#include "core/config/paths_conf.h"
#include "core/engine/learn.h"

static const struct {
    enum sc_learn_kind kind;
    const char *text;
} words[] = {{SC_LEARN_READ, "read"},
             {SC_LEARN_WRITE, "written"},
             {SC_LEARN_RUN, "run"},
             {SC_LEARN_LIST, "listed"},
             {SC_LEARN_CONNECT, "connected to"}};
#define N_WORDS (sizeof(words) / sizeof(words[0]))

/* "read, listed" */
static void kinds_text(unsigned kinds, struct sc_buf *out)
{
    for (size_t i = 0; i < N_WORDS; i++)
        if (kinds & words[i].kind)
            sc_buf_fmt(out, "%s%s", out->len ? ", " : "", words[i].text);
}

/* ---- in words ---- */

static void word_or_none(struct sc_out *o, const char *text)
{
    sc_out_word(o, text ? text : "");
}

static void lines_text(struct sc_out *o, const char *domain, const struct sc_learn_report *r,
                       const struct sc_learn_need *n)
{
    SC_FREE char *mine = sc_learn_domains_line(n), *paths = sc_learn_paths_line(r, n);
    SC_FREE char *command = sc_paths_command(domain, r->home, n->rel, n->rw);
    if (mine) {
        sc_out_fmt(o, "    in ~/.lve/domains.json: ");
        sc_out_word(o, mine);
    }
    sc_out_fmt(o, "%s    %sin " SC_PATHS_CONF_PATH ": ", mine ? "\n" : "", mine ? "or " : "");
    word_or_none(o, paths);
    if (command) {
        sc_out_fmt(o, "\n    or a command of its user: ");
        sc_out_word(o, command);
    }
    sc_out_fmt(o, "\n");
}

static void need_text(struct sc_out *o, const char *domain, const struct sc_learn_report *r,
                      const struct sc_learn_need *n)
{
    SC_BUF struct sc_buf kinds = SC_BUF_INIT;
    SC_FREE char *path = sc_learn_full_path(r, n->rel);
    SC_FREE char *example = n->example ? sc_learn_full_path(r, n->example) : NULL;
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
    if (n->refused)
        sc_out_fmt(o, "    cannot be given: it is %s\n", n->refused);
    else
        lines_text(o, domain, r, n);
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
                   "than the kernel keeps, or the kernel did not let us look.\n",
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
        need_text(c->out, c->names[0], r, &r->needs.v[i]);
        any |= !r->needs.v[i].refused;
    }
    if (any) {
        sc_out_fmt(c->out, "\nAll of it, and isolation: cagefsctl --site-isolation-enable ");
        sc_out_word(c->out, c->names[0]);
        sc_out_fmt(c->out, " --learned\n");
    }
}

/* ---- JSON ---- */

static int report_json(struct sc_ctl *c, const struct sc_learn_report *r, struct sc_error *err)
{
    json_auto_t *all = json_object();
    if (!all || sc_learn_json_set(all, c->names[0], r) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    const char *key;
    json_t *value;
    json_object_foreach(all, key, value) sc_out_set_take(c->out, key, json_incref(value));
    return 0;
}

/* ---- the command ---- */

static int report(struct sc_ctl *c, struct sc_error *err)
{
    SC_CLEANUP(sc_learn_report_done) struct sc_learn_report r = {0};
    int rc = sc_engine_learn_report(c->server, c->names[0], &r, err);
    if (rc < 0)
        return rc;
    if (c->out->json)
        return report_json(c, &r, err);
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
