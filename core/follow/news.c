/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/follow/news.h"

#include <string.h>

#include "core/account/applied.h"
#include "core/account/renames.h"
#include "core/base/cleanup.h"
#include "core/pass/tools.h"
#include "core/server/panel.h"

/* ---- pure ---- */

static bool is_known(const struct sc_domain_list *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->rows[i].name, name) == 0)
            return true;
    return false;
}

/* It is isolated, or waits for its document root or for its name; not what just left the account. */
static bool is_wanted(const struct sc_isolated_list *isolated, const struct sc_missed_list *missed,
                      const char *name)
{
    for (size_t i = 0; i < isolated->n; i++)
        if (strcmp(isolated->rows[i].name, name) == 0)
            return true;
    for (size_t i = 0; i < missed->n; i++) {
        const struct sc_missed_row *m = &missed->rows[i];
        if (strcmp(m->name, name) == 0 && (m->site_id || !*m->docroot))
            return true;
    }
    return false;
}

static bool other_about(const struct sc_event_list *events, const struct sc_event_row *e)
{
    for (size_t i = 0; i < events->n; i++) {
        const struct sc_event_row *o = &events->rows[i];
        if (o != e && o->old_name && strcmp(o->old_name, e->old_name) == 0)
            return true;
    }
    return false;
}

bool sc_events_tell(const struct sc_event_list *events, const struct sc_domain_list *known,
                    const struct sc_isolated_list *isolated, const struct sc_missed_list *missed,
                    bool pools)
{
    for (size_t i = 0; i < events->n; i++) {
        const struct sc_event_row *e = &events->rows[i];
        const char *name = sc_event_domain(e);
        if (!name || other_about(events, e)) /* deleted and created again is another domain */
            return true;
        bool there = is_known(known, name);
        if (sc_event_is(e, SC_KIND_DOMAIN_CREATED) && !(there && pools))
            continue;
        if (sc_event_is(e, SC_KIND_DOMAIN_DELETED) && (there || !is_wanted(isolated, missed, name)))
            continue;
        return true;
    }
    return false;
}

/* ---- the panel's answer ---- */

static bool same_domains(const struct sc_domain_list *known, const struct sc_domains *panel,
                         const char *user)
{
    if (panel->odds.n || panel->n != known->n)
        return false;
    for (size_t i = 0; i < panel->n; i++) {
        const struct sc_domain *now = &panel->v[i];
        const struct sc_domain_row *was = &known->rows[i];
        const struct sc_domain_row is = sc_panel_row(now, was->uid);
        if (strcmp(now->name, was->name) != 0 || !sc_domain_row_agrees(&is, was) ||
            strcmp(now->owner, user) != 0)
            return false;
    }
    return true;
}

/* ---- the last pass ---- */

static int has_pools(struct sc_server *s, const struct sc_news_account *a, bool *ret,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_told_done) struct sc_fpm_told told = {0};
    int rc = sc_tools_of(s)->fpm.tell(a->uid, a->user, true, NULL, &told, err);
    *ret = told.n_pools || told.n_own;
    return rc;
}

static int compare(struct sc_server *s, const struct sc_news_account *a,
                   const struct sc_domain_list *known, bool *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list isolated = {0};
    SC_CLEANUP(sc_missed_list_done) struct sc_missed_list missed = {0};
    bool pools = false;
    int rc = sc_store_isolated_get(s->store, a->uid, &isolated, err);
    if (rc == 0)
        rc = sc_store_missed_get(s->store, a->uid, &missed, err);
    if (rc == 0)
        rc = has_pools(s, a, &pools, err);
    if (rc == 0)
        *ret = sc_events_tell(a->hints, known, &isolated, &missed, pools);
    return rc;
}

int sc_follow_news(struct sc_server *s, const struct sc_news_account *a, struct sc_heard *heard,
                   struct sc_domain_list *ret_before, bool *ret_news, struct sc_error *err)
{
    bool applied = false;
    *ret_news = true;
    heard->version = -1; /* not asked */
    int rc = sc_account_is_applied(s, a->uid, a->user, a->home, &applied, err);
    if (rc < 0 || !applied || !sc_acted_on(a->uid, a->gid, a->user, a->home))
        return rc;
    if (a->hints->n == 0) {
        *ret_news = false;
        return 0;
    }
    rc = sc_store_version(s->store, &heard->version, err);
    if (rc == 0)
        rc = sc_panel_user(s, a->user, &heard->domains, err);
    if (rc == 0)
        rc = sc_store_domains_get(s->store, a->uid, ret_before, err);
    if (rc < 0 || !same_domains(ret_before, &heard->domains, a->user))
        return rc;
    return compare(s, a, ret_before, ret_news, err);
}
