/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of --site-isolation-check. */
#ifndef SC_CHECK_INTERNAL_H
#define SC_CHECK_INTERNAL_H

#include "core/check/check.h"
#include "core/server/server.h"

/* Adds a row; without memory for it, none. `name` is static. */
void sc_check_add(struct sc_checks *c, const char *name, enum sc_check_result result,
                  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The panel, whether it tells its changes, what was last heard of it, and the daemon that
 * follows. */
void sc_check_panel(struct sc_checks *c, struct sc_server *s, bool enabled);

/* Accounts that want sites isolated and of which nothing is, and why: they came from another server,
 * or their owners wrote it. Looks into the homes of `panel`'s owners, in a process of its own. */
void sc_check_arrivals(struct sc_checks *c, const struct sc_server *s,
                       const struct sc_domains *panel, bool enabled);

/* A row where accounts give their sites what these do not get. */
void sc_check_given(struct sc_checks *c);

/* A row where mod_lsapi runs in the mode that cannot be isolated. */
void sc_check_lsapi(struct sc_checks *c);

/* Whether Apache has mod_sitecage; no row without Apache. */
void sc_check_guard(struct sc_checks *c, const struct sc_server *s, bool enabled);

/* Whether what Apache's unit confines it to lets programs of isolated sites run. */
void sc_check_unit(struct sc_checks *c, bool enabled);

/* The same for cron's, and the jobs of isolated sites: a row where something confines it. */
void sc_check_cron_unit(struct sc_checks *c, bool enabled);

/* A row where sites run below systemd's unit. */
void sc_check_groups(struct sc_checks *c, const struct sc_server *s);

/* Whether programs of isolated sites are kept from TCP ports of PHP-FPM, where there are some. */
void sc_check_ports(struct sc_checks *c, bool enabled);

/* Adds the row of a domain, named "domain". `handler` is static. */
void sc_check_add_domain(struct sc_checks *c, const char *domain, const char *handler, bool covered,
                         enum sc_check_result result, const char *text);

/* What runs the PHP of these domains (none: of all that are isolated, and how many hosts of each
 * kind there are), and whether isolation reaches it. SC_E_NOTFOUND: the panel does not know one. */
int sc_check_domains(struct sc_checks *c, struct sc_server *s, const char *const *domains, size_t n,
                     bool enabled, struct sc_error *err);

/* The installed packages of which SC_CHECK_VERSIONS names the least version. */
#define SC_CHECK_VERSIONS SC_DATADIR "/sitecage/minimum-versions"
void sc_check_versions(struct sc_checks *c);

#endif
