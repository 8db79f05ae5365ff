/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks etcd through its HTTP gateway: section [api] of /etc/sitecage.conf, whose `url` may name several members. */
#ifndef SC_GENERIC_ETCD_CLIENT_H
#define SC_GENERIC_ETCD_CLIENT_H

#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_ETCD_MEMBERS_MAX 16
#define SC_ETCD_PREFIX      "/sitecage/" /* where the keys are, where `prefix` is not given */

struct sc_etcd {
    char *members[SC_ETCD_MEMBERS_MAX]; /* https://NAME:PORT */
    size_t n, first;                    /* `first` answered last (or, to the watch, before) */
    char *prefix;                       /* ends with '/' */
    char *user, *secret, *ca_file;      /* NULL where not given */
    char *cert, *key;                   /* what is in the files */
    char *token; /* etcd's answer to user and secret; NULL: not asked for yet */
};
#define SC_ETCD __attribute__((cleanup(sc_etcd_done)))

/* Needs root. SC_E_INVAL for a setting that is missing or wrong; else sc_api_secret()'s. */
int sc_etcd_open(struct sc_etcd *ret, struct sc_error *err);
void sc_etcd_done(struct sc_etcd *e); /* accepts {0} */

/* Which member answers: noted in /run by the watch, for whoever asks next. What cannot be noted or read costs a
 * second where the first member is away. */
void sc_etcd_remember(const struct sc_etcd *e);
void sc_etcd_recall(struct sc_etcd *e);

/* The members that `list` names, split at blanks and commas, into *e. SC_E_INVAL, SC_E_NOMEM. */
int sc_etcd_members(const char *list, struct sc_etcd *e, struct sc_error *err);

/* One question, of one member after the other: each has a second at first; where all of them need longer, they share
 * what is left until `deadline_ms` (sc_clock_ms()), again and again: who cannot be connected to within two seconds
 * leaves his share to the others. sc_http_fetch()'s errors, of the member that was asked last. */
int sc_etcd_ask(struct sc_etcd *e, const char *path, const char *body, int64_t deadline_ms,
                struct sc_buf *out, struct sc_error *err);

/* /v3/watch at the member that answered last: returns when something was told, or after `ms`. */
int sc_etcd_listen(struct sc_etcd *e, const char *body, int ms, struct sc_buf *out,
                   struct sc_error *err);

/* Bodies of questions, for free(3); NULL: no memory. A range of all keys that begin with `prefix` (it ends with '/'),
 * from `from` on (NULL: from the first), as of `revision` (0: now); `limit` 0: only their number. */
char *sc_etcd_range(const char *prefix, const void *from, size_t from_len, int64_t revision,
                    unsigned limit);
/* What changes below `prefix` from `revision` on. */
char *sc_etcd_watch_body(const char *prefix, int64_t revision);

#endif
