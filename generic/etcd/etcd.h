/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fleet of web servers whose domains are kept in etcd (docs/panels/etcd.md). */
#ifndef SC_GENERIC_ETCD_ETCD_H
#define SC_GENERIC_ETCD_ETCD_H

#include "generic/etcd/client.h"
#include "hooks/adapter/adapter.h"

#define SC_ETCD_TITLE "etcd"

extern const struct sc_adapter_ops sc_etcd_ops;

/* sc_adapter_ops' questions. Nothing at all below the prefix is an error, not an answer. */
int sc_etcd_domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                    struct sc_error *err);
int sc_etcd_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                  struct sc_error *err);

/* The number of keys and which state etcd is in. */
struct sc_etcd_page;
int sc_etcd_count(struct sc_etcd *e, int64_t deadline_ms, struct sc_etcd_page *ret,
                  struct sc_error *err);

/* sc_adapter_ops' `watch`: queues a hint for each account whose keys change, and ends after some minutes. */
int sc_etcd_watch(struct sc_error *err);

#endif
