/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/etcd/answer.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/vec.h"
#include "core/inventory/envelope.h"
#include "generic/etcd/base64.h"
#include "hooks/adapter/adapter.h"

void sc_etcd_page_done(struct sc_etcd_page *p)
{
    SC_FREE_ALL(p->last);
    *p = (struct sc_etcd_page){0};
}

void sc_etcd_news_done(struct sc_etcd_news *n)
{
    sc_strings_free(n->users, n->n_users);
    *n = (struct sc_etcd_news){0};
}

static int no_answer(struct sc_error *err, const char *what)
{
    return sc_error_set(err, SC_E_PANEL,
                        "etcd's answer has no %s: check that url in [api] of /etc/sitecage.conf is "
                        "that of etcd 3.4 or "
                        "later",
                        what);
}

/* A 64-bit number: a string, or a number; 0 where it is left out; -1: it is something else. */
static int64_t number(const json_t *of, const char *key)
{
    const json_t *v = json_object_get(of, key);
    const char *s = json_string_value(v);
    char *end = NULL;
    if (!v)
        return 0;
    int64_t n = s ? strtoll(s, &end, 10) : json_is_integer(v) ? json_integer_value(v) : -1;
    return s && (!*s || *end) ? -1 : n;
}

/* NULL where there is none. */
static char *bytes(const json_t *of, const char *key, size_t *ret_len)
{
    const json_t *v = json_object_get(of, key);
    return v && json_string_value(v)
               ? sc_unbase64(json_string_value(v), json_string_length(v), ret_len)
               : NULL;
}

static int read_header(const json_t *answer, struct sc_etcd_state *ret, struct sc_error *err)
{
    const json_t *header = json_object_get(answer, "header");
    const char *cluster = json_string_value(json_object_get(header, "cluster_id"));
    int64_t revision = number(header, "revision");
    if (revision < 1 || !cluster || strlen(cluster) >= sizeof(ret->cluster) ||
        cluster[strspn(cluster, "0123456789")])
        return no_answer(err, "header");
    ret->revision = revision;
    memcpy(ret->cluster, cluster, strlen(cluster) + 1);
    return 0;
}

/* ---- keys and values ---- */

/* USER and DOMAIN of PREFIX/USER/DOMAIN; the key is taken apart. False: it is no such key. */
static bool split(char *key, size_t len, const char *prefix, const char **ret_user,
                  const char **ret_domain)
{
    size_t n = strlen(prefix);
    if (strlen(key) != len || strncmp(key, prefix, n) != 0)
        return false;
    char *slash = strchr(key + n, '/');
    if (!slash)
        return false;
    *slash = 0;
    *ret_user = key + n;
    *ret_domain = slash + 1;
    return true;
}

/* What of it may be a name or an owner is known; a domain that cannot be one may be any. */
static int add_odd(struct sc_domains *to, const char *user, const char *domain, const char *what,
                   struct sc_error *err)
{
    char canon[256];
    bool known = sc_domain_canon(domain, canon, NULL) == 0;
    const struct sc_odd odd = {
        .name = known ? canon : NULL, .owner = sc_owner_valid(user) ? user : NULL, .hides = !known};
    return sc_odds_add(&to->odds, &odd, err, "etcd: domain '%.255s' of user '%.64s' %s", domain,
                       user, what);
}

static int add_domain(struct sc_domains *to, const char *user, const char *domain,
                      const json_t *value, struct sc_error *err)
{
    const json_t *root = json_object_get(value, "document_root"),
                 *dir = json_object_get(value, "site_directory"),
                 *is_main = json_object_get(value, "is_main");
    const char *own = json_string_value(dir);
    if (!json_is_object(value))
        return add_odd(to, user, domain, "has a value that is no JSON object", err);
    if (!json_is_string(root))
        return add_odd(to, user, domain, "has no \"document_root\" that is a string", err);
    int rc =
        own ? sc_domains_add_in(to, domain, user, json_string_value(root), own,
                                json_is_true(is_main), err)
            : sc_domains_add(to, domain, user, json_string_value(root), json_is_true(is_main), err);
    if (rc == 0 && ((dir && !own && !json_is_null(dir)) || (is_main && !json_is_boolean(is_main))))
        rc = sc_odds_add(&to->odds, &(struct sc_odd){.owner = sc_owner_valid(user) ? user : NULL},
                         err,
                         "etcd: domain '%.255s' of user '%.64s': \"site_directory\" or \"is_main\" "
                         "is of another type, "
                         "and is not used",
                         domain, user);
    return rc;
}

static int add_key(struct sc_domains *to, char *key, size_t len, const char *prefix,
                   const json_t *kv, struct sc_error *err)
{
    const char *user = "", *domain = "";
    size_t value_len = 0;
    if (!split(key, len, prefix, &user, &domain))
        return sc_odds_add(&to->odds, &(struct sc_odd){.hides = true}, err,
                           "etcd: key '%.300s' is not %.200sUSER/DOMAIN", key, prefix);
    SC_FREE char *text = bytes(kv, "value", &value_len);
    SC_JSON json_t *value = text ? json_loadb(text, value_len, JSON_REJECT_DUPLICATES, NULL) : NULL;
    return add_domain(to, user, domain, value, err);
}

/* ---- a range ---- */

static int add_kv(const json_t *kv, const char *prefix, struct sc_domains *to,
                  struct sc_etcd_page *page, struct sc_error *err)
{
    size_t len = 0;
    SC_FREE char *key = bytes(kv, "key", &len);
    if (!key)
        return no_answer(err, "key where one must be");
    SC_FREE char *copy = malloc(len + 1);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for etcd's keys");
    memcpy(copy, key, len + 1);
    int rc = to ? add_key(to, copy, len, prefix, kv, err) : 0;
    free(page->last);
    page->last = sc_steal_ptr(&key);
    page->last_len = len;
    page->n++;
    return rc;
}

int sc_etcd_read_page(const char *text, size_t len, const char *prefix, struct sc_domains *to,
                      struct sc_etcd_page *ret, struct sc_error *err)
{
    SC_JSON json_t *answer = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    SC_ETCD_PAGE struct sc_etcd_page page = {0};
    const json_t *kvs = json_object_get(answer, "kvs"), *kv;
    size_t i;
    int rc = read_header(answer, &page.at, err);
    if (rc == 0 && kvs && !json_is_array(kvs))
        rc = no_answer(err, "list of keys");
    if (rc < 0)
        return rc;
    page.more = json_is_true(json_object_get(answer, "more"));
    page.count = number(answer, "count");
    json_array_foreach(kvs, i, kv)
    {
        rc = add_kv(kv, prefix, to, &page, err);
        if (rc < 0)
            return rc;
    }
    if (page.count < (int64_t)page.n || (page.more && !page.n))
        return no_answer(err, "number of keys that fits");
    SC_MOVE(ret, &page);
    return 0;
}

/* ---- a watch ---- */

static int add_user(struct sc_etcd_news *n, const char *user, struct sc_error *err)
{
    if (!sc_owner_valid(user) || n->n_users >= SC_ETCD_NEWS_MAX)
        n->all = true;
    for (size_t i = 0; i < n->n_users; i++)
        if (strcmp(n->users[i], user) == 0)
            return 0;
    if (n->all)
        return 0;
    if (!SC_VEC_ROOM(n->users, n->n_users) || !(n->users[n->n_users] = strdup(user)))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for what etcd told");
    n->n_users++;
    return 0;
}

static int read_event(const json_t *event, const char *prefix, struct sc_etcd_news *n,
                      struct sc_error *err)
{
    const json_t *kv = json_object_get(event, "kv");
    const char *user = "", *domain = "";
    int64_t revision = number(kv, "mod_revision");
    size_t len = 0;
    SC_FREE char *key = bytes(kv, "key", &len);
    if (!key || revision < 1)
        return no_answer(err, "change that can be read");
    if (revision > n->seen)
        n->seen = revision;
    if (!split(key, len, prefix, &user, &domain)) {
        n->all = true;
        return 0;
    }
    return add_user(n, user, err);
}

static int read_line(const char *text, size_t len, const char *prefix, struct sc_etcd_news *n,
                     struct sc_error *err)
{
    SC_JSON json_t *line = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *result = json_object_get(line, "result"), *event;
    const char *why = json_string_value(json_object_get(json_object_get(line, "error"), "message"));
    struct sc_etcd_state at = {.revision = 0};
    size_t i;
    if (why)
        return sc_error_set(err, SC_E_PANEL, "etcd tells no changes: %.200s", why);
    if (!json_is_object(result))
        return no_answer(err, "\"result\"");
    if (json_is_true(json_object_get(result, "created")) && read_header(result, &at, NULL) == 0)
        n->created = at.revision;
    n->lost = n->lost || number(result, "compact_revision") > 0;
    if (!n->lost && json_is_true(json_object_get(result, "canceled")))
        return sc_error_set(err, SC_E_PANEL,
                            "etcd refuses to tell changes: see that the user in [api] of "
                            "/etc/sitecage.conf may read "
                            "all keys that begin with %s",
                            prefix);
    json_array_foreach(json_object_get(result, "events"), i, event)
    {
        int rc = read_event(event, prefix, n, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int sc_etcd_read_watch(const char *text, size_t len, const char *prefix, struct sc_etcd_news *ret,
                       struct sc_error *err)
{
    SC_ETCD_NEWS struct sc_etcd_news n = {0};
    for (const char *end; len && (end = memchr(text, '\n', len));) {
        size_t line = (size_t)(end - text);
        int rc = line ? read_line(text, line, prefix, &n, err) : 0;
        if (rc < 0)
            return rc;
        text += line + 1;
        len -= line + 1;
    }
    SC_MOVE(ret, &n);
    return 0;
}

int sc_etcd_read_token(const char *text, size_t len, char **ret, struct sc_error *err)
{
    SC_JSON json_t *answer = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    const char *token = json_string_value(json_object_get(answer, "token"));
    if (!token || !*token)
        return no_answer(err, "token");
    char *copy = strdup(token);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for etcd's token");
    *ret = copy;
    return 0;
}
