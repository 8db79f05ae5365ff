/* SPDX-License-Identifier: GPL-2.0-or-later */
/* isolatectl and cagefsctl-user, the users' commands. What people call is a small client that asks
 * the proxyexec daemon for SC_ISOLATECTL_ROOT; this is the part behind it. Who the caller is, and
 * whether he is in a site, is given by the daemon, never by the arguments.
 *
 *     site-isolation enable|disable --domain A[,B…]     site-isolation list
 *     site-isolation enable --domain A --anyway: also where isolation does not cover all of it
 *     isolates-enable, site-isolation-enable, isolates enable …: the same
 *     stats [--domain A] [--period P [--step S]]
 *     explain --domain A [--path P], or explain A [P]
 *     overview [--domain A]
 *     learn --domain A [--days N | --stop | --report] [--anyway], or learn A …
 *     home --domain A private|shared|default, or home A …
 *     paths add --domain A --path P [ro|rw], paths remove --domain A --path P, or paths add A P …
 *     limits list [--domain A], limits set --domain A --cpu N …, limits apply --domain A */
#ifndef SC_COMMANDS_ISOLATECTL_H
#define SC_COMMANDS_ISOLATECTL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/domain_like.h"
#include "core/base/error.h"
#include "core/config/domains_config.h"
#include "core/engine/explain.h"
#include "core/engine/history.h"
#include "core/engine/stats.h"
#include "core/engine/user.h"
#include "core/engine/user_setting.h"

#define SC_ISOLATECTL_ROOT  SC_LIBEXECDIR "/isolatectl-root"
#define SC_ISOLATECTL_NAMES 1000u /* most domains of one call */

enum sc_isolate_verb {
    SC_ISOLATE_ENABLE,
    SC_ISOLATE_DISABLE,
    SC_ISOLATE_LIST,
    SC_ISOLATE_LIMITS_LIST,
    SC_ISOLATE_LIMITS_SET,
    SC_ISOLATE_LIMITS_APPLY,
    SC_ISOLATE_STATS,
    SC_ISOLATE_EXPLAIN,
    SC_ISOLATE_OVERVIEW,
    SC_ISOLATE_LEARN,
    SC_ISOLATE_LEARN_STOP,
    SC_ISOLATE_LEARN_REPORT,
    SC_ISOLATE_HOME,
    SC_ISOLATE_PATHS_ADD,
    SC_ISOLATE_PATHS_REMOVE
};

struct sc_isolate_call {
    enum sc_isolate_verb verb;
    const char **domains;
    size_t n;
    char *text; /* what the domains point into */
    struct sc_limits limits;
    unsigned with_unit;              /* of these, a bit for each that was written with one */
    struct sc_history_asked history; /* --period, --step */
    bool anyway;                     /* --anyway was given */
    char *path;                      /* --path; NULL */
    unsigned days;                   /* --days; 0: not given */
    const char *word;                /* private, shared, default; ro, rw; NULL: not given */
};

void sc_isolate_call_done(struct sc_isolate_call *c);

/* Without the program's name. SC_E_INVAL says what is wrong and what is known. */
int sc_isolate_parse(char *const *args, size_t n, struct sc_isolate_call *ret,
                     struct sc_error *err);

/* The answers, as the specification shows them; each ends with a newline. */
/* `ending_sites` only where there are some. */
void sc_isolate_answer_sites(const struct sc_user_sites *sites, struct sc_buf *out);
/* `domain`: that one alone; NULL: all. */
void sc_isolate_answer_list(const struct sc_user_sites *sites, const char *domain,
                            struct sc_buf *out);
/* `lines`: the limits below each other, as after set. The notices of `told` stand behind them. */
void sc_isolate_answer_limits(const char *domain, const struct sc_limits *limits,
                              const struct sc_user_sites *told, bool lines, struct sc_buf *out);
/* `history`: of each of the domains; NULL: none was asked for. */
void sc_isolate_answer_stats(uid_t uid, const struct sc_user_stats *stats,
                             const struct sc_site_histories *history, struct sc_buf *out);
void sc_isolate_answer_explain(const struct sc_explanation *e, struct sc_buf *out);
/* What domains.json says of the domain's home and paths. */
void sc_isolate_answer_setting(const char *domain, const struct sc_user_setting_now *now,
                               struct sc_buf *out);
/* `meant`: what was meant by a domain that does not exist; NULL or empty: nothing is known. */
void sc_isolate_answer_error(const struct sc_error *e, const char *meant, struct sc_buf *out);

/* The whole command: reads, works, writes one JSON document to descriptor 1. The exit status: 0, 1,
 * or 38 for a limit that this kernel cannot hold. `site`: the isolated site that the caller is in;
 * 0: in none. Needs root. */
int sc_isolatectl(char *const *args, size_t n, uid_t caller, unsigned site);

/* For the daemon: calls that read only the database need no process of their own. */
bool sc_isolatectl_is_list(char *const *args, size_t n);
int sc_isolatectl_inline(char *const *args, uid_t caller, unsigned site);

#endif
