/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/etcd/client.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/config/conf.h"
#include "core/inventory/envelope.h"
#include "generic/etcd/answer.h"
#include "generic/etcd/base64.h"
#include "hooks/api/http.h"

#define FIRST_MS   1000 /* for a member, while there are others */
#define CONNECT_MS 2000 /* … until there is a connection, whatever time is left */
#define LOGIN_MS   2000
#define ANSWER_MAX (64u << 20)
#define NEWS_MAX   (4u << 20)
/* A member that is cut off from the others says so, and ends its watches, instead of keeping still. */
#define LEADER      "Grpc-Metadata-hasleader: true"
#define WATCH_LINES 2 /* "created", and the first news */

static void wipe(char *s)
{
    if (s)
        explicit_bzero(s, strlen(s));
    free(s);
}

void sc_etcd_done(struct sc_etcd *e)
{
    for (size_t i = 0; i < e->n; i++)
        free(e->members[i]);
    SC_FREE_ALL(e->prefix, e->user, e->ca_file, e->cert);
    wipe(e->secret);
    wipe(e->key);
    wipe(e->token);
    *e = (struct sc_etcd){0};
}

/* ---- settings ---- */

static int add_member(struct sc_etcd *e, const char *url, struct sc_error *err)
{
    size_t len = strlen(url);
    while (len && url[len - 1] == '/')
        len--;
    if (e->n >= SC_ETCD_MEMBERS_MAX)
        return sc_error_set(err, SC_E_INVAL,
                            "url in [api] of " SC_CONF_PATH " names more than %d members of etcd",
                            SC_ETCD_MEMBERS_MAX);
    if (!(e->members[e->n] = strndup(url, len)))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for [api]");
    int rc = sc_http_check_origin(e->members[e->n++], err);
    return rc < 0 ? sc_error_wrap(err, "url in [api] of " SC_CONF_PATH) : 0;
}

int sc_etcd_members(const char *list, struct sc_etcd *e, struct sc_error *err)
{
    char *save = NULL;
    SC_FREE char *copy = strdup(list);
    int rc = copy ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for [api]");
    for (char *m = copy ? strtok_r(copy, ", \t", &save) : NULL; rc == 0 && m;
         m = strtok_r(NULL, ", \t", &save))
        rc = add_member(e, m, err);
    if (rc == 0 && !e->n)
        rc = sc_error_set(err, SC_E_INVAL,
                          "panel = etcd needs url in [api] of " SC_CONF_PATH
                          ": name etcd's members (url = https://NAME:2379, https://NAME:2379)");
    return rc;
}

static int copy_to(const char *value, char **ret, struct sc_error *err)
{
    if (*value && !(*ret = strdup(value)))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for [api]");
    return 0;
}

static int set_prefix(const char *prefix, struct sc_etcd *e, struct sc_error *err)
{
    size_t len = strlen(prefix);
    while (len && prefix[len - 1] == '/')
        len--;
    if (*prefix && asprintf(&e->prefix, "%.*s/", (int)len, prefix) < 0)
        e->prefix = NULL;
    else if (!*prefix)
        e->prefix = strdup(SC_ETCD_PREFIX);
    return e->prefix ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for [api]");
}

static int read_secrets(const struct sc_conf_api *api, struct sc_etcd *e, struct sc_error *err)
{
    if (*api->user && !*api->secret_file)
        return sc_error_set(err, SC_E_INVAL,
                            "user in [api] of " SC_CONF_PATH " needs secret_file: name a file with "
                            "its password");
    if (!*api->cert_file != !*api->key_file)
        return sc_error_set(err, SC_E_INVAL,
                            "[api] of " SC_CONF_PATH
                            " must have both cert_file and key_file, or neither");
    int rc = *api->user ? sc_api_secret(api->secret_file, 0, &e->secret, err) : 0;
    if (rc == 0 && *api->cert_file)
        rc = sc_api_pem(api->cert_file, 0, "cert_file", false, &e->cert, err);
    if (rc == 0 && *api->key_file)
        rc = sc_api_pem(api->key_file, 0, "key_file", true, &e->key, err);
    return rc;
}

int sc_etcd_open(struct sc_etcd *ret, struct sc_error *err)
{
    SC_ETCD struct sc_etcd e = {0};
    struct sc_conf conf;
    int rc = sc_conf_load(SC_CONF_PATH, 0, &conf, err);
    if (rc == 0)
        rc = sc_etcd_members(conf.api.url, &e, err);
    if (rc == 0)
        rc = set_prefix(conf.api.prefix, &e, err);
    if (rc == 0)
        rc = copy_to(conf.api.user, &e.user, err);
    if (rc == 0)
        rc = copy_to(conf.api.ca_file, &e.ca_file, err);
    if (rc == 0)
        rc = read_secrets(&conf.api, &e, err);
    if (rc < 0)
        return rc;
    sc_etcd_recall(&e);
    SC_MOVE(ret, &e);
    return 0;
}

/* ---- one request ---- */

struct request {
    const char *path, *body;
    int ms;
    unsigned lines;
};

static int fetch(const struct sc_etcd *e, const char *member, const struct request *r,
                 struct sc_buf *out, struct sc_error *err)
{
    SC_FREE char *url = NULL;
    SC_CLEANUP(sc_free_ptr) char *token = NULL;
    if (asprintf(&url, "%s%s", member, r->path) < 0) {
        url = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory to ask etcd");
    }
    if (e->token && asprintf(&token, "Authorization: %s", e->token) < 0) {
        token = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory to ask etcd");
    }
    const struct sc_http_request rq = {
        .url = url,
        .headers = (const char *const[]){"Content-Type: application/json", LEADER, token, NULL},
        .body = r->body,
        .body_len = strlen(r->body),
        .ca_file = e->ca_file,
        .cert = e->cert,
        .key = e->key,
        .lines = r->lines,
        .timeout_ms = r->ms,
        .connect_ms = CONNECT_MS,
        .max_bytes = r->lines ? NEWS_MAX : ANSWER_MAX,
    };
    int rc = sc_http_fetch(&rq, out, err);
    if (token)
        explicit_bzero(token, strlen(token));
    if (rc == SC_E_PANEL && strstr(err->text, "answered with status 503"))
        return sc_error_set(err, rc,
                            "%s answered with status 503, it has no leader: see whether most of "
                            "etcd's members run and reach each other",
                            member);
    return rc;
}

/* User and password become a token, which all members know. */
static int log_in(struct sc_etcd *e, const char *member, int ms, struct sc_error *err)
{
    if (!e->user || e->token)
        return 0;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_JSON json_t *words = json_pack("{s:s, s:s}", "name", e->user, "password", e->secret);
    char *body = words ? json_dumps(words, JSON_COMPACT) : NULL;
    if (!body)
        return sc_error_set(err, SC_E_INVAL,
                            "user and secret_file in [api] of " SC_CONF_PATH " must be UTF-8");
    int rc = fetch(e, member, &(struct request){"/v3/auth/authenticate", body, ms, 0}, &out, err);
    wipe(body);
    if (rc == 0)
        rc = sc_etcd_read_token(out.data, out.len, &e->token, err);
    if (out.data)
        explicit_bzero(out.data, out.len);
    return rc;
}

/* A token does not live forever: what was refused is tried with a new one. Who does not answer refuses nothing. */
static int ask_member(struct sc_etcd *e, const char *member, const struct request *r,
                      struct sc_buf *out, struct sc_error *err)
{
    const int ms = r->lines && r->ms > LOGIN_MS ? LOGIN_MS : r->ms; /* a watch's time is long */
    bool old = e->token != NULL;
    int rc = log_in(e, member, ms, err);
    if (rc == 0)
        rc = fetch(e, member, r, out, err);
    if (rc == 0 || rc == SC_E_TIMEOUT || !e->token)
        return rc;
    wipe(sc_steal_ptr(&e->token));
    if (!old || rc != SC_E_PANEL)
        return rc;
    rc = log_in(e, member, ms, err);
    return rc == 0 ? fetch(e, member, r, out, err) : rc;
}

/* What is wrong here is wrong at each member. */
static bool is_ours(int rc)
{
    return rc == SC_E_INVAL || rc == SC_E_NOMEM || rc == SC_E_TOOBIG || rc == SC_E_PLATFORM ||
           rc == SC_E_SYS;
}

/* Of `left`, which all that come behind it are to have a share of. */
static int64_t share_of(const struct sc_etcd *e, size_t i, bool first_round, int64_t left)
{
    int64_t ms = left / (int64_t)(e->n - i);
    return first_round && e->n > 1 && ms > FIRST_MS ? FIRST_MS : ms;
}

int sc_etcd_ask(struct sc_etcd *e, const char *path, const char *body, int64_t deadline_ms,
                struct sc_buf *out, struct sc_error *err)
{
    int rc = SC_E_TIMEOUT;
    size_t from = e->first;
    bool slow = true;
    for (unsigned round = 0; slow; round++) {
        slow = false;
        for (size_t i = 0; i < e->n; i++) {
            int64_t ms = share_of(e, i, round == 0, deadline_ms - sc_clock_ms());
            size_t k = (from + i) % e->n;
            if (ms < 1)
                return sc_error_set(
                    err, SC_E_TIMEOUT,
                    "etcd did not answer in time: see whether its members run and have a leader");
            rc = ask_member(e, e->members[k], &(struct request){path, body, (int)ms, 0}, out, err);
            e->first = rc == 0 ? k : e->first;
            if (rc == 0 || is_ours(rc))
                return rc;
            slow = slow || rc == SC_E_TIMEOUT;
        }
    }
    return rc;
}

int sc_etcd_listen(struct sc_etcd *e, const char *body, int ms, struct sc_buf *out,
                   struct sc_error *err)
{
    return ask_member(e, e->members[e->first],
                      &(struct request){"/v3/watch", body, ms, WATCH_LINES}, out, err);
}

/* ---- questions ---- */

/* The first key that does not begin with the prefix: '0' is what follows '/'. */
static json_t *end_of(const char *prefix)
{
    SC_FREE char *end = strdup(prefix);
    if (!end)
        return NULL;
    end[strlen(end) - 1]++;
    SC_FREE char *text = sc_base64(end, strlen(end));
    return text ? json_string(text) : NULL;
}

static json_t *base64(const void *data, size_t len)
{
    SC_FREE char *text = sc_base64(data, len);
    return text ? json_string(text) : NULL;
}

static json_t *number(int64_t n)
{
    char text[32];
    snprintf(text, sizeof(text), "%" PRId64, n);
    return json_string(text);
}

static char *dump(json_t *o)
{
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    return text;
}

char *sc_etcd_range(const char *prefix, const void *from, size_t from_len, int64_t revision,
                    unsigned limit)
{
    json_t *key = from ? base64(from, from_len) : base64(prefix, strlen(prefix));
    return dump(json_pack("{s:o, s:o, s:o, s:o, s:b}", "key", key, "range_end", end_of(prefix),
                          "revision", number(revision), "limit", number(limit), "count_only",
                          limit == 0));
}

char *sc_etcd_watch_body(const char *prefix, int64_t revision)
{
    return dump(json_pack("{s:{s:o, s:o, s:o}}", "create_request", "key",
                          base64(prefix, strlen(prefix)), "range_end", end_of(prefix),
                          "start_revision", number(revision)));
}
