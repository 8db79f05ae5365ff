/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that write down what is wanted, and that it is done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/cleanup.h"
#include "core/account/applied.h"
#include "core/account/give_way.h"
#include "core/account/notes.h"
#include "core/base/log.h"
#include "core/base/resolve.h"
#include "core/facts/dirs.h"
#include "core/pass/given.h"
#include "core/pass/record.h"
#include "core/pass/step.h"

int sc_step_mark(struct sc_pass *p, struct sc_error *err)
{
    int rc = sc_account_is_pending(p->s, p->a->uid, &p->made.unfinished, err);
    /* taken: of a pass that is cut short nobody knows what it has closed */
    p->goes_on_at = sc_give_way_from(p->a->uid);
    sc_give_way_stopped(p->a->uid, 0);
    return rc < 0 ? rc : sc_store_pending_set(p->s->store, p->a->uid, sc_server_now(p->s), err);
}

/* What a locked user wrote and what was put back is said until he is unlocked: his file does not say it any
 * more. */
static int note_refused(const struct sc_pass *p, struct sc_error *err)
{
    char text[SC_NOTE_TEXT_MAX / 2 + 128], when[32] = "";
    const struct sc_buf *refused = &p->f->held.refused;
    time_t now = (time_t)sc_server_now(p->s);
    struct tm tm;
    if (!refused->len)
        return 0;
    if (gmtime_r(&now, &tm))
        (void)strftime(when, sizeof(when), "%F %H:%M UTC", &tm);
    snprintf(text, sizeof(text),
             "the user is locked, so ~/.lve/domains.json was not followed and was put right (%s): "
             "%.450s",
             when, refused->data);
    sc_log("user=%s: %s", p->a->user, text);
    return sc_note_set(p->a->uid, SC_NOTE_LOCK, text, err);
}

/* What is kept with the lock follows what a locked user may do, and what the administrator does. */
static int keep_with_lock(const struct sc_pass *p, struct sc_error *err)
{
    SC_BUF struct sc_buf now = SC_BUF_INIT;
    SC_BUF struct sc_buf kept = SC_BUF_INIT;
    bool locked = false;
    if (!p->f->held.locked || !p->f->from_file)
        return 0;
    int rc = sc_domains_config_format(&p->f->config, &now, err);
    if (rc == 0)
        rc = sc_policy_lock_read(&p->s->policy, p->a->user, &locked, &kept, err);
    if (rc == 0 && locked && (now.len != kept.len || memcmp(now.data, kept.data, now.len) != 0))
        rc = sc_policy_lock(&p->s->policy, p->a->user, now.data, now.len, err);
    return rc < 0 ? rc : note_refused(p, err);
}

/* The file does not say it any more, so it is said as long as as many learn as may. */
static int note_learners(const struct sc_pass *p, struct sc_error *err)
{
    char text[SC_NOTE_TEXT_MAX / 2 + 256];
    const struct sc_buf *too_many = &p->f->not_learning;
    if (!too_many->len)
        return p->f->learning < SC_USER_LEARN_MAX ? sc_note_set(p->a->uid, SC_NOTE_LEARN, NULL, err)
                                                  : 0;
    snprintf(text, sizeof(text),
             "~/.lve/domains.json had more than %u domains learn, so these were isolated instead: "
             "%.450s; an administrator can have more learn, after disabling them: cagefsctl "
             "--site-isolation-learn DOMAIN",
             SC_USER_LEARN_MAX, too_many->data);
    sc_log("user=%s: %s", p->a->user, text);
    return sc_note_set(p->a->uid, SC_NOTE_LEARN, text, err);
}

int sc_step_config(struct sc_pass *p, struct sc_error *err)
{
    const struct sc_config_user user = {.name = p->a->user,
                                        .uid = p->a->uid,
                                        .gid = p->a->gid,
                                        .home = p->a->home_alias,
                                        .homefd = p->a->homefd};
    sc_domains_config_end_learning(&p->f->config, sc_server_now(p->s));
    int rc = p->f->from_file ? sc_domains_config_save(&user, &p->f->config, err) : 0;
    if (rc == 0)
        rc = keep_with_lock(p, err);
    if (rc == 0)
        rc = note_learners(p, err);
    return rc < 0 ? rc : sc_acted_note(p->a->uid, p->f->from_file ? &p->f->config : NULL, err);
}

/* Whether a site is to be made that the database does not have: then its storage may be here. */
static int any_new(const struct sc_pass *p, bool *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    int rc = sc_store_sites_get(p->s->store, p->a->uid, &sites, err);
    for (size_t i = 0; rc == 0 && i < p->f->plan->n_sites && !*ret; i++) {
        const struct sc_plan_site *site = &p->f->plan->sites[i];
        bool known = !site->isolated || site->missing || site->refused;
        for (size_t k = 0; k < sites.n && !known; k++) {
            const char *rel = sc_path_below(sites.rows[k].docroot, p->a->home);
            known = rel && strcmp(rel, site->rel) == 0;
        }
        *ret = !known;
    }
    return rc;
}

/* Which directories the isolated sites have. */
static int know_directories(struct sc_pass *p, struct sc_error *err)
{
    const struct sc_plan *plan = p->f->plan;
    SC_FREE bool *wants = calloc(p->f->domains.n ? p->f->domains.n : 1, sizeof(*wants));
    if (!wants)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account");
    for (size_t i = 0; i < plan->n_sites; i++) {
        const struct sc_domain *d = NULL; /* all names of a site have one document root */
        for (size_t k = 0; plan->sites[i].isolated && !d && k < plan->sites[i].n_names; k++)
            d = sc_domains_find(&p->f->domains, plan->sites[i].names[k]);
        if (d)
            wants[d - p->f->domains.v] = true;
    }
    return p->any ? sc_facts_know_dirs(p->a, wants, p->f, err) : 0;
}

/* The home is looked at before the database is locked: it may take its time. */
int sc_step_record(struct sc_pass *p, struct sc_error *err)
{
    SC_CLEANUP(sc_labels_done) struct sc_labels labels = {0};
    struct sc_error why = SC_ERROR_INIT;
    bool new = false;
    int rc = any_new(p, &new, err);
    if (rc < 0)
        return rc;
    if (new &&sc_labels_read(p->a, &labels, &why) < 0) /* isolating does not wait for it */
        sc_log("user=%s: the sites' storage cannot be looked at: %s", p->a->user, why.text);
    rc = know_directories(p, err);
    return rc < 0 ? rc : sc_record(p->s, p->a, p->f, &labels, &p->made, err);
}

/* What the events told and the panel's answer includes is done: they must not be applied again to a
 * domain that comes back under the same name. */
int sc_step_events(struct sc_pass *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->f->hints.n; i++)
        if (p->f->agreed[i])
            rc = sc_store_events_done(p->s->store, &p->f->hints.rows[i], 1, err);
    return rc;
}

/* What was not as it should be stays in the state of an account that has isolated sites, and is
 * logged when it is new. */
static int note_applied(struct sc_pass *p, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    const char *why = p->any && p->f->why.code ? p->f->why.text : NULL;
    int rc = why ? sc_store_user_by_uid(p->s->store, p->a->uid, &row, err) : 0;
    if (rc == 0)
        rc = sc_store_user_set_applied(p->s->store, p->a->uid, sc_server_now(p->s), err);
    if (rc < 0 || !why)
        return rc;
    if (!row.last_error || strcmp(row.last_error, why) != 0)
        sc_log("user=%s: %s", p->a->user, why);
    return sc_store_user_set_stale(p->s->store, p->a->uid, why, err);
}

/* What the user wants and may not have is said: it came with the account from another server, or he
 * wrote it. */
static int note_wishes(struct sc_pass *p, struct sc_error *err)
{
    char text[SC_NOTE_TEXT_MAX / 2];
    bool on = true;
    if (p->f->not_allowed == 0)
        return sc_note_set(p->a->uid, SC_NOTE_WISHES, NULL, err);
    (void)sc_policy_enabled(&p->s->policy, &on, NULL);
    snprintf(
        text, sizeof(text),
        "~/.lve/domains.json wants %zu domains isolated that are not, because %s: cagefsctl %s%s",
        p->f->not_allowed, on ? "the user is not allowed" : "the feature is off",
        on ? "--site-isolation-allow " : "--site-isolation-allow-all", on ? p->a->user : "");
    return sc_note_set(p->a->uid, SC_NOTE_WISHES, text, err);
}

int sc_step_done(struct sc_pass *p, struct sc_error *err)
{
    if (p->late.code)
        return sc_error_set(err, p->late.code, "%s", p->late.text);
    p->s->gave_way |= p->gave_way;
    if (p->gave_way) /* it stays unfinished */
        return 0;
    SC_CLEANUP(sc_store_rollbackp)
    __attribute__((unused)) struct sc_store *transaction = p->s->store;
    int rc = note_wishes(p, err);
    if (rc == 0)
        rc = sc_note_given(p->a, p->f, err);
    if (rc == 0)
        rc = sc_store_begin(p->s->store, err); /* one change: one wait for the disk */
    if (rc == 0)
        rc = note_applied(p, err);
    if (rc == 0)
        rc = sc_store_pending_clear(p->s->store, p->a->uid, err);
    return rc < 0 ? rc : sc_store_commit(p->s->store, err);
}
