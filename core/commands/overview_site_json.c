/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One domain of an overview. What one does not have is null, so that all have the same members. */
#include "core/commands/overview_site_json.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/commands/explain_json.h"
#include "core/commands/out.h"

static json_t *number(uint64_t v)
{
    return json_integer((json_int_t)(v > INT64_MAX ? INT64_MAX : v));
}

/* Those of `mask`. */
static json_t *figures_json(const uint64_t *values, unsigned mask)
{
    json_t *all = json_object();
    int bad = 0;
    for (unsigned i = 0; i < SC_LIMIT_COUNT; i++)
        if (mask >> i & 1)
            bad |= json_object_set_new(all, sc_limit_name((enum sc_limit)i), number(values[i]));
    if (!bad)
        return all;
    json_decref(all);
    return NULL;
}

static json_t *paths_json(const struct sc_domain_entry *e)
{
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < e->n_paths; i++)
        bad |= json_array_append_new(list,
                                     json_pack("{s:o, s:s}", "path", sc_json_text(e->paths[i].rel),
                                               "mode", e->paths[i].rw ? "rw" : "ro"));
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *ending_json(const struct sc_status_row *r)
{
    return !r->ending ? json_null()
                      : json_pack("{s:I, s:I}", "processes", (json_int_t)r->ending_processes,
                                  "seconds_left", (json_int_t)(r->ending_ms / 1000));
}

static json_t *refused_json(const struct sc_web_refused *r)
{
    return !r->n ? json_null()
                 : json_pack("{s:I, s:I, s:I, s:o}", "requests", (json_int_t)r->n, "last",
                             (json_int_t)r->last, "status", (json_int_t)r->status, "reason",
                             sc_json_text(r->reason));
}

static json_t *learn_json(const struct sc_status_row *r, const struct sc_overview_site *o)
{
    if (!r->learning_until && !o->learned)
        return json_null();
    return json_pack("{s:o, s:b, s:o, s:I, s:b}", "until",
                     r->learning_until ? json_integer(r->learning_until) : json_null(), "recorded",
                     (int)o->learned, "since",
                     o->learned ? json_integer(o->learned_since) : json_null(), "places",
                     (json_int_t)o->places, "whole", (int)(!o->learned || o->whole));
}

static json_t *php_json(const struct sc_overview_site *o)
{
    if (!o->php[0])
        return json_null();
    return json_pack("{s:s, s:b, s:o}", "version", o->php, "own", (int)o->php_own, "extensions",
                     o->php_chosen
                         ? sc_json_texts((const char *const *)o->extensions.v, o->extensions.n)
                         : json_null());
}

static int set_state(json_t *site, const struct sc_status_row *r)
{
    const char *reason;
    enum sc_site_state state = sc_site_state(r, &reason);
    bool sure = r->isolated && r->coverage != SC_COVERAGE_UNVERIFIED;
    int bad = json_object_set_new(site, "isolated", json_boolean(r->isolated));
    bad |= json_object_set_new(site, "state", json_string(sc_site_state_name(state)));
    bad |= json_object_set_new(site, "code", sc_json_text(sc_site_state_code(state)));
    bad |= json_object_set_new(site, "reason", sc_json_text(reason));
    bad |= json_object_set_new(
        site, "covered", sure ? json_boolean(r->coverage == SC_COVERAGE_COVERED) : json_null());
    bad |= json_object_set_new(
        site, "coverage", r->isolated ? json_string(sc_coverage_name(r->coverage)) : json_null());
    bad |= json_object_set_new(site, "coverage_reason", sc_json_text(r->coverage_text));
    bad |= json_object_set_new(site, "stale", sc_json_text(r->stale));
    bad |= json_object_set_new(site, "failing", sc_failing_json(&r->failing));
    bad |= json_object_set_new(site, "ending", ending_json(r));
    return bad;
}

static int set_settings(json_t *site, const struct sc_status_row *r,
                        const struct sc_overview_site *o)
{
    const char *home = sc_home_name(o->said.home);
    int bad = json_object_set_new(site, "home", sc_json_text(r->home));
    bad |= json_object_set_new(site, "home_set", sc_json_text(*home ? home : NULL));
    bad |= json_object_set_new(site, "paths", paths_json(&o->said));
    bad |= json_object_set_new(site, "limits",
                               figures_json(r->stats.limits.value, r->stats.limits.set));
    bad |= json_object_set_new(site, "php", php_json(o));
    return bad;
}

static int set_figures(json_t *site, const struct sc_status_row *r)
{
    const struct sc_limits_stats *s = &r->stats.seen;
    bool is = r->isolated;
    const unsigned all = (1u << SC_LIMIT_COUNT) - 1;
    int bad = json_object_set_new(site, "usage", is ? figures_json(s->usage, all) : json_null());
    bad |= json_object_set_new(site, "peak", is ? figures_json(s->peak, all) : json_null());
    bad |= json_object_set_new(site, "faults", is ? figures_json(s->faults, all) : json_null());
    bad |= json_object_set_new(site, "usage_since",
                               is && s->group ? json_integer(s->since) : json_null());
    bad |= json_object_set_new(site, "refused", refused_json(&r->stats.refused));
    return bad;
}

static json_t *site_json(const struct sc_status_row *r, const struct sc_overview_site *o,
                         json_t *aliases)
{
    static const struct sc_explained_failures none;
    json_t *site =
        json_pack("{s:o, s:b, s:o, s:o}", "domain", sc_json_text(r->domain), "main",
                  (int)o->is_main, "aliases", aliases, "document_root", sc_json_text(r->docroot));
    if (!site)
        return NULL;
    int bad = set_state(site, r);
    bad |= json_object_set_new(site, "running", json_boolean(r->running));
    bad |= json_object_set_new(site, "lve_id", r->id ? json_integer(r->id) : json_null());
    bad |= set_settings(site, r, o);
    bad |= set_figures(site, r);
    bad |=
        json_object_set_new(site, "failures", sc_failures_json(o->failures ? o->failures : &none));
    bad |= json_object_set_new(site, "learn", learn_json(r, o));
    if (!bad)
        return site;
    json_decref(site);
    return NULL;
}

/* Each group's names in one place, so that many domains cost no square. */
static json_t **names_of_groups(const struct sc_overview *o)
{
    json_t **names = calloc(o->st.n + 1, sizeof(json_t *));
    for (size_t i = 0; names && i < o->st.n; i++) {
        json_t **of = &names[o->sites[i].group];
        if (!*of)
            *of = json_array();
        (void)json_array_append_new(*of, sc_json_text(o->st.v[i].domain));
    }
    return names;
}

static json_t *aliases_json(const json_t *names, const char *domain)
{
    json_t *list = json_array(), *self = sc_json_text(domain);
    for (size_t i = 0; i < json_array_size(names); i++)
        if (!json_equal(json_array_get(names, i), self))
            (void)json_array_append(list, json_array_get(names, i));
    json_decref(self);
    return list;
}

json_t *sc_overview_sites_json(const struct sc_overview *o)
{
    json_t *list = json_array(), **names = names_of_groups(o);
    int bad = names ? 0 : -1;
    for (size_t i = 0; !bad && i < o->st.n; i++) {
        json_t *aliases = aliases_json(names[o->sites[i].group], o->st.v[i].domain);
        bad |= json_array_append_new(list, site_json(&o->st.v[i], &o->sites[i], aliases));
    }
    for (size_t i = 0; names && i < o->st.n; i++)
        json_decref(names[i]);
    free(names);
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}
