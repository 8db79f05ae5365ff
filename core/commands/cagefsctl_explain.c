/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why is it so: the last failures of a site, and who closes a path. */
#include "core/commands/cagefsctl.h"

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/commands/explain_json.h"

static void failure_text(struct sc_out *o, const struct sc_explained_failure *f)
{
    char last[SC_TIME_TEXT] = "", first[SC_TIME_TEXT] = "";
    if (f->last)
        sc_time_text(f->last, last);
    if (f->first)
        sc_time_text(f->first, first);
    sc_out_fmt(o, "  %-20s  ", f->last ? last : "-");
    if (f->status)
        sc_out_fmt(o, "%3u  ", f->status);
    else
        sc_out_fmt(o, "  -  ");
    sc_out_fmt(o, "%llu times", (unsigned long long)f->n);
    if (f->first && f->first != f->last)
        sc_out_fmt(o, " since %s", first);
    sc_out_fmt(o, ": %s\n", f->text);
}

static void failures_text(struct sc_out *o, const struct sc_explanation *e)
{
    sc_out_fmt(o, e->failures.n ? "Last failures (when last, status, how often, why):\n"
                                : "No failure of it is known.\n");
    for (size_t i = 0; i < e->failures.n; i++)
        failure_text(o, &e->failures.v[i]);
}

static void site_text(struct sc_out *o, const struct sc_explanation *e)
{
    char at[SC_TIME_TEXT];
    sc_out_word(o, e->domain);
    sc_out_fmt(o, " of user ");
    sc_out_word(o, e->user);
    sc_out_fmt(o, ": %s\n", e->isolated ? "isolated" : "not isolated");
    if (e->stale) {
        sc_out_fmt(o, "It is not as it should be: ");
        sc_out_word(o, e->stale);
        sc_out_fmt(o, "\n");
    }
    if (e->failing.since)
        sc_out_fmt(o, "It does not run, since %s, %llu attempts: %s\n",
                   sc_time_text(e->failing.since, at), (unsigned long long)e->failing.n,
                   e->failing.text);
    failures_text(o, e);
}

static void line_text(struct sc_out *o, const char *what, const char *text)
{
    if (!text)
        return;
    sc_out_fmt(o, "    %s", what);
    sc_out_word(o, text);
    sc_out_fmt(o, "\n");
}

/* What is the site's own is never closed to it. */
static const char *verdict(const struct sc_path_answer *p)
{
    bool own = strcmp(p->rule, "document-root") == 0 || strcmp(p->rule, "application") == 0;
    return p->write && p->read ? "can be read and written"
           : p->read           ? "can be read, not written"
           : p->write          ? "can be written, not read"
           : own && !p->there  ? "does not exist"
                               : "closed";
}

static void path_text(struct sc_out *o, const struct sc_explanation *e)
{
    const struct sc_path_answer *p = &e->path;
    sc_out_word(o, p->asked);
    sc_out_fmt(o, ": %s\n", verdict(p));
    if (strcmp(p->place, p->asked) != 0)
        line_text(o, "what decides is ", p->place);
    line_text(o, "", p->reason);
    line_text(o, "a line in /etc/cagefs/site-isolation.paths opens it: ", p->grant);
    line_text(o, "or a command of its user: ", p->command);
    line_text(o, "no line opens it: ", p->no_grant);
}

int sc_ctl_explain(struct sc_ctl *c, struct sc_error *err)
{
    SC_CLEANUP(sc_explanation_done) struct sc_explanation e = {0};
    int rc = sc_engine_explain(c->server, c->names[0], c->n > 1 ? c->names[1] : NULL, &e, err);
    if (rc < 0)
        return rc;
    if (!c->out->json) {
        site_text(c->out, &e);
        if (e.path.asked)
            path_text(c->out, &e);
        return 0;
    }
    json_t *all = json_object();
    if (!all || sc_explain_json_set(all, &e) < 0) {
        json_decref(all);
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    }
    const char *key;
    json_t *value;
    json_object_foreach(all, key, value) sc_out_set_take(c->out, key, json_incref(value));
    json_decref(all);
    return 0;
}
