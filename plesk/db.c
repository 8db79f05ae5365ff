/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/db.h"

#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/clock.h"
#include "core/inventory/envelope.h"
#include "core/inventory/printed.h"
#include "plesk/rows.h"

#define ALIASES "domain_aliases"

/* h: the domain's own hosting, which alone has the document root. w: the hosting of its
 * subscription's main domain, which has the system user where h has none. */
#define HOSTING_AND_USER                                                                           \
    " JOIN hosting h ON h.dom_id = d.id"                                                           \
    " LEFT JOIN hosting w ON w.dom_id = d.webspace_id"                                             \
    " JOIN sys_users s ON s.id = COALESCE(NULLIF(h.sys_user_id, 0), w.sys_user_id)"                \
    " WHERE d.htype = 'vrt_hst'"

/* The values come checked: an owner is of A-Z a-z 0-9 _ . - + @, a canonical name of a-z 0-9 - _ .
 * and a leading '*'. Nothing in them ends a string of SQL. */
static void limit(struct sc_buf *sql, const char *owner, const char *column, const char *name)
{
    if (owner)
        sc_buf_fmt(sql, " AND s.login = '%s'", owner);
    if (name)
        sc_buf_fmt(sql, " AND %s = '%s'", column, name);
}

void sc_plesk_sql_domains(const char *owner, const char *name, bool aliases, struct sc_buf *sql)
{
    sc_buf_str(sql, "SELECT d.name, s.login, h.www_root,"
                    " CASE WHEN d.webspace_id = 0 THEN 1 ELSE 0 END"
                    " FROM domains d" HOSTING_AND_USER);
    limit(sql, owner, "d.name", name);
    if (aliases) {
        /* An alias that Plesk gives no web service has no site; a status other than 0 is off. */
        sc_buf_str(sql, " UNION ALL SELECT a.name, s.login, h.www_root, 0"
                        " FROM " ALIASES " a JOIN domains d ON d.id = a.dom_id" HOSTING_AND_USER
                        " AND a.web = 'true' AND a.status = 0");
        limit(sql, owner, "a.name", name);
    }
}

void sc_plesk_sql_users(const char *owner, struct sc_buf *sql)
{
    sc_buf_str(sql, "SELECT s.login, d.name, COALESCE(c.login, ''), COALESCE(c.email, '')"
                    " FROM domains d JOIN hosting h ON h.dom_id = d.id"
                    " JOIN sys_users s ON s.id = h.sys_user_id"
                    " LEFT JOIN clients c ON c.id = d.cl_id"
                    " WHERE d.webspace_id = 0 AND d.htype = 'vrt_hst'");
    if (owner)
        sc_buf_fmt(sql, " AND s.login = '%s'", owner);
}

static int add_domain(char *const *c, void *arg, struct sc_error *err)
{
    struct sc_domains *d = arg;
    const struct sc_odd flag = {.hides = false};
    bool odd = strcmp(c[3], "0") != 0 && strcmp(c[3], "1") != 0;
    const char *docroot = strcmp(c[2], "NULL") == 0 ? "" : c[2];
    int rc = sc_domains_add_named(d, c[0], c[1], docroot, c[3][0] == '1' && !odd, err);
    if (rc == 0 && odd)
        rc = sc_odds_add(&d->odds, &flag, err,
                         "'plesk db' answered '%.32s' where 0 or 1 is expected", c[3]);
    return rc;
}

/* A line that is no row: what it stands for may be missing. */
static int pass_over(const char *line, size_t len, const struct sc_error *why, void *arg,
                     struct sc_error *err)
{
    struct sc_domains *d = arg;
    const struct sc_odd what = {.hides = true};
    if (len == 0)
        return 0;
    if (sc_printed_diagnostic((struct sc_span){line, len}))
        return sc_odds_add(&d->odds, &what, err, "'plesk db' put text around its answer: '%.*s'",
                           (int)(len < 200 ? len : 200), line);
    return sc_odds_add(&d->odds, &what, err, "%s", why->text);
}

int sc_plesk_db_parse(const char *data, size_t len, struct sc_domains *ret, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    const struct sc_rows_reader r = {4, "'plesk db'", add_domain, pass_over, &d};
    int rc = sc_rows_parse(data, len, &r, err);
    if (rc == 0 && len && d.n == 0 && d.odds.n && d.odds.v[d.odds.n - 1].hides)
        rc = sc_error_set(err, SC_E_PANEL, "%s", d.odds.v[d.odds.n - 1].text);
    if (rc < 0)
        return rc;
    sc_domains_done(ret);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

static int ask(const struct sc_plesk *p, const struct sc_buf *sql, int timeout_ms,
               struct sc_run_result *ret, struct sc_error *err)
{
    int rc = sc_buf_check(sql, "the query", err);
    const char *args[] = {"db", "-Nse", sql->data, NULL};
    return rc < 0 ? rc : sc_plesk_run(p, args, timeout_ms, true, ret, err);
}

static int failed(const struct sc_run_result *r, struct sc_error *err)
{
    char how[512];
    sc_run_how(r, how, sizeof(how));
    return sc_error_set(err, SC_E_PANEL, "'plesk db' %s", how);
}

/* Whether the database says that it does not have the table, or not with these columns. */
static bool no_aliases(const char *text)
{
    return strstr(text, ALIASES) || strstr(text, "a.web") || strstr(text, "a.status");
}

static int ask_domains(const struct sc_plesk *p, const char *owner, const char *name,
                       int timeout_ms, struct sc_domains *ret, struct sc_error *err)
{
    long long start = sc_clock_ms();
    for (int aliases = 1; aliases >= 0; aliases--) {
        SC_BUF struct sc_buf sql = SC_BUF_INIT;
        sc_plesk_sql_domains(owner, name, aliases, &sql);
        SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
        int rc = ask(p, &sql, sc_plesk_left_ms(start, timeout_ms), &r, err);
        if (rc < 0)
            return rc;
        if (sc_run_ok(&r))
            return sc_plesk_db_parse(r.out.data, r.out.len, ret, err);
        if (!aliases || !no_aliases(r.err.data ? r.err.data : ""))
            return failed(&r, err);
    }
    return 0;
}

int sc_plesk_db_domains(const struct sc_plesk *p, const char *owner, const char *name,
                        int timeout_ms, struct sc_domains *ret, struct sc_error *err)
{
    long long start = sc_clock_ms();
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    int rc = ask_domains(p, owner, name, timeout_ms, &d, err);
    /* Plesk may have stored it in another spelling: in capitals, with a dot at its end, or in its
     * own letters, for which MySQL could not be asked where the column is ASCII. So all are looked
     * at. */
    if (rc == 0 && d.n == 0 && d.odds.n == 0 && name)
        rc = ask_domains(p, owner, NULL, sc_plesk_left_ms(start, timeout_ms), &d, err);
    if (rc < 0)
        return rc;
    sc_domains_done(ret);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

static int add_user(char *const *c, void *arg, struct sc_error *err)
{
    SC_JSON json_t *u = NULL;
    int rc = sc_plesk_user_json(c[0], c[2], c[1], c[3], &u, err);
    if (rc < 0 || !u)
        return rc;
    if (json_array_append(arg, u) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    return 0;
}

static int no_user(const char *line, size_t len, const struct sc_error *why, void *arg,
                   struct sc_error *err)
{
    (void)line;
    (void)len;
    (void)why;
    (void)arg;
    (void)err;
    return 0;
}

int sc_plesk_db_users(const struct sc_plesk *p, const char *owner, int timeout_ms, json_t **ret,
                      struct sc_error *err)
{
    SC_BUF struct sc_buf sql = SC_BUF_INIT;
    sc_plesk_sql_users(owner, &sql);
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = ask(p, &sql, timeout_ms, &r, err);
    if (rc < 0)
        return rc;
    if (!sc_run_ok(&r))
        return failed(&r, err);
    SC_JSON json_t *users = json_array();
    if (!users)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    const struct sc_rows_reader reader = {4, "'plesk db'", add_user, no_user, users};
    rc = sc_rows_parse(r.out.data, r.out.len, &reader, err);
    if (rc < 0)
        return rc;
    *ret = json_incref(users);
    return 0;
}
