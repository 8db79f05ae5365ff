/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/user_change.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/error_code.h"
#include "core/base/users.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory");
}

void sc_user_change_done(struct sc_user_change *c)
{
    sc_jobs_done(&c->jobs);
    free(c->names);
}

static int unknown(const char *name, size_t n, struct sc_error *err)
{
    return n == 1 ? sc_no_domain(err, NULL) : sc_no_domain(err, name);
}

static int check_allowed(const struct sc_server *s, const char *user, struct sc_error *err)
{
    bool yes = false;
    int rc = sc_policy_enabled(&s->policy, &yes, err);
    if (rc == 0 && !yes)
        return sc_error_set(err, SC_E_NOTENABLED,
                            "CloudLinux Isolates is not enabled; ask the administrator of this "
                            "server");
    if (rc == 0)
        rc = sc_policy_user_allowed(&s->policy, user, &yes, err);
    if (rc == 0 && !yes)
        return sc_error_is(
            err, SC_IS_NOT_ALLOWED,
            sc_error_set(err, SC_E_DENIED,
                         "CloudLinux Isolates is not allowed for user %s; ask the administrator "
                         "of this server",
                         user));
    return rc;
}

/* Nothing is disabled of who is locked. */
static int check_locked(const struct sc_server *s, const char *user, struct sc_error *err)
{
    bool locked = false;
    int rc = sc_policy_user_locked(&s->policy, user, &locked, err);
    if (rc < 0 || !locked)
        return rc;
    return sc_error_is(err, SC_IS_LOCKED,
                       sc_error_set(err, SC_E_DENIED,
                                    "isolation of user %s is locked: it can be enabled, and not "
                                    "disabled; ask the administrator of this server",
                                    user));
}

static int find_user(uid_t uid, struct sc_user_change *c, struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    int rc = uid ? sc_user_by_uid(uid, &u, err) : SC_E_NOTFOUND;
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    if (rc < 0 || !sc_owner_valid(u.name) || strlen(u.name) >= sizeof(c->user))
        return sc_error_set(err, SC_E_INVAL, "uid %u is no hosting user", (unsigned)uid);
    strcpy(c->user, u.name);
    return 0;
}

/* His, by the panel; or, for `removal`, by what was isolated of his before. */
static bool is_his(const struct sc_job *j, const struct sc_isolated_list *isolated,
                   const char *name)
{
    for (size_t i = 0; i < j->facts.domains.n; i++)
        if (strcmp(j->facts.domains.v[i].name, name) == 0)
            return true;
    for (size_t i = 0; isolated && i < isolated->n; i++)
        if (strcmp(isolated->rows[i].name, name) == 0)
            return true;
    return false;
}

/* Or it is his, and the panel's answer for it is odd. */
static int not_his(const struct sc_job *j, const char *name, size_t n, struct sc_error *err)
{
    for (size_t i = 0; i < j->facts.domains.odds.n; i++) {
        const struct sc_odd *o = &j->facts.domains.odds.v[i];
        if (o->name && o->owner && strcmp(o->name, name) == 0)
            return sc_error_is(err, SC_IS_UNKNOWN_DOMAIN,
                               sc_error_set(err, SC_E_NOTFOUND,
                                            SC_INVENTORY_NO_DOMAIN ": %s" SC_INVENTORY_PASSED_OVER
                                                                   "%.600s",
                                            name, o->text));
    }
    return unknown(name, n, err);
}

int sc_user_change_begin(struct sc_server *s, uid_t uid, const char *const *domains, size_t n,
                         bool removal, struct sc_user_change *c, struct sc_error *err)
{
    int rc = find_user(uid, c, err);
    if (rc == 0)
        rc = check_allowed(s, c->user, err);
    if (rc == 0 && removal)
        rc = check_locked(s, c->user, err);
    if (rc == 0 && !(c->names = calloc(n ? n : 1, sizeof(*c->names))))
        rc = no_memory(err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (sc_domain_canon(domains[i], c->names[i], NULL) < 0)
            rc = unknown(domains[i], n, err);
    c->n = n;
    const char *user = c->user;
    if (rc == 0)
        rc = sc_jobs_open(s, &user, 1, removal ? SC_FACTS_REMOVAL : SC_FACTS_STRICT, NULL, &c->jobs,
                          err);
    c->jobs.by_user = true;
    /* again: a user who was denied meanwhile had his sites ended before we got his lock */
    if (rc == 0)
        rc = check_allowed(s, c->user, err);
    if (rc == 0 && removal)
        rc = check_locked(s, c->user, err);
    if (rc == 0 && c->jobs.v[0].account.uid != uid) /* two names for one uid */
        rc = sc_error_set(err, SC_E_INVAL, "uid %u is no hosting user", (unsigned)uid);
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list isolated = {0};
    if (rc == 0 && removal)
        rc = sc_store_isolated_get(s->store, uid, &isolated, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (!is_his(&c->jobs.v[0], &isolated, c->names[i]))
            rc = not_his(&c->jobs.v[0], c->names[i], n, err);
    return rc;
}
