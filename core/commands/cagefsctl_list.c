/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is isolated, and how it is. */
#include "core/commands/cagefsctl.h"

#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/commands/stats_json.h"

/* {"a.example": "private", …} */
static json_t *homes_json(const struct sc_listed_user *u)
{
    json_t *homes = json_object();
    int bad = 0;
    for (size_t i = 0; u->homes && i < u->n; i++) {
        json_t *name = sc_json_text(u->domains[i]);
        bad |= json_object_set_new(homes, json_string_value(name), json_string(u->homes[i]));
        json_decref(name);
    }
    if (!bad)
        return homes;
    json_decref(homes);
    return NULL;
}

static json_t *listing_json(const struct sc_listing *l)
{
    json_t *users = json_array();
    int bad = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct sc_listed_user *u = &l->v[i];
        bad |= json_array_append_new(
            users, json_pack("{s:o, s:I, s:o, s:o}", "username", sc_json_text(u->name), "uid",
                             (json_int_t)u->uid, "domains",
                             sc_json_texts((const char *const *)u->domains, u->n), "homes",
                             homes_json(u)));
    }
    if (!bad)
        return users;
    json_decref(users);
    return NULL;
}

static void listing_text(struct sc_out *o, const struct sc_listing *l)
{
    if (l->n == 0)
        sc_out_fmt(o, "No users with enabled CloudLinux Isolates\n");
    for (size_t i = 0; i < l->n; i++) {
        const struct sc_listed_user *u = &l->v[i];
        sc_out_fmt(o, "\nDomains with enabled CloudLinux Isolates for user ");
        sc_out_word(o, u->name);
        sc_out_fmt(o, ":\n");
        for (size_t k = 0; k < u->n; k++) {
            sc_out_word(o, u->domains[k]);
            sc_out_fmt(o, "\n");
        }
    }
}

/* Standard output is the specification's; what it does not know goes to standard error. */
static void listing_notices(struct sc_out *o, const struct sc_listing *l)
{
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < l->v[i].n_covers; k++) {
            const struct sc_listed_cover *c = &l->v[i].covers[k];
            SC_FREE char *line = NULL;
            if (asprintf(&line, "%s: %s: %s", c->domain, sc_coverage_name(c->is), c->text) < 0)
                line = NULL;
            sc_out_notice(o, line ? line : c->domain);
        }
}

int sc_ctl_list(struct sc_ctl *c, struct sc_error *err)
{
    SC_CLEANUP(sc_listing_done) struct sc_listing l = {0};
    int rc = sc_engine_list(c->server, c->n ? c->names : NULL, c->n, &l, err);
    if (rc < 0)
        return rc;
    if (c->out->json)
        sc_out_set_take(c->out, "users", listing_json(&l));
    else
        listing_text(c->out, &l);
    listing_notices(c->out, &l);
    return 0;
}

/* off: not isolated and not wanted. learning: the same, and what it uses is recorded. ending: the same, but
 * requests of before may finish. stale: not as it should be. failing: it does not run; the last attempt failed, too.
 * not covered, unverified: isolation does not reach all of it, or may not. idle:
 * made at the first request. */
static const char *state_of(const struct sc_status_row *r)
{
    if (r->isolated && r->failing.since)
        return "failing";
    if (r->stale)
        return "stale";
    if (r->learning_until)
        return "learning";
    if (!r->isolated)
        return r->ending ? "ending" : "off";
    if (r->coverage != SC_COVERAGE_COVERED)
        return sc_coverage_name(r->coverage);
    return r->running ? "running" : "idle";
}

/* Of what somebody should look at. */
static enum sc_tone tone_of(const struct sc_status_row *r)
{
    if (r->isolated && r->failing.since)
        return SC_TONE_BAD;
    if (r->stale)
        return SC_TONE_WARNING;
    return r->isolated && !r->learning_until && r->coverage == SC_COVERAGE_NOT ? SC_TONE_BAD
                                                                               : SC_TONE_PLAIN;
}

static int set_learning(json_t *site, const struct sc_status_row *r)
{
    return !r->learning_until
               ? 0
               : json_object_set_new(site, "learning_until", json_integer(r->learning_until));
}

/* Of a former view; nothing where there is none. */
static int set_ending(json_t *site, const struct sc_status_row *r)
{
    return !r->ending ? 0
                      : json_object_set_new(
                            site, "ending",
                            json_pack("{s:I, s:I}", "processes", (json_int_t)r->ending_processes,
                                      "seconds_left", (json_int_t)(r->ending_ms / 1000)));
}

/* Nothing where it does not fail. */
static int set_failing(json_t *site, const struct sc_failing *f)
{
    return !f->since
               ? 0
               : json_object_set_new(site, "failing",
                                     json_pack("{s:I, s:I, s:s}", "since", (json_int_t)f->since,
                                               "attempts", (json_int_t)f->n, "reason", f->text));
}

static json_t *status_json(const struct sc_status *st)
{
    json_t *sites = json_array();
    int bad = 0;
    for (size_t i = 0; i < st->n; i++) {
        const struct sc_status_row *r = &st->v[i];
        json_t *site = json_pack(
            "{s:o, s:o, s:o, s:b, s:s, s:I, s:s?, s:b, s:I, s:o, s:o, s:o}", "domain",
            sc_json_text(r->domain), "username", sc_json_text(r->user), "docroot",
            sc_json_text(r->docroot), "isolated", (int)r->isolated, "state", state_of(r), "lve_id",
            (json_int_t)r->id, "home", r->home, "running", (int)r->running, "processes",
            (json_int_t)r->processes, "stale", sc_json_text(r->stale), "coverage",
            r->isolated ? sc_json_text(sc_coverage_name(r->coverage)) : json_null(), "reason",
            sc_json_text(r->coverage_text));
        bad |= site ? sc_stats_json_set(site, &r->stats) : -1;
        bad |= site ? set_ending(site, r) : -1;
        bad |= site && r->isolated ? set_failing(site, &r->failing) : 0;
        bad |= site ? set_learning(site, r) : -1;
        bad |= site ? json_object_set_new(site, "locked", json_boolean(r->locked)) : -1;
        bad |= json_array_append_new(sites, site);
    }
    if (!bad)
        return sites;
    json_decref(sites);
    return NULL;
}

static json_t *notes_json(const struct sc_status *st)
{
    json_t *notes = json_array();
    int bad = 0;
    for (size_t i = 0; i < st->n_notes; i++)
        for (const char *p = st->notes[i].text.data; *p;) {
            size_t n = strcspn(p, "\n");
            SC_FREE char *line = strndup(p, n);
            bad |= json_array_append_new(notes, json_pack("{s:o, s:o}", "username",
                                                          sc_json_text(st->notes[i].user), "text",
                                                          sc_json_text(line)));
            p += n + (p[n] == '\n');
        }
    if (!bad)
        return notes;
    json_decref(notes);
    return NULL;
}

/* Columns that a word takes: its characters, where it is UTF-8. */
static size_t width(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static void cell(struct sc_out *o, const char *word, size_t columns)
{
    size_t used = width(word);
    sc_out_word(o, word);
    sc_out_fmt(o, "%*s", (int)(used < columns ? columns - used : 0) + 2, "");
}

static const char *or_dash(const char *s)
{
    return s && *s ? s : "-";
}

static void reason_text(struct sc_out *o, const char *reason)
{
    if (!reason)
        return;
    sc_out_fmt(o, "    ");
    sc_out_word(o, reason);
    sc_out_fmt(o, "\n");
}

/* Where the state's own column says something else, in front of the reason. */
static void coverage_text(struct sc_out *o, const struct sc_status_row *r)
{
    const char *is = sc_coverage_name(r->coverage);
    if (!r->coverage_text)
        return;
    sc_out_fmt(o, "    ");
    if (r->isolated && strcmp(state_of(r), is) != 0)
        sc_out_fmt(o, "%s: ", is);
    sc_out_word(o, r->coverage_text);
    sc_out_fmt(o, "\n");
}

static void failing_text(struct sc_out *o, const struct sc_failing *f)
{
    char at[SC_TIME_TEXT];
    if (f->since)
        sc_out_fmt(o, "    it does not run, since %s, %llu attempts: %s\n",
                   sc_time_text(f->since, at), (unsigned long long)f->n, f->text);
}

static void ending_text(struct sc_out *o, const struct sc_status_row *r)
{
    if (r->ending && r->ending_ms < 0)
        sc_out_fmt(o, "    processes of its former view do not end: %u\n", r->ending_processes);
    else if (r->ending)
        sc_out_fmt(o, "    requests of its former view may finish: %u processes, %lld s at most\n",
                   r->ending_processes, (long long)(r->ending_ms + 999) / 1000);
}

static void learning_text(struct sc_out *o, const struct sc_status_row *r)
{
    char at[SC_TIME_TEXT];
    if (r->learning_until)
        sc_out_fmt(o, "    not isolated: what it uses is recorded until %s\n",
                   sc_time_text(r->learning_until, at));
}

static void refused_text(struct sc_out *o, const struct sc_web_refused *r)
{
    char at[SC_TIME_TEXT];
    if (r->n)
        sc_out_fmt(o, "    Apache refused %llu of its requests, the last at %s: %u: %s\n",
                   (unsigned long long)r->n, sc_time_text(r->last, at), r->status, r->reason);
}

static void locked_text(struct sc_out *o, const struct sc_status *st)
{
    if (st->n_locked == 0)
        return;
    sc_out_fmt(o, "Locked users: ");
    sc_out_words(o, (const char *const *)st->locked, st->n_locked, ", ");
    sc_out_fmt(o, "\n");
}

static void status_text(struct sc_out *o, const struct sc_status *st, unsigned only)
{
    size_t domains = strlen("DOMAIN"), users = strlen("USER"), states = strlen("running");
    sc_out_fmt(o, "Feature: %s, mode %s\n", st->enabled ? "enabled" : "disabled",
               sc_policy_mode_name(st->mode));
    locked_text(o, st);
    if (st->n == 0) {
        sc_out_fmt(o, only ? "No such sites\n" : "No isolated sites\n");
        return;
    }
    for (size_t i = 0; i < st->n; i++) {
        size_t d = width(or_dash(st->v[i].domain)), u = width(or_dash(st->v[i].user));
        size_t s = width(state_of(&st->v[i]));
        states = s > states ? s : states;
        domains = d > domains ? d : domains;
        users = u > users ? u : users;
    }
    sc_out_fmt(o, "\n");
    cell(o, "DOMAIN", domains);
    cell(o, "USER", users);
    cell(o, "STATE", states);
    sc_out_fmt(o, "PROCESSES  DOCROOT\n");
    for (size_t i = 0; i < st->n; i++) {
        const struct sc_status_row *r = &st->v[i];
        cell(o, or_dash(r->domain), domains);
        cell(o, or_dash(r->user), users);
        sc_out_toned(o, tone_of(r), state_of(r), states + 2);
        if (r->running)
            sc_out_fmt(o, "%9u  ", r->processes);
        else
            sc_out_fmt(o, "%9s  ", "-");
        sc_out_word(o, or_dash(r->docroot));
        sc_out_fmt(o, "\n");
        if (r->home && strcmp(r->home, "shared") == 0)
            sc_out_fmt(o, "    home: shared\n");
        if (r->locked && r->isolated)
            sc_out_fmt(o, "    locked: its user cannot disable it\n");
        reason_text(o, r->stale);
        failing_text(o, &r->failing);
        coverage_text(o, r);
        ending_text(o, r);
        learning_text(o, r);
        refused_text(o, &r->stats.refused);
    }
}

static void notes_text(struct sc_out *o, const struct sc_status *st)
{
    if (st->n_notes)
        sc_out_fmt(o, "\n");
    for (size_t i = 0; i < st->n_notes; i++)
        for (const char *p = st->notes[i].text.data; *p;) {
            size_t n = strcspn(p, "\n");
            SC_FREE char *line = strndup(p, n);
            sc_out_word(o, st->notes[i].user);
            sc_out_fmt(o, ": ");
            sc_out_word(o, line ? line : "");
            sc_out_fmt(o, "\n");
            p += n + (p[n] == '\n');
        }
}

static bool is_asked_for(const struct sc_status_row *r, unsigned only)
{
    return !only || (only & SC_CTL_FAILING && (r->failing.since || r->dead)) ||
           (only & SC_CTL_STALE && r->stale) ||
           (only & SC_CTL_NOT_COVERED && r->isolated && r->coverage != SC_COVERAGE_COVERED) ||
           (only & SC_CTL_NOT_ISOLATED && !r->isolated);
}

/* Those that were asked for come to the front; the others are kept behind them, to be freed. */
static size_t select_rows(struct sc_status *st, unsigned only)
{
    size_t n = 0;
    for (size_t i = 0; i < st->n; i++) {
        struct sc_status_row row = st->v[i];
        if (!is_asked_for(&row, only))
            continue;
        memmove(st->v + n + 1, st->v + n, (i - n) * sizeof(row));
        st->v[n++] = row;
    }
    return n;
}

int sc_ctl_status(struct sc_ctl *c, struct sc_error *err)
{
    SC_CLEANUP(sc_status_done) struct sc_status all = {0};
    bool every = c->n == 0 && (c->all || c->only & SC_CTL_NOT_ISOLATED);
    int rc = every ? sc_engine_status_all(c->server, &all, err)
                   : sc_engine_status(c->server, c->n ? c->names : NULL, c->n, &all, err);
    if (rc < 0)
        return rc;
    struct sc_status st = all;
    st.n = select_rows(&all, c->only);
    if (!c->out->json) {
        status_text(c->out, &st, c->only);
        notes_text(c->out, &st);
        return 0;
    }
    sc_out_set_take(c->out, "enabled", json_boolean(st.enabled));
    sc_out_set_take(c->out, "mode", sc_json_text(sc_policy_mode_name(st.mode)));
    sc_out_set_take(c->out, "sites", status_json(&st));
    sc_out_set_take(c->out, "notes", notes_json(&st));
    sc_out_set_take(c->out, "locked_users",
                    sc_json_texts((const char *const *)st.locked, st.n_locked));
    return 0;
}
