/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks Plesk's own database, through `plesk db`: one query for everything. Tables domains, hosting,
 * sys_users, clients (Plesk's 2011 schema, App-Plesk-DB; hosting.www_root as in working scripts),
 * domains.webspace_id and domain_aliases of later ones. */
#ifndef SC_PLESK_DB_H
#define SC_PLESK_DB_H

#include <jansson.h>
#include "core/inventory/domains_json.h"
#include "plesk/plesk.h"

/* The query for domains: name, system user, document root, 1 for a subscription's main domain. SQL
 * that MySQL and SQLite understand alike. `owner` (checked by sc_owner_valid) and `name`
 * (canonical) limit it; NULL: they do not. */
void sc_plesk_sql_domains(const char *owner, const char *name, bool aliases, struct sc_buf *sql);

/* The query for users: system user, main domain, the customer's login and e-mail. */
void sc_plesk_sql_users(const char *owner, struct sc_buf *sql);

/* What the query printed. Rows that cannot be a domain with a document root are left out. The
 * caller calls sc_domains_finish(). SC_E_PANEL for what is no such answer. */
int sc_plesk_db_parse(const char *data, size_t len, struct sc_domains *ret, struct sc_error *err);

/* Both together. A Plesk without the table of aliases is asked without it. Needs root. SC_E_PANEL
 * when the database cannot be asked, SC_E_TIMEOUT. */
int sc_plesk_db_domains(const struct sc_plesk *p, const char *owner, const char *name,
                        int timeout_ms, struct sc_domains *ret, struct sc_error *err);

/* A new array of user objects (hooks/adapter/adapter.h), of those who have a unix account. */
int sc_plesk_db_users(const struct sc_plesk *p, const char *owner, int timeout_ms, json_t **ret,
                      struct sc_error *err);

/* {id, username, owner, domain, package, email, locale_code}; `domain` and `email` NULL or "" where
 * there is none. *ret is NULL for a name without unix account. */
int sc_plesk_user_json(const char *username, const char *owner, const char *domain,
                       const char *email, json_t **ret, struct sc_error *err);

#endif
