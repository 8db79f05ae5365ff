/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/db.h"

#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/clock.h"
#include "core/inventory/envelope.h"
#include "plesk/add.h"
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
    if (strcmp(c[3], "0") != 0 && strcmp(c[3], "1") != 0)
        return sc_error_set(err, SC_E_PANEL, "'plesk db' answered '%.32s' where 0 or 1 is expected",
                            c[3]);
    return sc_plesk_add(arg, c[0], c[1], c[2], c[3][0] == '1', err);
}

int sc_plesk_db_parse(const char *data, size_t len, struct sc_domains *ret, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    int rc = sc_rows_parse(data, len, 4, "'plesk db'", add_domain, &d, err);
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
    /* Plesk may have stored an international name in its own letters: MySQL could not be asked for
     * those where the column is ASCII, so all are looked at. */
    if (rc == 0 && d.n == 0 && name && strstr(name, "xn--"))
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
    rc = sc_rows_parse(r.out.data, r.out.len, 4, "'plesk db'", add_user, users, err);
    if (rc < 0)
        return rc;
    *ret = json_incref(users);
    return 0;
}
