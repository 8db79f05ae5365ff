/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sites used over time, and what happened to them. */
#include "core/commands/cagefsctl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/commands/history_json.h"

#define DAY_S          86400
#define PAGES_OF_A_MIB 256

static void point_text(struct sc_out *o, const struct sc_history_point *p)
{
    char at[SC_TIME_TEXT];
    int64_t faults = 0;
    for (int i = 0; i < SC_FAULTS; i++)
        faults += p->faults[i];
    sc_out_fmt(o,
               "  %-20s %6" PRId64 ".%02" PRId64 " %6" PRId64 ".%02" PRId64 " %7" PRId64
               " %7" PRId64 " %8" PRId64 " %6" PRId64 " %5" PRId64 " %5" PRId64 " %7" PRId64 "\n",
               sc_time_text(p->t, at), p->cpu / 100, p->cpu % 100, p->cpu_max / 100,
               p->cpu_max % 100, p->pmem / PAGES_OF_A_MIB, p->pmem_max / PAGES_OF_A_MIB, p->io,
               p->iops, p->nproc_max, p->ep_max, faults);
}

static void events_text(struct sc_out *o, const struct sc_history_events *l)
{
    char at[SC_TIME_TEXT];
    for (size_t i = 0; i < l->n; i++) {
        sc_out_fmt(o, i ? "" : "  What happened (when last, how often):\n");
        sc_out_fmt(o, "  %-20s %5" PRId64 "  %s%s", sc_time_text(l->v[i].t, at), l->v[i].n,
                   l->v[i].kind, *l->v[i].detail ? ": " : "");
        sc_out_word(o, l->v[i].detail);
        sc_out_fmt(o, "\n");
    }
}

static void changes_text(struct sc_out *o, const struct sc_changes *l)
{
    char at[SC_TIME_TEXT];
    for (size_t i = 0; i < l->n; i++) {
        const struct sc_change *c = &l->v[i];
        bool done = strcmp(c->came, "done") == 0;
        sc_out_fmt(o, i ? "" : "  Who changed it:\n");
        sc_out_fmt(o, "  %-20s %5s  %s%s", sc_time_text(c->t, at), c->by, c->what,
                   done ? "" : ", failed: ");
        sc_out_word(o, done ? "" : c->came);
        sc_out_fmt(o, "\n");
    }
}

static void site_text(struct sc_out *o, const struct sc_history_name *name,
                      const struct sc_site_history *h, const struct sc_changes *changes)
{
    char from[SC_TIME_TEXT];
    sc_out_fmt(o, "\n");
    sc_out_word(o, name->domain);
    sc_out_fmt(o, " of user ");
    sc_out_word(o, name->user);
    sc_out_fmt(o, " since %s, in steps of %" PRId64 " s:\n", sc_time_text(h->series.from, from),
               h->series.step);
    if (h->series.n == 0)
        sc_out_fmt(o, "  it was idle, or nobody looked\n");
    else
        sc_out_fmt(o, "  %-20s %9s %9s %7s %7s %8s %6s %5s %5s %7s\n", "FROM", "CPU %", "MAX %",
                   "MiB", "MAX", "IO KiB/s", "IO/s", "PROC", "ENTR", "FAULTS");
    for (size_t i = 0; i < h->series.n; i++)
        point_text(o, &h->series.v[i]);
    events_text(o, &h->events);
    changes_text(o, changes);
}

static json_t *sites_json(const struct sc_history_names *names, const struct sc_site_histories *l,
                          const struct sc_changes *changes)
{
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < names->n; i++) {
        json_t *one =
            json_pack("{s:o, s:o, s:I}", "domain", sc_json_text(names->v[i].domain), "username",
                      sc_json_text(names->v[i].user), "lve_id", (json_int_t)names->v[i].site);
        bad |= one ? sc_history_json_set(one, &l->v[i]) : -1;
        bad |= json_object_set_new(one, "changes", sc_changes_json(&changes[i]));
        bad |= json_array_append_new(list, one);
    }
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

static int look(struct sc_ctl *c, const struct sc_history_names *names,
                struct sc_site_histories *ret, struct sc_error *err)
{
    struct sc_history_asked asked = c->history;
    SC_FREE unsigned *sites = calloc(names->n + 1, sizeof(*sites));
    if (!sites)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    for (size_t i = 0; i < names->n; i++)
        sites[i] = names->v[i].site;
    if (!asked.period)
        asked.period = DAY_S;
    return sc_engine_history(c->server, sites, names->n, &asked, ret, err);
}

static void tell(struct sc_out *o, const struct sc_history_names *names,
                 const struct sc_site_histories *l, const struct sc_changes *changes)
{
    if (o->json) {
        sc_out_set_take(o, "kept", json_boolean(l->kept));
        sc_out_set_take(o, "sites", sites_json(names, l, changes));
        return;
    }
    if (!l->kept)
        sc_out_fmt(o, "There is no history yet: sitecage-monitor keeps it (history_size in "
                      "/etc/sitecage.conf)\n");
    if (names->n == 0)
        sc_out_fmt(o, "No isolated sites\n");
    for (size_t i = 0; l->kept && i < names->n; i++)
        site_text(o, &names->v[i], &l->v[i], &changes[i]);
}

int sc_ctl_history(struct sc_ctl *c, struct sc_error *err)
{
    SC_CLEANUP(sc_history_names_done) struct sc_history_names names = {0};
    SC_CLEANUP(sc_site_histories_done) struct sc_site_histories l = {0};
    int rc = sc_engine_history_names(c->server, c->names, c->n, &names, err);
    if (rc == 0)
        rc = look(c, &names, &l, err);
    if (rc < 0)
        return rc;
    SC_FREE struct sc_changes *changes = calloc(names.n + 1, sizeof(*changes));
    if (!changes)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    rc = sc_engine_history_changes(&names, l.n ? l.v[0].series.from : 0, changes, err);
    if (rc == 0)
        tell(c->out, &names, &l, changes);
    for (size_t i = 0; i < names.n; i++)
        sc_changes_done(&changes[i]);
    return rc;
}
