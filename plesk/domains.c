/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/domains.h"

#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/inventory/envelope.h"
#include "plesk/api.h"
#include "plesk/db.h"
#include "plesk/info.h"

static const struct sc_plesk *place(const struct sc_caller *c)
{
    return c->place ? c->place : &sc_plesk_here;
}

static int root_only(const struct sc_caller *c, struct sc_error *err)
{
    if (c->user)
        return sc_error_set(err, SC_E_DENIED, "'%s' may not ask Plesk: only root may", c->user);
    return 0;
}

/* `why`: what the database's way failed with; the way out is added to it. */
static int other_ways(const struct sc_plesk *p, const char *name, int timeout_ms,
                      const struct sc_error *why, struct sc_domains *ret, struct sc_error *err)
{
    long long start = sc_clock_ms();
    SC_CLEANUP(sc_api_conf_done) struct sc_api_conf conf = {0};
    struct sc_error second = SC_ERROR_INIT;
    int rc = p->api_conf(&conf, &second);
    if (rc == 0)
        rc = sc_plesk_api_domains(p, &conf, timeout_ms, ret, &second);
    else if (rc == SC_E_NOTFOUND && name)
        rc = sc_plesk_info(p, name, sc_plesk_left_ms(start, timeout_ms), ret, &second);
    else if (rc == SC_E_NOTFOUND)
        return sc_error_set(err, why->code,
                            "%s; mend that, or name Plesk's XML API in section [api] of "
                            "/etc/sitecage.conf",
                            why->text);
    return rc < 0 ? sc_error_set(err, rc, "%s; and then: %s", why->text, second.text) : 0;
}

static int find_domains(const struct sc_caller *c, const char *owner, const char *name,
                        struct sc_domains *ret, struct sc_error *err)
{
    const struct sc_plesk *p = place(c);
    long long start = sc_clock_ms();
    int rc = root_only(c, err);
    if (rc < 0)
        return rc;
    struct sc_error why = SC_ERROR_INIT;
    /* half of the time, so that the other way has some too */
    int half = sc_plesk_left_ms(start, c->timeout_ms) / 2 + 1;
    rc = sc_plesk_db_domains(p, owner, name, half, ret, &why);
    if (rc == SC_E_NOMEM || rc == SC_E_TOOBIG)
        return sc_error_set(err, rc, "%s", why.text);
    if (rc < 0)
        rc = other_ways(p, name, sc_plesk_left_ms(start, c->timeout_ms), &why, ret, err);
    if (rc == 0)
        sc_domains_finish(ret);
    return rc;
}

int sc_plesk_domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                     struct sc_error *err)
{
    return find_domains(c, q->owner, q->name, ret, err);
}

/* Users as far as the domains tell: the XML API does not name customers. */
static int users_of(const struct sc_domains *d, json_t **ret, struct sc_error *err)
{
    SC_JSON json_t *users = json_array();
    if (!users)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    for (size_t i = 0; i < d->n; i++) {
        SC_JSON json_t *u = NULL;
        if (!d->v[i].is_main)
            continue;
        int rc = sc_plesk_user_json(d->v[i].owner, NULL, d->v[i].name, NULL, &u, err);
        if (rc < 0)
            return rc;
        if (u && json_array_append(users, u) < 0)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    }
    *ret = json_incref(users);
    return 0;
}

int sc_plesk_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                   struct sc_error *err)
{
    long long start = sc_clock_ms();
    int rc = root_only(c, err);
    if (rc < 0)
        return rc;
    struct sc_error why = SC_ERROR_INIT;
    int half = sc_plesk_left_ms(start, c->timeout_ms) / 2 + 1;
    rc = sc_plesk_db_users(place(c), q->username, half, ret, &why);
    if (rc == 0 || rc == SC_E_NOMEM)
        return rc < 0 ? sc_error_set(err, rc, "%s", why.text) : 0;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    rc = other_ways(place(c), NULL, sc_plesk_left_ms(start, c->timeout_ms), &why, &d, err);
    if (rc < 0)
        return rc;
    sc_domains_finish(&d);
    return users_of(&d, ret, err);
}
