/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --site-isolation-check: what runs the PHP of each domain, and does isolation reach it. The
 * judgement is core/coverage's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/account.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/check/internal.h"
#include "core/coverage/account.h"
#include "core/engine/engine.h"

struct look {
    struct sc_checks *checks;
    struct sc_server *s;
    struct sc_cover_server server;
    struct sc_cover_account account; /* of the last domain */
};

static void look_done(struct look *l)
{
    sc_cover_server_done(&l->server);
    sc_cover_account_done(&l->account);
}

/* Domains of one account follow each other. */
static int account_of(struct look *l, const struct sc_status_row *row, struct sc_error *err)
{
    uid_t uid;
    int rc = 0;
    if (!l->account.user || strcmp(l->account.user, row->user) != 0) {
        sc_cover_account_done(&l->account);
        rc = sc_account_uid(row->user, &uid, err);
        if (rc == 0)
            rc = sc_cover_account_load(l->s->store, uid, &l->account, err);
    }
    return rc < 0 ? rc : sc_cover_account_add(&l->account, row->domain, row->docroot, err);
}

static enum sc_check_result result_of(const struct sc_cover_verdict *v)
{
    return v->is == SC_COVERAGE_NOT          ? SC_CHECK_FAILED
           : v->is == SC_COVERAGE_UNVERIFIED ? SC_CHECK_WARNING
                                             : SC_CHECK_OK;
}

/* Whether nothing of an isolated site can run, which no judgement of its configuration tells. */
static bool does_not_run(const struct sc_status_row *row, char why[SC_ERROR_TEXT_MAX])
{
    char since[SC_TIME_TEXT];
    if (row->dead)
        snprintf(why, SC_ERROR_TEXT_MAX, "%s", row->stale);
    else if (row->failing.since)
        snprintf(why, SC_ERROR_TEXT_MAX, "it does not run, since %s, %llu attempts: %s",
                 sc_time_text(row->failing.since, since), (unsigned long long)row->failing.n,
                 row->failing.text);
    return row->isolated && (row->dead || row->failing.since);
}

static void check_one(struct look *l, const struct sc_status_row *row)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_cover_verdict v = {.is = SC_COVERAGE_NOT};
    int rc = account_of(l, row, &err);
    if (rc == 0)
        rc = sc_cover_account_judge(&l->server, &l->account, row->domain, &v, &err);
    const char *state = rc < 0                        ? err.text
                        : v.is != SC_COVERAGE_COVERED ? v.text
                        : v.handlers == 0             ? "no PHP handler is configured for it"
                        : row->isolated               ? "isolated, and covered"
                                                      : "covered once it is isolated";
    enum sc_check_result result = result_of(&v);
    char failing[SC_ERROR_TEXT_MAX];
    if (result != SC_CHECK_FAILED && does_not_run(row, failing)) {
        result = SC_CHECK_FAILED;
        state = failing;
    }
    sc_check_add_domain(l->checks, row->domain, v.hosts ? sc_handler_name(v.handlers) : "none",
                        rc == 0 && v.is == SC_COVERAGE_COVERED && v.handlers, result, state);
}

/* Which homes the sites have; a site that still shares its account's is said once, with the way out. */
static void check_homes(struct look *l, const struct sc_status *status)
{
    size_t private = 0, shared = 0, kept = 0;
    const char *user = "";
    for (size_t i = 0; i < status->n; i++) {
        const struct sc_status_row *r = &status->v[i];
        if (!r->home)
            continue;
        bool is_private = strcmp(r->home, sc_store_home_name(SC_SITE_PRIVATE)) == 0;
        private += is_private;
        shared += !is_private;
        kept += r->home_kept;
        user = r->home_kept && !*user ? r->user : user;
    }
    if (kept)
        sc_check_add(l->checks, "homes", SC_CHECK_WARNING,
                     "%zu of %zu isolated domains have a shared home, because they were isolated "
                     "when that was the default; for homes of their own: cagefsctl "
                     "--site-isolation-regenerate %s --home private, and so for each user "
                     "(--site-isolation-status says which); --home shared keeps it",
                     kept, private + shared, user);
    else if (private + shared)
        sc_check_add(l->checks, "homes", SC_CHECK_OK, "private %zu, shared %zu", private, shared);
}

/* How many hosts of the server there are of each kind. */
static void check_hosts(struct look *l)
{
    static const unsigned kinds[] = {SC_HANDLER_LSAPI,
                                     SC_HANDLER_FPM,
                                     SC_HANDLER_FCGID,
                                     SC_HANDLER_CGI,
                                     SC_HANDLER_MODULE,
                                     SC_HANDLER_OTHER,
                                     0};
    const struct sc_vhosts *hosts = &l->server.hosts;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        const char *name = sc_handler_name(kinds[k]);
        size_t n = 0;
        for (size_t i = 0; i < hosts->n; i++)
            n += strcmp(sc_handler_name(hosts->v[i].handlers), name) == 0;
        if (n)
            sc_buf_fmt(&text, "%s%s %zu", text.len ? ", " : "", name, n);
    }
    sc_check_add(l->checks, "web server: hosts", hosts->n ? SC_CHECK_OK : SC_CHECK_SKIPPED, "%s",
                 text.len ? text.data : "none was found in the configuration");
}

int sc_check_domains(struct sc_checks *c, struct sc_server *s, const char *const *domains, size_t n,
                     bool enabled, struct sc_error *err)
{
    SC_CLEANUP(look_done) struct look l = {.checks = c, .s = s};
    SC_CLEANUP(sc_status_done) struct sc_status status = {0};
    int rc = sc_engine_status(s, domains, n, &status, err);
    if (rc == 0)
        rc = sc_cover_server_look(enabled, &l.server, err);
    if (rc < 0)
        return rc;
    if (n == 0) {
        check_hosts(&l);
        check_homes(&l, &status);
    }
    for (size_t i = 0; i < status.n; i++)
        check_one(&l, &status.v[i]);
    return 0;
}
