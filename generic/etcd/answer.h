/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what etcd's HTTP gateway answers (etcd 3.4 and later: rpc.proto, kv.proto as JSON: bytes are base64,
 * 64-bit numbers strings, what has its default value is left out). Pure.
 *
 * The keys (docs/panels/etcd.md): PREFIX/USER/DOMAIN, whose value is
 *     {"document_root": "/home/USER/…", "is_main": true, "site_directory": "/home/USER/…"}
 * of which only document_root must be there. */
#ifndef SC_GENERIC_ETCD_ANSWER_H
#define SC_GENERIC_ETCD_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/inventory/domains_json.h"

#define SC_ETCD_NEWS_MAX 200 /* accounts that are told one by one */

/* Which state of which cluster an answer is of. */
struct sc_etcd_state {
    char cluster[24]; /* its id, as etcd writes it */
    int64_t revision; /* of the whole store; begins with 1 */
};

/* One answer to /v3/kv/range. */
struct sc_etcd_page {
    struct sc_etcd_state at;
    size_t n;      /* keys in it */
    int64_t count; /* keys in the range, in it or not */
    bool more;     /* the limit cut it */
    char *last;    /* the last key, last_len bytes; NULL */
    size_t last_len;
};
#define SC_ETCD_PAGE __attribute__((cleanup(sc_etcd_page_done)))
void sc_etcd_page_done(struct sc_etcd_page *p);

/* Reads one, and adds its domains to *to (sc_domains_add(); NULL: none). `prefix` ends with '/' and is what all keys
 * begin with. A key or value that is no domain's is an odd entry. SC_E_PANEL: that is no answer to the question;
 * SC_E_TOOBIG, SC_E_NOMEM. */
int sc_etcd_read_page(const char *text, size_t len, const char *prefix, struct sc_domains *to,
                      struct sc_etcd_page *ret, struct sc_error *err);

/* What a watch told. */
struct sc_etcd_news {
    int64_t created; /* the store's revision as the watch began; 0: it did not begin */
    int64_t seen;    /* the last revision that it told; 0: none */
    bool all;        /* more accounts than fit, or keys that are nobody's */
    bool lost;       /* what it would have told was compacted */
    char **users;    /* whose keys changed, each once */
    size_t n_users;
};
#define SC_ETCD_NEWS __attribute__((cleanup(sc_etcd_news_done)))
void sc_etcd_news_done(struct sc_etcd_news *n);

/* Reads the lines of /v3/watch; one that is not whole is not read. Errors as above; SC_E_PANEL also where etcd ended
 * the watch for another reason (it is not allowed). */
int sc_etcd_read_watch(const char *text, size_t len, const char *prefix, struct sc_etcd_news *ret,
                       struct sc_error *err);

/* The token in an answer to /v3/auth/authenticate; for free(3). SC_E_PANEL, SC_E_NOMEM. */
int sc_etcd_read_token(const char *text, size_t len, char **ret, struct sc_error *err);

#endif
