/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db/history.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/there.h"
#include "core/base/vec.h"
#include "db/internal.h"

#define WAIT_MS 2000 /* nobody holds it for long, and nothing is lost where it is held */
#define LOOKED  "looked"

/* ---- the file ---- */

static const char version_1[] =
    "CREATE TABLE meta("
    " key TEXT NOT NULL PRIMARY KEY CHECK(typeof(key) = 'text' AND key <> ''),"
    " value TEXT NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE site("
    " site INTEGER PRIMARY KEY, uid INTEGER NOT NULL, rings INTEGER NOT NULL,"
    " since INTEGER NOT NULL, seen INTEGER NOT NULL, counting INTEGER NOT NULL,"
    " cpu INTEGER NOT NULL, io INTEGER NOT NULL, ops INTEGER NOT NULL,"
    " f_cpu INTEGER NOT NULL, f_pmem INTEGER NOT NULL, f_nproc INTEGER NOT NULL,"
    " f_ep INTEGER NOT NULL, pmem_peak INTEGER NOT NULL, nproc_peak INTEGER NOT NULL,"
    " ep_peak INTEGER NOT NULL, t_enter INTEGER NOT NULL, t_run INTEGER NOT NULL,"
    " t_limit INTEGER NOT NULL, t_killed INTEGER NOT NULL, t_refused INTEGER NOT NULL,"
    " failing INTEGER NOT NULL, events INTEGER NOT NULL);"

    "CREATE TABLE usage("
    " site INTEGER NOT NULL, ring INTEGER NOT NULL, slot INTEGER NOT NULL, t INTEGER NOT NULL,"
    " cpu INTEGER NOT NULL, cpu_max INTEGER NOT NULL, pmem INTEGER NOT NULL,"
    " pmem_max INTEGER NOT NULL, nproc_max INTEGER NOT NULL, ep_max INTEGER NOT NULL,"
    " io INTEGER NOT NULL, ops INTEGER NOT NULL, f_cpu INTEGER NOT NULL,"
    " f_pmem INTEGER NOT NULL, f_nproc INTEGER NOT NULL, f_ep INTEGER NOT NULL,"
    " PRIMARY KEY(site, ring, slot)) WITHOUT ROWID;"

    "CREATE TABLE event("
    " site INTEGER NOT NULL, slot INTEGER NOT NULL, t INTEGER NOT NULL, kind TEXT NOT NULL,"
    " detail TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(site, slot)) WITHOUT ROWID;";

static const char *const steps[] = {version_1};
static const struct sc_schema schema = {steps, sizeof(steps) / sizeof(steps[0])};

static int open_as_it_is(const char *path, struct sc_store **ret, struct sc_error *err)
{
    int rc = sc_store_open_schema(path, WAIT_MS, &schema, ret, err);
    if (rc == 0) /* a power failure may take the last minutes, and nothing more */
        (void)(*ret)->sql.exec((*ret)->db, "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
    return rc;
}

void sc_history_forget(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        SC_FREE char *name = NULL;
        if (asprintf(&name, "%s%s", path, ends[i]) >= 0)
            (void)unlink(name);
    }
}

/* Damage elsewhere is met when SQLite meets it: sc_history_forget(). */
static int check(struct sc_store *h, struct sc_error *err)
{
    int64_t n = 0;
    return sc_db_int(h, "SELECT count(*) FROM site", &n, err);
}

int sc_history_open(const char *path, struct sc_store **ret, char **ret_why, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    SC_CLEANUP(sc_store_freep) struct sc_store *h = NULL;
    int rc = open_as_it_is(path, &h, &why);
    if (rc == 0)
        rc = check(h, &why);
    if (rc == SC_E_INVAL) { /* damaged, another program's, a newer version's, no file */
        sc_store_free(sc_steal_ptr(&h));
        sc_history_forget(path);
        if (ret_why)
            *ret_why = strdup(why.text);
        rc = open_as_it_is(path, &h, &why);
    }
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    *ret = sc_steal_ptr(&h);
    return 0;
}

int sc_history_open_to_read(const char *path, struct sc_store **ret, struct sc_error *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return sc_is_absent(errno) ? sc_error_set(err, SC_E_NOTFOUND, "there is no history")
                                   : sc_error_sys(err, errno, "look at %s", path);
    return open_as_it_is(path, ret, err);
}

int sc_history_looked_get(struct sc_store *h, int64_t *ret, struct sc_error *err)
{
    return sc_db_int(h, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = '" LOOKED "'", ret,
                     err);
}

int sc_history_looked_put(struct sc_store *h, int64_t now, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int rc = sc_stmt_prepare(&q, h, "INSERT OR REPLACE INTO meta VALUES('" LOOKED "', ?)", err);
    if (rc < 0)
        return rc;
    sc_bind_int(&q, now);
    return sc_stmt_run(&q, NULL, err);
}

/* ---- totals ---- */

const char *sc_history_told_name(enum sc_history_told what)
{
    static const char *const names[SC_TOLDS] = {"enter", "run", "limit", "killed", "refused"};
    return names[what];
}

int sc_history_totals_get(struct sc_store *h, int64_t ret[SC_TOLDS], struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int64_t totals[SC_TOLDS] = {0};
    int rc = sc_stmt_prepare(&q, h, "SELECT key, value FROM meta WHERE key <> '" LOOKED "'", err);
    while (rc == 0 && (rc = sc_stmt_step(&q, err)) == 1) {
        const char *key = (const char *)h->sql.column_text(q.st, 0);
        for (int i = 0; key && i < SC_TOLDS; i++)
            if (strcmp(key, sc_history_told_name((enum sc_history_told)i)) == 0)
                totals[i] = sc_col_int(&q, 1);
        rc = 0;
    }
    if (rc == 0)
        memcpy(ret, totals, sizeof(totals));
    return rc;
}

int sc_history_totals_add(struct sc_store *h, const int64_t more[SC_TOLDS], struct sc_error *err)
{
    int64_t now[SC_TOLDS];
    int rc = sc_history_totals_get(h, now, err);
    for (int i = 0; rc == 0 && i < SC_TOLDS; i++) {
        SC_STMT struct sc_stmt q = {0};
        if (!more[i])
            continue;
        rc = sc_stmt_prepare(&q, h, "INSERT OR REPLACE INTO meta VALUES(?, ?)", err);
        if (rc < 0)
            break;
        sc_bind_text(&q, sc_history_told_name((enum sc_history_told)i));
        sc_bind_int(&q, now[i] + more[i]);
        rc = sc_stmt_run(&q, NULL, err);
    }
    return rc;
}

/* ---- sites ---- */

#define SITE_COLUMNS                                                                               \
    "site, uid, rings, since, seen, counting, cpu, io, ops, f_cpu, f_pmem, f_nproc, f_ep,"         \
    " pmem_peak, nproc_peak, ep_peak, t_enter, t_run, t_limit, t_killed, t_refused, failing, "     \
    "events"

void sc_history_sites_done(struct sc_history_sites *l)
{
    free(l->v);
    *l = (struct sc_history_sites){0};
}

static void read_site(struct sc_stmt *q, struct sc_history_site *s)
{
    struct sc_history_counters *c = &s->last;
    s->site = (unsigned)sc_col_int(q, 0);
    s->uid = (uid_t)sc_col_int(q, 1);
    s->rings = (unsigned)sc_col_int(q, 2);
    s->since = sc_col_int(q, 3);
    s->seen = sc_col_int(q, 4);
    c->since = sc_col_int(q, 5);
    c->cpu = sc_col_int(q, 6);
    c->io = sc_col_int(q, 7);
    c->ops = sc_col_int(q, 8);
    for (int i = 0; i < SC_FAULTS; i++)
        c->faults[i] = sc_col_int(q, 9 + i);
    c->pmem_peak = sc_col_int(q, 13);
    c->nproc_peak = sc_col_int(q, 14);
    c->ep_peak = sc_col_int(q, 15);
    for (int i = 0; i < SC_TOLDS; i++)
        c->told[i] = sc_col_int(q, 16 + i);
    c->failing = sc_col_int(q, 21);
    s->events = (unsigned)sc_col_int(q, 22);
}

int sc_history_sites_get(struct sc_store *h, struct sc_history_sites *ret, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    SC_CLEANUP(sc_history_sites_done) struct sc_history_sites l = {0};
    int rc = sc_stmt_prepare(&q, h, "SELECT " SITE_COLUMNS " FROM site ORDER BY site", err);
    while (rc == 0 && (rc = sc_stmt_step(&q, err)) == 1) {
        if (!SC_VEC_ROOM(l.v, l.n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the history");
        l.v[l.n] = (struct sc_history_site){0};
        read_site(&q, &l.v[l.n++]);
        rc = 0;
    }
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
    return 0;
}

int sc_history_site_put(struct sc_store *h, const struct sc_history_site *s, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    const struct sc_history_counters *c = &s->last;
    int rc = sc_stmt_prepare(&q, h,
                             "INSERT OR REPLACE INTO site(" SITE_COLUMNS ")"
                             " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                             err);
    if (rc < 0)
        return rc;
    const int64_t values[] = {s->site,      s->uid,       s->rings,     s->since,     s->seen,
                              c->since,     c->cpu,       c->io,        c->ops,       c->faults[0],
                              c->faults[1], c->faults[2], c->faults[3], c->pmem_peak, c->nproc_peak,
                              c->ep_peak,   c->told[0],   c->told[1],   c->told[2],   c->told[3],
                              c->told[4],   c->failing,   s->events};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        sc_bind_int(&q, values[i]);
    return sc_stmt_run(&q, NULL, err);
}

static int remove_of(struct sc_store *h, const char *sql, unsigned site, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int rc = sc_stmt_prepare(&q, h, sql, err);
    if (rc < 0)
        return rc;
    sc_bind_int(&q, site);
    return sc_stmt_run(&q, NULL, err);
}

int sc_history_site_remove(struct sc_store *h, unsigned site, struct sc_error *err)
{
    int rc = remove_of(h, "DELETE FROM usage WHERE site = ?", site, err);
    if (rc == 0)
        rc = remove_of(h, "DELETE FROM event WHERE site = ?", site, err);
    return rc < 0 ? rc : remove_of(h, "DELETE FROM site WHERE site = ?", site, err);
}

/* ---- usage ---- */

static void bind_usage(struct sc_stmt *q, const struct sc_history_usage *u)
{
    const int64_t values[] = {u->cpu,       u->cpu_max,   u->pmem,      u->pmem_max,
                              u->nproc_max, u->ep_max,    u->io,        u->ops,
                              u->faults[0], u->faults[1], u->faults[2], u->faults[3]};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        sc_bind_int(q, values[i]);
}

static int add_to(struct sc_store *h, const struct sc_history_place *at,
                  const struct sc_history_usage *u, size_t *ret_changed, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    int rc = sc_stmt_prepare(
        &q, h,
        "UPDATE usage SET cpu = cpu + ?, cpu_max = max(cpu_max, ?), pmem = pmem + ?,"
        " pmem_max = max(pmem_max, ?), nproc_max = max(nproc_max, ?), ep_max = max(ep_max, ?),"
        " io = io + ?, ops = ops + ?, f_cpu = f_cpu + ?, f_pmem = f_pmem + ?,"
        " f_nproc = f_nproc + ?, f_ep = f_ep + ? WHERE site = ? AND ring = ? AND slot = ? AND t = "
        "?",
        err);
    if (rc < 0)
        return rc;
    bind_usage(&q, u);
    sc_bind_int(&q, at->site);
    sc_bind_int(&q, at->ring);
    sc_bind_int(&q, at->slot);
    sc_bind_int(&q, u->t);
    return sc_stmt_run(&q, ret_changed, err);
}

int sc_history_usage_add(struct sc_store *h, const struct sc_history_place *at,
                         const struct sc_history_usage *u, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    size_t changed = 0;
    int rc = add_to(h, at, u, &changed, err);
    if (rc < 0 || changed)
        return rc;
    rc = sc_stmt_prepare(&q, h,
                         "INSERT OR REPLACE INTO usage(site, ring, slot, t, cpu, cpu_max, pmem,"
                         " pmem_max, nproc_max, ep_max, io, ops, f_cpu, f_pmem, f_nproc, f_ep)"
                         " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                         err);
    if (rc < 0)
        return rc;
    sc_bind_int(&q, at->site);
    sc_bind_int(&q, at->ring);
    sc_bind_int(&q, at->slot);
    sc_bind_int(&q, u->t);
    bind_usage(&q, u);
    return sc_stmt_run(&q, NULL, err);
}

void sc_history_usages_done(struct sc_history_usages *l)
{
    free(l->v);
    *l = (struct sc_history_usages){0};
}

static void read_usage(struct sc_stmt *q, struct sc_history_usage *u)
{
    int64_t *const to[] = {&u->t,         &u->cpu,       &u->cpu_max,  &u->pmem, &u->pmem_max,
                           &u->nproc_max, &u->ep_max,    &u->io,       &u->ops,  &u->faults[0],
                           &u->faults[1], &u->faults[2], &u->faults[3]};
    for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++)
        *to[i] = sc_col_int(q, (int)i);
}

int sc_history_usage_get(struct sc_store *h, unsigned site, unsigned ring, int64_t from, int64_t to,
                         struct sc_history_usages *ret, struct sc_error *err)
{
    SC_STMT struct sc_stmt q = {0};
    SC_CLEANUP(sc_history_usages_done) struct sc_history_usages l = {0};
    int rc = sc_stmt_prepare(&q, h,
                             "SELECT t, cpu, cpu_max, pmem, pmem_max, nproc_max, ep_max, io, ops,"
                             " f_cpu, f_pmem, f_nproc, f_ep FROM usage"
                             " WHERE site = ? AND ring = ? AND t BETWEEN ? AND ? ORDER BY t",
                             err);
    if (rc < 0)
        return rc;
    sc_bind_int(&q, site);
    sc_bind_int(&q, ring);
    sc_bind_int(&q, from);
    sc_bind_int(&q, to);
    while (rc == 0 && (rc = sc_stmt_step(&q, err)) == 1) {
        if (!SC_VEC_ROOM(l.v, l.n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the history");
        l.v[l.n] = (struct sc_history_usage){0};
        read_usage(&q, &l.v[l.n++]);
        rc = 0;
    }
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
    return 0;
}
