/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/named.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/error_code.h"
#include "core/base/vec.h"
#include "core/server/panel.h"

void sc_named_done(struct sc_named_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i].owner);
    free(l->v);
    free(l->owners);
    sc_answers_done(&l->answers);
    *l = (struct sc_named_list){0};
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains' owners");
}

static int unknown(const char *name, struct sc_error *err)
{
    return sc_no_domain(err, name);
}

static int set_owner(struct sc_named *d, const char *owner, struct sc_error *err)
{
    d->owner = strdup(owner);
    return d->owner ? 0 : no_memory(err);
}

/* Whom the database last knew as the owner. */
static int find_in_store(struct sc_server *s, const char *name, struct sc_user_row *ret,
                         struct sc_error *err)
{
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row d = {0};
    int rc = sc_store_domain_find(s->store, name, &d, err);
    if (rc == 0)
        rc = sc_store_user_by_uid(s->store, d.uid, ret, err);
    return rc == SC_E_NOTFOUND ? unknown(name, err) : rc;
}

/* 1: the database has an owner whom the system has, too; 0: it does not help. */
static int guess_owner(struct sc_server *s, struct sc_named *d, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
    uid_t uid;
    if (find_in_store(s, d->name, &u, NULL) < 0 || u.gone ||
        sc_account_uid(u.name, &uid, NULL) < 0 || uid != u.uid)
        return 0;
    int rc = set_owner(d, u.name, err);
    return rc < 0 ? rc : 1;
}

static int ask_panel(struct sc_server *s, struct sc_answers *l, struct sc_named *d,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_heard_done) struct sc_heard heard = SC_HEARD_INIT;
    int rc = sc_store_version(s->store, &heard.version, err);
    if (rc == 0)
        rc = sc_panel_account(s, d->name, &heard.domains, err);
    if (rc == 0 && !SC_VEC_ROOM(l->v, l->n))
        rc = no_memory(err);
    if (rc < 0)
        return rc;
    const char *owner = heard.domains.v[0].owner; /* of all of them */
    l->v[l->n++] = (struct sc_answer){.owner = owner, .heard = heard};
    heard = (struct sc_heard)SC_HEARD_INIT;
    return set_owner(d, owner, err);
}

static int find_owner(struct sc_server *s, bool guess, const char *owner, bool for_removal,
                      struct sc_named_list *l, struct sc_named *d, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    if (guess && owner) {
        l->guessed = true;
        return set_owner(d, owner, err);
    }
    for (size_t i = 0; i < l->answers.n; i++)
        if (sc_domains_find(&l->answers.v[i].heard.domains, d->name))
            return set_owner(d, l->answers.v[i].owner, err);
    int rc = guess ? guess_owner(s, d, err) : 0;
    l->guessed |= rc == 1;
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rc = ask_panel(s, &l->answers, d, &why);
    if (rc < 0 && for_removal) {
        SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
        rc = find_in_store(s, d->name, &u, err);
        return rc < 0 ? rc : set_owner(d, u.name, err);
    }
    if (rc == SC_E_NOTFOUND && strcmp(why.text, SC_INVENTORY_NO_DOMAIN) == 0)
        return unknown(d->name, err);
    if (rc < 0 && err) /* else it says what is odd about the domain */
        *err = why;
    return rc;
}

int sc_named_find(struct sc_server *s, const char *const *domains, size_t n, bool guess,
                  const char *owner, bool for_removal, struct sc_named_list *l,
                  struct sc_error *err)
{
    l->v = calloc(n ? n : 1, sizeof(*l->v));
    l->owners = calloc(n ? n : 1, sizeof(*l->owners));
    if (!l->v || !l->owners)
        return no_memory(err);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        l->n = i + 1;
        if (sc_domain_canon(domains[i], l->v[i].name, NULL) < 0)
            return unknown(domains[i], err);
        rc = find_owner(s, guess, owner, for_removal, l, &l->v[i], err);
        l->owners[i] = l->v[i].owner;
    }
    return rc;
}

static bool has(const struct sc_jobs *jobs, const struct sc_named *d)
{
    for (size_t i = 0; i < jobs->n; i++)
        if (strcmp(jobs->v[i].account.user, d->owner) == 0)
            return !jobs->v[i].facts.from_panel ||
                   sc_domains_find(&jobs->v[i].facts.domains, d->name) != NULL;
    return false;
}

int sc_named_confirm(const struct sc_named_list *l, const struct sc_jobs *jobs,
                     struct sc_error *err)
{
    for (size_t i = 0; l->guessed && i < l->n; i++)
        if (!has(jobs, &l->v[i]))
            return unknown(l->v[i].name, err);
    return 0;
}

int sc_named_assign(struct sc_jobs *jobs, const struct sc_named_list *l, bool enable,
                    struct sc_error *err)
{
    for (size_t i = 0; i < jobs->n; i++) {
        struct sc_job *j = &jobs->v[i];
        size_t n = 0;
        j->names = calloc(l->n ? l->n : 1, sizeof(*j->names));
        if (!j->names)
            return sc_error_set(err, SC_E_NOMEM, "out of memory");
        for (size_t k = 0; k < l->n; k++)
            if (strcmp(l->v[k].owner, j->account.user) == 0)
                j->names[n++] = l->v[k].name;
        if (enable)
            j->wish = (struct sc_wish){.enable = j->names, .n_enable = n};
        else
            j->wish = (struct sc_wish){.disable = j->names, .n_disable = n};
    }
    return 0;
}

int sc_named_allowed(const struct sc_server *s, const struct sc_named_list *l, struct sc_error *err)
{
    int rc = sc_engine_feature_on(s, err);
    for (size_t i = 0; rc == 0 && i < l->n; i++) {
        bool allowed = false;
        rc = sc_policy_user_allowed(&s->policy, l->v[i].owner, &allowed, err);
        if (rc == 0 && !allowed)
            rc = sc_error_is(
                err, SC_IS_NOT_ALLOWED,
                sc_error_set(err, SC_E_DENIED,
                             "CloudLinux Isolates is not allowed for user %s; allow it with: "
                             "cagefsctl --site-isolation-allow %s",
                             l->v[i].owner, l->v[i].owner));
    }
    return rc;
}
