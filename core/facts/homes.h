/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which home each site has. The first that says it counts: the site's entry in domains.json, where
 * the administrator lets sites choose; sitecage.conf; the site's row in the database, which keeps
 * the shared home of sites that were isolated when that was the default. Else it is private. */
#ifndef SC_FACTS_HOMES_H
#define SC_FACTS_HOMES_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* Fills f->kept, once. Where the database lost an account that has isolated sites (its mark is
 * there, rows are not), the plans of what runs say which of them have a shared home. Reads the
 * database and, then, /run/sitecage/UID. */
int sc_facts_kept(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  struct sc_error *err);

/* What is said for domain `i`; after sc_facts_kept(). */
enum sc_plan_home sc_facts_home(const struct sc_server *s, const struct sc_facts *f, size_t i);

#endif
