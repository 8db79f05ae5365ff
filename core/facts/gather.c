/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/gather.h"

#include <stdlib.h>
#include <string.h>

#include "core/account/odd.h"
#include "core/base/around.h"
#include "core/base/cleanup.h"
#include "core/facts/held.h"
#include "core/facts/learners.h"
#include "core/facts/had.h"
#include "core/facts/led.h"
#include "core/facts/names.h"
#include "core/facts/wanted.h"
#include "core/server/panel.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an account's facts");
}

/* The last known copy, in the panel's form. */
static int domains_from_store(const struct sc_server *s, const struct sc_account *a,
                              struct sc_domains *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list list = {0};
    int rc = sc_store_domains_get(s->store, a->uid, &list, err);
    if (rc < 0)
        return rc;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    d.v = calloc(list.n ? list.n : 1, sizeof(*d.v));
    if (!d.v)
        return no_memory(err);
    for (size_t i = 0; i < list.n; i++, d.n++) {
        d.v[i] = (struct sc_domain){.name = strdup(list.rows[i].name),
                                    .owner = strdup(a->user),
                                    .docroot = strdup(list.rows[i].docroot),
                                    .is_main = list.rows[i].is_main};
        const char *dir = list.rows[i].site_dir;
        if (!d.v[i].name || !d.v[i].owner || !d.v[i].docroot ||
            (dir && !(d.v[i].site_dir = strdup(dir)))) {
            d.n++;
            return no_memory(err);
        }
    }
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

/* The account's name on the events that wait: also the one that the database has. */
static int gather_hints(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                        struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    int rc = sc_store_user_by_uid(s->store, a->uid, &row, err);
    if (rc == 0 || rc == SC_E_NOTFOUND)
        rc = sc_store_events_about(s->store, a->user, rc == 0 && !row.gone ? row.name : NULL,
                                   &f->hints, err);
    if (rc == 0 && !(f->agreed = calloc(f->hints.n ? f->hints.n : 1, sizeof(*f->agreed))))
        return no_memory(err);
    return rc;
}

static bool is_fresh(const struct sc_server *s, const struct sc_heard *heard)
{
    int64_t now = 0;
    return heard && sc_store_version(s->store, &now, NULL) == 0 && now == heard->version;
}

static int ask_panel(const struct sc_server *s, const struct sc_account *a, struct sc_heard *heard,
                     struct sc_facts *f)
{
    if (!is_fresh(s, heard))
        return sc_panel_user(s, a->user, &f->domains, &f->why);
    f->domains = heard->domains;
    heard->domains = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

int sc_facts_ask(const struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                 struct sc_heard *heard, struct sc_facts *f, struct sc_error *err)
{
    int asked = ask_panel(s, a, heard, f);
    f->from_panel = asked == 0;
    if (asked < 0 && how == SC_FACTS_STRICT) {
        if (err)
            *err = f->why;
        return asked;
    }
    return gather_hints(s, a, f, err);
}

struct sc_identity sc_facts_identity(const struct sc_account *a, const struct sc_facts *f)
{
    return (struct sc_identity){.uid = a->uid,
                                .gid = a->gid,
                                .user = a->user,
                                .home = a->home_alias,
                                .homefd = a->homefd,
                                .hints = &f->hints,
                                .panel = f->from_panel ? &f->domains : NULL};
}

/* What was applied last, for when the user's file cannot be read: the isolated names with their
 * last good limits and paths. */
static int config_from_store(const struct sc_server *s, const struct sc_account *a,
                             struct sc_domains_config *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list names = {0};
    int rc = sc_store_isolated_get(s->store, a->uid, &names, err);
    for (size_t i = 0; rc == 0 && i < names.n; i++) {
        rc = sc_domains_config_set_isolated(ret, names.rows[i].name, true, err);
        SC_CLEANUP(sc_site_row_done) struct sc_site_row site = {0};
        if (rc == 0)
            rc = sc_store_site_by_id(s->store, names.rows[i].site_id, &site, err);
        if (rc == SC_E_NOTFOUND)
            rc = 0;
        if (rc == 0 && site.config) {
            struct sc_domain_entry *e = sc_domains_config_find(ret, names.rows[i].name);
            rc = e ? sc_domain_entry_from_json(e, site.config, a->home_alias, err) : 0;
        }
    }
    return rc;
}

static int gather_config(const struct sc_server *s, const struct sc_account *a,
                         enum sc_facts_how how, struct sc_facts *f, struct sc_error *err)
{
    struct sc_config_user user = {
        .name = a->user, .uid = a->uid, .gid = a->gid, .home = a->home_alias, .homefd = a->homefd};
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_domains_config_load(&user, &f->config, &why);
    f->from_file = rc == 0;
    if (rc < 0 && err)
        *err = why;
    f->why_file = why;
    if (rc < 0 && f->why.code == 0)
        f->why = why;
    if (rc < 0 && how == SC_FACTS_LAST_GOOD) {
        sc_domains_config_free(&f->config);
        f->config = (struct sc_domains_config)SC_DOMAINS_CONFIG_INIT;
        rc = config_from_store(s, a, &f->config, err);
    }
    return rc < 0 ? rc : sc_held_begin(s, a, f, config_from_store, err);
}

/* A place that cannot be a document root of this account changes nothing: what was known stays, so
 * that it stays hidden from the other sites. */
static int last_good_docroot(const struct sc_server *s, const struct sc_account *a,
                             struct sc_domain *d, struct sc_error *err)
{
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row was = {0};
    int rc = sc_store_domain_find(s->store, d->name, &was, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    if (rc == SC_E_NOTFOUND || was.uid != a->uid || !sc_docroots_in_home(a, was.docroot))
        return 0;
    char *docroot = strdup(was.docroot);
    if (!docroot)
        return no_memory(err);
    free(d->docroot);
    d->docroot = docroot;
    return 0;
}

/* Document roots that cannot be this account's: what was known counts instead, so that it stays
 * hidden. That is the one site's trouble: the account's others do not hear of it, unless it is to be
 * isolated. *ret_outside: per domain. */
static int check_docroots(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                          bool *ret_outside, struct sc_error *err)
{
    for (size_t i = 0; i < f->domains.n; i++) {
        struct sc_domain *d = &f->domains.v[i];
        SC_FREE char *inside = NULL;
        if (sc_docroots_in_home(a, d->docroot))
            continue;
        if (sc_around_home(a->home, d->docroot, &inside, NULL) < 0)
            return no_memory(err);
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, d->name);
        if (inside)
            continue;
        ret_outside[i] = true;
        if (e && e->isolated && f->why.code == 0)
            sc_error_set(&f->why, SC_E_DENIED,
                         "the document root %s of %s is outside the home %s of its owner %s; mount "
                         "its place below the home and name it by that path, or correct it in the "
                         "panel",
                         d->docroot, d->name, a->home_alias, a->user);
        int rc = last_good_docroot(s, a, d, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What was known of them is no place to isolate. */
static int mark_outside(struct sc_docroots *d, const bool *outside, struct sc_error *err)
{
    for (size_t i = 0; i < d->n; i++)
        if (outside[i] && !d->problems[i] && !(d->problems[i] = strdup(SC_DOCROOT_OUTSIDE)))
            return no_memory(err);
    return 0;
}

static int find_docroots(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                         struct sc_error *err)
{
    SC_FREE bool *outside = calloc(f->domains.n ? f->domains.n : 1, sizeof(*outside));
    int rc = outside ? check_docroots(s, a, f, outside, err) : no_memory(err);
    if (rc == 0)
        rc = sc_docroots_find(a, &f->domains, &f->docroots, err);
    if (rc == 0)
        rc = mark_outside(&f->docroots, outside, err);
    return rc < 0 ? rc : sc_facts_led(s, a, f, err);
}

/* What of the panel's answer was passed over: what was known stays, what it names is closed. */
static int settle_odd(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list known = {0};
    const struct sc_odd_account who = {
        .user = a->user, .uid = a->uid, .home = a->home, .alias = a->home_alias};
    char text[SC_ERROR_TEXT_MAX];
    if (f->domains.odds.n == 0)
        return 0;
    int rc = sc_store_domains_get(s->store, a->uid, &known, err);
    if (rc < 0)
        return rc;
    sc_odd_part(&f->domains.odds, &who, &known);
    if (sc_odds_text(&f->domains.odds, text, sizeof(text)))
        sc_error_set(&f->why, SC_E_PANEL, "passed over in the panel's answer: %.900s", text);
    return sc_odd_settle(&f->domains, &who, &known, &f->hints, err);
}

int sc_facts_complete(const struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                      struct sc_facts *f, struct sc_error *err)
{
    int rc = f->from_panel ? settle_odd(s, a, f, err) : domains_from_store(s, a, &f->domains, err);
    sc_past_done(&f->past);
    if (rc == 0)
        rc = gather_config(s, a, how, f, err);
    if (rc == 0)
        rc = find_docroots(s, a, f, err);
    if (rc == 0)
        rc = sc_places_find(a, &f->domains, &f->docroots, &f->places, err);
    if (rc == 0 && f->from_panel)
        rc = sc_facts_names(s, a, f, err);
    if (rc == 0)
        rc = sc_facts_had(s, a, f, err);
    if (rc == 0)
        rc = sc_held_names(f, err);
    if (rc == 0)
        rc = sc_learners_bound(s, a, f, err);
    return rc < 0 ? rc : sc_facts_plan(s, a, f, err);
}

int sc_facts_gather(const struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                    struct sc_heard *heard, struct sc_facts *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    SC_CLEANUP(sc_verdict_done) struct sc_verdict verdict = {0};
    int rc = sc_facts_ask(s, a, how, heard, &f, err);
    const struct sc_identity me = sc_facts_identity(a, &f);
    if (rc == 0)
        rc = sc_identity_look(s, &me, &verdict, err);
    f.renamed = sc_verdict_renamed(&verdict, a->uid);
    if (rc == 0)
        rc = sc_facts_complete(s, a, how, &f, err);
    if (rc < 0)
        return rc;
    *ret = f;
    f = (struct sc_facts){0};
    return 0;
}
