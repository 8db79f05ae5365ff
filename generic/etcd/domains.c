/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The domains, and the users who have them. */
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/users.h"
#include "core/inventory/envelope.h"
#include "generic/etcd/answer.h"
#include "generic/etcd/etcd.h"

#define PAGE_KEYS 5000

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for etcd's keys");
}

static int ask_range(struct sc_etcd *e, char *body, int64_t deadline, struct sc_domains *to,
                     struct sc_etcd_page *ret, struct sc_error *err)
{
    SC_FREE char *mine = body;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    int rc = mine ? sc_etcd_ask(e, "/v3/kv/range", mine, deadline, &out, err) : no_memory(err);
    return rc < 0 ? rc : sc_etcd_read_page(out.data, out.len, e->prefix, to, ret, err);
}

int sc_etcd_count(struct sc_etcd *e, int64_t deadline_ms, struct sc_etcd_page *ret,
                  struct sc_error *err)
{
    return ask_range(e, sc_etcd_range(e->prefix, NULL, 0, 0, 0), deadline_ms, NULL, ret, err);
}

/* All pages are of the first one's revision: one state of etcd. The key behind the last one is that with a zero byte
 * more. */
static int read_pages(struct sc_etcd *e, const char *below, int64_t deadline, struct sc_domains *to,
                      struct sc_error *err)
{
    SC_ETCD_PAGE struct sc_etcd_page page = {0};
    int rc = ask_range(e, sc_etcd_range(below, NULL, 0, 0, PAGE_KEYS), deadline, to, &page, err);
    const int64_t revision = page.at.revision;
    while (rc == 0 && page.more) {
        SC_ETCD_PAGE struct sc_etcd_page next = {0};
        rc = ask_range(e, sc_etcd_range(below, page.last, page.last_len + 1, revision, PAGE_KEYS),
                       deadline, to, &next, err);
        if (rc < 0)
            break;
        sc_etcd_page_done(&page);
        SC_MOVE(&page, &next);
    }
    return rc;
}

/* An etcd that lost all, or another prefix, is not one in which all sites were deleted. */
static int check_any(struct sc_etcd *e, int64_t deadline, struct sc_error *err)
{
    SC_ETCD_PAGE struct sc_etcd_page page = {0};
    int rc = sc_etcd_count(e, deadline, &page, err);
    if (rc == 0 && page.count == 0)
        rc = sc_error_set(
            err, SC_E_PANEL,
            "etcd has no key that begins with %s: check prefix in [api] of /etc/sitecage.conf, and "
            "whether etcd lost its data; until it has one, all stays as it is",
            e->prefix);
    return rc;
}

/* Once more where what was asked for was compacted between two pages. */
static int read_domains(struct sc_etcd *e, const char *owner, int64_t deadline,
                        struct sc_domains *ret, struct sc_error *err)
{
    SC_FREE char *below = NULL;
    int rc = SC_E_PANEL;
    if (asprintf(&below, "%s%s%s", e->prefix, owner ? owner : "", owner ? "/" : "") < 0) {
        below = NULL;
        return no_memory(err);
    }
    for (unsigned i = 0; rc == SC_E_PANEL && i < 2; i++) {
        sc_domains_done(ret);
        rc = read_pages(e, below, deadline, ret, err);
    }
    if (rc == 0 && !ret->n)
        rc = check_any(e, deadline, err);
    return rc;
}

int sc_etcd_domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                    struct sc_error *err)
{
    SC_ETCD struct sc_etcd e = {0};
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    int64_t deadline = sc_clock_ms() + c->timeout_ms;
    int rc = sc_etcd_open(&e, err);
    if (rc == 0)
        rc = read_domains(&e, q->owner, deadline, &d, err);
    if (rc < 0)
        return rc;
    sc_domains_finish(&d);
    sc_domains_done(ret);
    SC_MOVE(ret, &d);
    return 0;
}

/* ---- users ---- */

static int by_owner(const void *a, const void *b)
{
    const struct sc_domain *x = a, *y = b;
    int order = strcmp(x->owner, y->owner);
    return order ? order : y->is_main - x->is_main;
}

/* Whom this server does not know is nobody here. */
static int add_user(const struct sc_domain *d, json_t *out, struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user user = {0};
    int rc = sc_user_by_name(d->owner, &user, err);
    if (rc == SC_E_NOTFOUND || (rc == 0 && user.uid == 0))
        return 0;
    if (rc < 0)
        return rc;
    json_t *one =
        json_pack("{s:I, s:s, s:s, s:s, s:n, s:n, s:n}", "id", (json_int_t)user.uid, "username",
                  d->owner, "owner", "root", "domain", d->name, "package", "email", "locale_code");
    return one && json_array_append_new(out, one) == 0 ? 0 : no_memory(err);
}

int sc_etcd_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                  struct sc_error *err)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    SC_JSON json_t *out = json_array();
    int rc = out ? sc_etcd_domains(c, &(struct sc_question){.owner = q->username}, &d, err)
                 : no_memory(err);
    if (rc < 0)
        return rc;
    if (d.n)
        qsort(d.v, d.n, sizeof(*d.v), by_owner);
    for (size_t i = 0; rc == 0 && i < d.n; i++)
        if (i == 0 || strcmp(d.v[i].owner, d.v[i - 1].owner) != 0)
            rc = add_user(&d.v[i], out, err);
    if (rc == 0)
        *ret = json_incref(out);
    return rc;
}
