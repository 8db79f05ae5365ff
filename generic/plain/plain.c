/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/plain/plain.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "hooks/adapter/web_paths.h"

#define TITLE        "Apache or nginx without a panel"
#define POLL_SECONDS 60
#define DIRS_MAX     1000

static const char *prefix_of(const struct sc_caller *c)
{
    const struct sc_plain *place = c->place;
    return place ? place->prefix : "";
}

/* A configuration that is not there is no server without sites. */
static int load_hosts(const char *prefix, struct sc_vhosts *ret, struct sc_error *err)
{
    int rc = sc_vhosts_load(prefix, ret, err);
    if (rc == 0 && !ret->apache && !ret->nginx)
        return sc_error_set(err, SC_E_PANEL,
                            "neither Apache's nor nginx's configuration is there: without a panel "
                            "the domains are taken from it");
    return rc;
}

static int list(const char *prefix, struct sc_domains *ret, struct sc_plain_left *left,
                struct sc_error *err)
{
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts hosts = {0};
    SC_PLAIN_OWNERS struct sc_plain_owners owners = {0};
    int rc = load_hosts(prefix, &hosts, err);
    if (rc == 0)
        rc = sc_plain_owners_load(prefix, &owners, err);
    return rc < 0 ? rc : sc_plain_add(&hosts, &owners, ret, left, err);
}

int sc_plain_domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                     struct sc_error *err)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    (void)q;
    int rc = list(prefix_of(c), &d, NULL, err);
    if (rc < 0)
        return rc;
    sc_domains_done(ret);
    SC_MOVE(ret, &d);
    return 0;
}

static int by_owner(const void *a, const void *b)
{
    const struct sc_domain *const *x = a, *const *y = b;
    int order = strcmp((*x)->owner, (*y)->owner);
    return order ? order : strcmp((*x)->name, (*y)->name);
}

static int by_user(const void *a, const void *b)
{
    const struct sc_plain_account *const *x = a, *const *y = b;
    return strcmp((*x)->user, (*y)->user);
}

/* Pointers to a list's elements, sorted. */
static void **pointers(void *first, size_t n, size_t size,
                       int (*compare)(const void *, const void *))
{
    void **v = calloc(n + 1, sizeof(*v));
    for (size_t i = 0; v && i < n; i++)
        v[i] = (char *)first + i * size;
    if (v && n)
        qsort(v, n, sizeof(*v), compare);
    return v;
}

static int add_user(json_t *out, const struct sc_plain_account *a, const struct sc_domain *d,
                    struct sc_error *err)
{
    json_t *one =
        json_pack("{s:I, s:s, s:s, s:s, s:n, s:n, s:n}", "id", (json_int_t)a->uid, "username",
                  a->user, "owner", "root", "domain", d->name, "package", "email", "locale_code");
    return one && json_array_append_new(out, one) == 0
               ? 0
               : sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
}

/* Each account that has a domain, with its first one. */
static int merge(const struct sc_domains *d, const struct sc_plain_owners *owners, json_t *out,
                 struct sc_error *err)
{
    SC_FREE struct sc_domain **domains =
        (struct sc_domain **)pointers(d->v, d->n, sizeof(*d->v), by_owner);
    SC_FREE struct sc_plain_account **accounts =
        (struct sc_plain_account **)pointers(owners->v, owners->n, sizeof(*owners->v), by_user);
    if (!domains || !accounts)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    int rc = 0;
    for (size_t i = 0, k = 0; rc == 0 && i < d->n && k < owners->n;) {
        int order = strcmp(domains[i]->owner, accounts[k]->user);
        if (order == 0)
            rc = add_user(out, accounts[k++], domains[i], err);
        else if (order > 0)
            k++;
        else
            i++;
    }
    return rc;
}

int sc_plain_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                   struct sc_error *err)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    SC_PLAIN_OWNERS struct sc_plain_owners owners = {0};
    SC_JSON json_t *out = json_array();
    (void)q;
    int rc = out ? list(prefix_of(c), &d, NULL, err)
                 : sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    if (rc == 0)
        rc = sc_plain_owners_load(prefix_of(c), &owners, err);
    if (rc == 0)
        rc = merge(&d, &owners, out, err);
    if (rc == 0)
        *ret = json_incref(out);
    return rc;
}

int sc_plain_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err)
{
    (void)c;
    json_t *info =
        json_pack("{s:s, s:s, s:s, s:{s:b, s:b}}", "name", TITLE, "version", "none",
                  "user_login_url", "", "supported_cl_features", "cagefs", 1, "php_selector", 1);
    if (!info)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the panel's description");
    *ret = info;
    return 0;
}

/* The folders that the configuration was read from. A file elsewhere that a link in them leads to is
 * seen when all is asked again. */
int sc_plain_paths(const char *prefix, struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts hosts = {0};
    int rc = load_hosts(prefix, &hosts, err);
    if (rc < 0)
        return rc;
    sc_buf_fmt(out, "poll %d\n", POLL_SECONDS);
    static const char *const more[] = {"/etc/apache2/sites-available", "/etc/nginx/sites-available",
                                       "/etc/httpd/sites-available"};
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
        if (!*prefix && access(more[i], F_OK) == 0)
            sc_buf_fmt(out, "%s\n", more[i]);
    for (size_t i = 0; i < hosts.n_dirs && i < DIRS_MAX; i++)
        sc_buf_fmt(out, "%s\n", hosts.dirs[i]);
    return sc_web_paths(out, err);
}

int sc_plain_status(const char *prefix, struct sc_buf *ret_text, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_plain_left left = {.names = SC_BUF_INIT};
    int rc = list(prefix, &d, &left, err);
    if (rc == 0) {
        sc_buf_fmt(ret_text,
                   "%s: %zu domains below accounts' homes, in the web server's "
                   "configuration, which is watched",
                   TITLE, d.n);
        if (left.n)
            sc_buf_fmt(ret_text, "; %zu hosts are left out: %s%s", left.n,
                       left.names.data ? left.names.data : "", left.n > 5 ? ", ..." : "");
    }
    sc_buf_free(&left.names);
    return rc;
}

static int paths(struct sc_buf *out, struct sc_error *err)
{
    return sc_plain_paths("", out, err);
}

static int status(struct sc_buf *ret_text, struct sc_error *err)
{
    return sc_plain_status("", ret_text, err);
}

static int enroll(struct sc_error *err)
{
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts hosts = {0};
    return load_hosts("", &hosts, err);
}

const struct sc_adapter_ops sc_plain_ops = {
    .name = "plain",
    .program = "generic",
    .title = TITLE,
    .domains = sc_plain_domains,
    .all_as_one = true,
    .users = sc_plain_users,
    .panel_info = sc_plain_panel_info,
    .hook = sc_hook_of_scripts,
    .enroll = enroll,
    .status = status,
    .paths = paths,
};
