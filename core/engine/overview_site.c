/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/overview_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/account.h"
#include "core/base/cleanup.h"
#include "core/enter/failures.h"
#include "core/learn/file.h"
#include "core/php/user.h"
#include "core/server/server.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for an overview");
}

void sc_overview_site_done(struct sc_overview_site *o)
{
    sc_domain_entry_clear(&o->said);
    sc_php_names_done(&o->extensions);
    free(o->failures);
}

/* What the domains of one account have in common. */
struct common {
    struct sc_overview_server *server;
    struct sc_account account;
    bool has_home;            /* `account` could be looked at */
    bool php_read;            /* … */
    struct sc_php_choice php; /* … the account's choice */
};

static void common_done(struct common *c)
{
    sc_account_done(&c->account);
    sc_php_choice_done(&c->php);
}

/* ---- failures ---- */

static int add_failures(const struct sc_status_row *r, uid_t uid, struct sc_overview_site *o,
                        struct sc_error *err)
{
    struct sc_failures noted;
    struct sc_explained_failures l;
    int rc = sc_failures_read(uid, r->id, &noted);
    if (rc < 0 && rc != -EBADMSG) /* of another version: nothing is known */
        return sc_error_sys(err, -rc, "read the failures of site %u", r->id);
    const struct sc_failure_sources from = {.noted = &noted,
                                            .refused = &r->stats.refused,
                                            .out_of_memory = r->stats.seen.faults[SC_LIMIT_PMEM],
                                            .group_since = r->stats.seen.since};
    sc_explain_failures(&from, &l);
    if (!l.n)
        return 0;
    o->failures = malloc(sizeof(l));
    if (!o->failures)
        return no_memory(err);
    *o->failures = l;
    return 0;
}

/* ---- learning ---- */

/* NULL: not below the home. */
static const char *below(const char *home, const char *path)
{
    size_t n = home ? strlen(home) : 0;
    return n && strncmp(path, home, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

/* A record that cannot be read is none: it is for the report to say why. */
static void add_learned(const struct common *c, const char *docroot, struct sc_overview_site *o)
{
    SC_CLEANUP(sc_learn_record_done) struct sc_learn_record record = {0};
    const char *rel = below(c->account.home, docroot);
    if (!rel)
        rel = below(c->account.home_alias, docroot);
    if (!rel || sc_learn_load(c->account.uid, rel, &record, NULL) < 0)
        return;
    o->learned = true;
    o->learned_since = record.since;
    o->places = record.n;
    o->whole = !record.lost && !record.more;
}

/* ---- PHP ---- */

static int copy_names(const struct sc_php_names *from, struct sc_php_names *to,
                      struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < from->n; i++)
        rc = sc_php_names_add(to, from->v[i], err);
    return rc;
}

/* A version that is not there any more is the native one. */
static int add_choice(struct common *c, const struct sc_php_choice *choice,
                      struct sc_overview_site *o, struct sc_error *err)
{
    const char *name = choice->version[0] ? choice->version : c->server->php.current;
    const struct sc_php *php = sc_php_find(&c->server->php, name);
    snprintf(o->php, sizeof(o->php), "%s", php ? php->name : SC_PHP_NATIVE);
    const struct sc_php_choice_version *v = sc_php_choice_find(choice, o->php);
    o->php_chosen = v && v->chosen;
    return o->php_chosen ? copy_names(&v->modules, &o->extensions, err) : 0;
}

static int add_php(struct common *c, const char *token, struct sc_overview_site *o,
                   struct sc_error *err)
{
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice own = {0};
    if (!c->has_home || !c->server->php_known)
        return 0;
    const struct sc_php_owner owner = {c->account.uid, c->account.gid, c->account.homefd,
                                       c->account.home};
    int rc = token ? sc_php_site_read(&owner, token, &own, NULL) : SC_E_NOTFOUND;
    o->php_own = rc == 0;
    if (rc == SC_E_NOTFOUND)
        return c->php_read ? add_choice(c, &c->php, o, err) : 0;
    return rc == 0 ? add_choice(c, &own, o, err) : 0;
}

/* ---- all of it ---- */

static int add_site(struct sc_server *s, struct common *c, const struct sc_status_row *r,
                    struct sc_overview_site *o, struct sc_error *err)
{
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    if (c->has_home)
        add_learned(c, r->docroot, o);
    if (!r->isolated)
        return add_php(c, NULL, o, err);
    int rc = sc_store_site_by_id(s->store, r->id, &row, err);
    if (rc < 0)
        return rc;
    /* what cannot be read is in the row's `stale` already, or will be at the next pass */
    if (row.config && c->has_home &&
        sc_domain_entry_from_json(&o->said, row.config, c->account.home, NULL) < 0)
        sc_domain_entry_clear(&o->said);
    rc = add_failures(r, row.uid, o, err);
    return rc < 0 ? rc : add_php(c, row.token, o, err);
}

struct place {
    const char *docroot;
    size_t at;
};

static int by_docroot(const void *pa, const void *pb)
{
    const struct place *a = pa, *b = pb;
    int rc = strcmp(a->docroot, b->docroot);
    return rc ? rc : (a->at > b->at) - (a->at < b->at);
}

/* The domains of one document root get one number: that of the first of them. */
static int group(struct sc_overview *o, struct sc_error *err)
{
    SC_FREE struct place *v = calloc(o->st.n + 1, sizeof(*v));
    if (!v)
        return no_memory(err);
    for (size_t i = 0; i < o->st.n; i++)
        v[i] = (struct place){o->st.v[i].docroot, i};
    qsort(v, o->st.n, sizeof(*v), by_docroot);
    for (size_t i = 0; i < o->st.n; i++) {
        bool same = i && *v[i].docroot && strcmp(v[i - 1].docroot, v[i].docroot) == 0;
        o->sites[v[i].at].group = same ? o->sites[v[i - 1].at].group : v[i].at;
    }
    return 0;
}

int sc_overview_sites(struct sc_server *s, struct sc_overview_server *server, struct sc_overview *o,
                      struct sc_error *err)
{
    SC_CLEANUP(common_done) struct common c = {.server = server, .account = SC_ACCOUNT_INIT};
    c.has_home = sc_account_look(o->uid, &c.account, NULL) == 0;
    const struct sc_php_owner owner = {c.account.uid, c.account.gid, c.account.homefd,
                                       c.account.home};
    c.php_read = c.has_home && sc_php_user_read(&owner, &c.php, NULL) == 0;
    int rc = group(o, err);
    for (size_t i = 0; rc == 0 && i < o->st.n; i++)
        rc = add_site(s, &c, &o->st.v[i], &o->sites[i], err);
    return rc;
}
