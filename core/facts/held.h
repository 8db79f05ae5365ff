/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A locked user's configuration keeps what it had (core/config/domains_held.h). */
#ifndef SC_FACTS_HELD_H
#define SC_FACTS_HELD_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* As soon as f->config is read: fills f->held, and puts back what is missing of it. `applied`: what was applied
 * last, for a lock that says nothing. An account that is not locked is left alone. */
int sc_held_begin(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  int (*applied)(const struct sc_server *s, const struct sc_account *a,
                                 struct sc_domains_config *ret, struct sc_error *err),
                  struct sc_error *err);

/* When names and document roots are settled: further names of isolated sites open no more of them. */
int sc_held_names(struct sc_facts *f, struct sc_error *err);

#endif
