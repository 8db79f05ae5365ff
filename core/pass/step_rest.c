/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that end what is no isolated site (any more): processes first, then files, then the user's
 * storage of it, then its groups and its crontab's entries. A site whose requests may finish keeps
 * what it has until the pass that follows its end (core/ending). */
#include <stdio.h>
#include <stdlib.h>

#include "core/account/notes.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/pass/cron.h"
#include "core/cage/view.h"
#include "core/pass/forget.h"
#include "core/pass/label.h"
#include "core/pass/left.h"
#include "core/pass/limits.h"
#include "core/pass/step.h"
#include "core/pass/storage.h"
#include "core/pass/turns.h"

static bool has_id(const struct sc_made *m, unsigned id)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->ids[i] == id)
            return true;
    return false;
}

/* arg: the ids. */
static int forget_site(struct sc_pass *p, size_t i, int wait_ms, const void *arg,
                       struct sc_error *err)
{
    const unsigned *ids = arg;
    bool closed = false;
    int rc = sc_pass_forget_site(p->tools, p->a->uid, ids[i], wait_ms, &closed, err);
    p->closed |= closed;
    return rc;
}

int sc_step_ended(struct sc_pass *p, struct sc_error *err)
{
    SC_FREE unsigned *ids = NULL;
    size_t n = 0, left = 0, ended = 0;
    int rc = p->tools->runtime.sites(p->a->uid, &ids, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (!has_id(&p->made, ids[i]))
            ids[ended++] = ids[i];
    if (rc == 0)
        rc = sc_pass_turns(p, ended, NULL, forget_site, ids, &left, err);
    p->held = left != 0;
    return rc;
}

/* Whether somebody else goes on with it is no reason for this pass to fail: it is noted. */
static void leave_rest(struct sc_pass *p)
{
    struct sc_error why = SC_ERROR_INIT;
    if (p->tools->ending.start(p->a->uid, &why) < 0)
        sc_log("user=%s: requests of former views: %s", p->a->user, why.text);
}

/* Views that an earlier pass closed are seen to by a process already, unless that pass was cut
 * short. */
int sc_step_settle(struct sc_pass *p, struct sc_error *err)
{
    size_t left = 0;
    int rc = 0;
    int64_t began = sc_clock_ms();
    if (p->closed || p->made.unfinished)
        rc = p->tools->ending.wait(p->a->uid, p->s->grace_ms > 0 ? p->s->grace_ms : 0, &left, err);
    p->s->grace_ms -= (int)(sc_clock_ms() - began);
    if (rc == 0)
        rc = p->tools->ending.list(p->a->uid, &p->ending, err);
    if (rc == 0 && (p->ending.n || left))
        leave_rest(p);
    return rc;
}

int sc_step_files(struct sc_pass *p, struct sc_error *err)
{
    static const unsigned none_but_table[] = {1}; /* no site has this id */
    if (p->held)
        return 0;
    SC_FREE unsigned *keep = calloc(p->made.n + p->ending.n + 1, sizeof(*keep));
    if (!keep)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account");
    size_t n = 0;
    bool broken = false; /* wanted, and cannot be: the table must stay to say so */
    for (size_t i = 0; i < p->made.n; i++) {
        if (p->made.ids[i])
            keep[n++] = p->made.ids[i];
        broken |= p->f->plan->sites[i].isolated && !p->made.ids[i];
    }
    for (size_t i = 0; i < p->ending.n; i++)
        keep[n++] = p->ending.v[i].id;
    return n || !broken ? p->tools->runtime.sweep(p->a->uid, keep, n, err)
                        : p->tools->runtime.sweep(p->a->uid, none_but_table, 1, err);
}

/* Something is to be isolated and is not (yet): its domain or its document root is still to come, or
 * it is not allowed. What came with the account for it must not be swept meanwhile. */
static bool any_waits(const struct sc_pass *p)
{
    const struct sc_domains_config *c = &p->f->config;
    if (!p->f->from_file || !p->f->from_panel)
        return true;
    for (size_t i = 0; i < c->n; i++) {
        const struct sc_plan_site *site = sc_plan_site_of(p->f->plan, c->entries[i].name);
        if (c->entries[i].isolated && (!site || !p->made.ids[site - p->f->plan->sites]))
            return true;
    }
    return false;
}

/* Of those, the storage of what is known not to be wanted goes. */
static bool is_awaited(const char *rel, void *arg)
{
    const struct sc_pass *p = arg;
    const struct sc_plan_site *site = sc_plan_find(p->f->plan, rel);
    if (!site)
        return true;
    if (p->made.ids[site - p->f->plan->sites])
        return false; /* it has another */
    for (size_t i = 0; i < site->n_names; i++) {
        const struct sc_domain_entry *e = sc_domains_config_find(&p->f->config, site->names[i]);
        if (!p->f->from_file || (e && e->isolated))
            return true;
    }
    return false;
}

/* In status, and once in the log. */
static int note_storage(const struct sc_pass *p, int found, struct sc_error *err)
{
    char text[SC_NOTE_TEXT_MAX / 2];
    bool more = found != 0;
    if (found == SC_STORAGE_UNREAD)
        snprintf(text, sizeof(text),
                 "files " SC_LABEL_FILE " in ~/" SC_CAGE_STORAGE " cannot be read: none of what "
                 "former sites left there is removed until they can");
    else
        snprintf(text, sizeof(text),
                 "~/" SC_CAGE_STORAGE " has more than %u directories: none of what former sites "
                 "left there is removed until there are fewer",
                 SC_LABELS_MAX);
    if (more && !sc_note_says(p->a->uid, SC_NOTE_STORAGE, text))
        sc_log("user=%s: %s", p->a->user, text);
    return sc_note_set(p->a->uid, SC_NOTE_STORAGE, more ? text : NULL, err);
}

/* The storage of a site that waits, for its document root or its domain, stays: as its row does. */
int sc_step_storage(struct sc_pass *p, struct sc_error *err)
{
    SC_CLEANUP(sc_site_list_done) struct sc_site_list sites = {0};
    for (size_t i = 0; i < p->made.n; i++)
        sc_left_remove(p->a, &p->made.was[i], &p->made.plans[i]);
    if (p->held)
        return 0;
    int rc = sc_store_sites_get(p->s->store, p->a->uid, &sites, err);
    if (rc < 0)
        return rc;
    SC_FREE const char **tokens = calloc(sites.n + p->ending.n + 1, sizeof(*tokens));
    if (!tokens)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for an account");
    for (size_t i = 0; i < sites.n; i++)
        tokens[i] = sites.rows[i].token;
    size_t n = sites.n;
    for (size_t i = 0; i < p->ending.n; i++)
        if (p->ending.v[i].token)
            tokens[n++] = p->ending.v[i].token;
    rc = sc_storage_sweep(p->a, tokens, n, any_waits(p) ? is_awaited : NULL, p, err);
    return rc < 0 ? rc : note_storage(p, rc, err);
}

int sc_step_old_groups(struct sc_pass *p, struct sc_error *err)
{
    bool made = false;
    for (size_t i = 0; i < p->made.n; i++)
        made |= p->made.limits[i].n_groups != 0;
    if (p->held || (!made && !p->had_groups))
        return 0;
    return sc_pass_limits_sweep(p->tools, &p->groups, p->a->uid, p->made.ids, p->made.limits,
                                p->made.n, &p->ending, err);
}

/* The same where no groups were made before: those of sites stay. */
int sc_step_unused_groups(struct sc_pass *p, struct sc_error *err)
{
    return sc_pass_limits_sweep(p->tools, &p->groups, p->a->uid, p->made.ids, NULL, p->made.n,
                                &p->ending, err);
}

int sc_step_cron(struct sc_pass *p, struct sc_error *err)
{
    SC_CLEANUP(sc_doubted_done) struct sc_doubted doubted = {0};
    int rc = sc_doubted_find(p->s->store, p->f->plan, &p->made, &doubted, err);
    return rc < 0 ? rc : sc_pass_cron(p->tools, p->a, p->f->plan, &p->made, &doubted, err);
}
