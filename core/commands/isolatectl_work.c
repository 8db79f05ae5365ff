/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/commands/isolatectl.h"
#include "core/commands/isolatectl_learn.h"
#include "core/commands/isolatectl_overview.h"
#include "core/commands/out.h"
#include "core/base/domain_name.h"
#include "core/base/error_code.h"
#include "core/config/limits_text.h"
#include "core/engine/endings.h"
#include "core/engine/meant.h"
#include "core/base/io.h"
#include "core/inventory/inventory.h"

enum {
    EXIT_REFUSED = 1,
    EXIT_UNSUPPORTED = 38
};

static bool changes(enum sc_isolate_verb verb)
{
    return verb != SC_ISOLATE_LIST && verb != SC_ISOLATE_LIMITS_LIST && verb != SC_ISOLATE_STATS &&
           verb != SC_ISOLATE_EXPLAIN && verb != SC_ISOLATE_OVERVIEW;
}

static int list_limits(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c,
                       struct sc_buf *out, struct sc_error *err)
{
    char name[256] = "";
    if (c->n && sc_domain_canon(c->domains[0], name, NULL) < 0)
        return sc_no_domain(err, NULL);
    SC_CLEANUP(sc_user_sites_done) struct sc_user_sites sites = {0};
    int rc = sc_engine_user_list(s, uid, true, &sites, err);
    if (rc < 0)
        return rc;
    bool there = c->n == 0;
    for (size_t i = 0; i < sites.n && !there; i++)
        there = strcmp(sites.v[i].name, name) == 0;
    if (!there)
        return sc_no_domain(err, NULL);
    sc_isolate_answer_list(&sites, c->n ? name : NULL, out);
    return 0;
}

static void on_notice(const char *text, void *arg)
{
    struct sc_user_sites *told = arg;
    if (told->n_notices < SC_OUT_NOTICES_MAX)
        (void)sc_user_sites_notice(told, text);
}

/* A unit that was forgotten: the value holds, as the command always meant it, and is told. Of set
 * only what it was given, and not what was given with a unit. */
static void doubt_limits(const char *name, const struct sc_isolate_call *c,
                         const struct sc_limits *limits, struct sc_user_sites *told)
{
    unsigned doubted =
        c->verb == SC_ISOLATE_LIMITS_SET ? c->limits.set & ~c->with_unit : limits->set;
    for (unsigned i = 0; i < SC_LIMIT_COUNT; i++) {
        SC_BUF struct sc_buf why = SC_BUF_INIT;
        sc_buf_fmt(&why, "%s: ", name);
        if ((doubted >> i & 1) && sc_limit_doubtful((enum sc_limit)i, limits->value[i], &why) &&
            !why.failed)
            on_notice(why.data, told);
    }
}

static int change_limits(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c,
                         struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_user_sites_done) struct sc_user_sites told = {0};
    const struct sc_watch w = {.notice = on_notice, .arg = &told};
    struct sc_limits now;
    char name[256];
    int rc = sc_engine_user_limits(s, uid, c->domains[0], &c->limits, &w, &now, err);
    if (rc == 0)
        rc = sc_domain_canon(c->domains[0], name, err);
    if (rc == 0)
        doubt_limits(name, c, &now, &told);
    if (rc == 0)
        sc_isolate_answer_limits(name, &now, &told, c->verb == SC_ISOLATE_LIMITS_SET, out);
    return rc;
}

static int change_setting(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c,
                          struct sc_buf *out, struct sc_error *err)
{
    const bool home = c->verb == SC_ISOLATE_HOME;
    const struct sc_user_setting want = {.is = home ? SC_SETTING_HOME
                                               : c->verb == SC_ISOLATE_PATHS_ADD
                                                   ? SC_SETTING_PATH
                                                   : SC_SETTING_NO_PATH,
                                         .home = home ? sc_home_from_name(c->word) : SC_HOME_UNSET,
                                         .path = c->path,
                                         .rw = c->word && strcmp(c->word, "rw") == 0};
    SC_CLEANUP(sc_user_setting_now_done) struct sc_user_setting_now now = {0};
    char name[256];
    int rc = sc_engine_user_setting(s, uid, c->domains[0], &want, &now, err);
    if (rc == 0)
        rc = sc_domain_canon(c->domains[0], name, err);
    if (rc == 0)
        sc_isolate_answer_setting(name, &now, out);
    return rc;
}

static int history_of(struct sc_server *s, const struct sc_user_stats *stats,
                      const struct sc_history_asked *asked, struct sc_site_histories *ret,
                      struct sc_error *err)
{
    SC_FREE unsigned *sites = calloc(stats->n + 1, sizeof(*sites));
    if (!sites)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    for (size_t i = 0; i < stats->n; i++)
        sites[i] = stats->v[i].id;
    return sc_engine_history(s, sites, stats->n, asked, ret, err);
}

static int show_stats(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c,
                      struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_user_stats_done) struct sc_user_stats stats = {0};
    SC_CLEANUP(sc_site_histories_done) struct sc_site_histories history = {0};
    int rc = sc_engine_user_stats(s, uid, c->n ? c->domains[0] : NULL, &stats, err);
    if (rc == 0 && c->history.period)
        rc = history_of(s, &stats, &c->history, &history, err);
    if (rc == 0)
        sc_isolate_answer_stats(uid, &stats, c->history.period ? &history : NULL, out);
    return rc;
}

static int explain(struct sc_server *s, uid_t uid, unsigned site, const struct sc_isolate_call *c,
                   struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_explanation_done) struct sc_explanation e = {0};
    int rc = sc_engine_user_explain(s, uid, site, c->domains[0], c->path, &e, err);
    if (rc == 0)
        sc_isolate_answer_explain(&e, out);
    return rc;
}

static int enable(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c,
                  struct sc_user_sites *told, struct sc_error *err)
{
    const struct sc_watch w = {.notice = on_notice, .arg = told};
    return sc_engine_user_enable(s, uid, c->domains, c->n, c->anyway, &w, err);
}

/* What was told meanwhile goes behind what is known of the sites. */
static void add_told(struct sc_user_sites *sites, const struct sc_user_sites *told)
{
    for (size_t i = 0; i < told->n_notices; i++)
        on_notice(told->notices[i], sites);
}

static int work(struct sc_server *s, const struct sc_isolate_call *c, uid_t uid, unsigned site,
                struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_user_sites_done) struct sc_user_sites sites = {0};
    SC_CLEANUP(sc_user_sites_done) struct sc_user_sites told = {0};
    int rc = 0;
    switch (c->verb) {
    case SC_ISOLATE_LIMITS_LIST:
        return list_limits(s, uid, c, out, err);
    case SC_ISOLATE_LIMITS_SET:
    case SC_ISOLATE_LIMITS_APPLY:
        return change_limits(s, uid, c, out, err);
    case SC_ISOLATE_STATS:
        return show_stats(s, uid, c, out, err);
    case SC_ISOLATE_EXPLAIN:
        return explain(s, uid, site, c, out, err);
    case SC_ISOLATE_OVERVIEW:
        return sc_isolate_overview(s, uid, site, c->n ? c->domains[0] : NULL, out, err);
    case SC_ISOLATE_LEARN:
    case SC_ISOLATE_LEARN_STOP:
    case SC_ISOLATE_LEARN_REPORT:
        return sc_isolate_learn(s, uid, c, out, err);
    case SC_ISOLATE_HOME:
    case SC_ISOLATE_PATHS_ADD:
    case SC_ISOLATE_PATHS_REMOVE:
        return change_setting(s, uid, c, out, err);
    case SC_ISOLATE_ENABLE:
        rc = enable(s, uid, c, &told, err);
        break;
    case SC_ISOLATE_DISABLE:
        rc = sc_engine_user_disable(s, uid, c->domains, c->n, err);
        break;
    case SC_ISOLATE_LIST:
        break;
    }
    if (rc == 0)
        rc = sc_engine_user_list(s, uid, false, &sites, err);
    if (rc == 0 && c->verb == SC_ISOLATE_LIST)
        rc = sc_user_endings(s, uid, &sites, err);
    add_told(&sites, &told);
    if (rc == 0)
        sc_isolate_answer_sites(&sites, out);
    return rc;
}

/* Among those that are isolated: the service itself answers such calls, so no panel is asked. */
static void meant_of_isolated(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c,
                              char meant[SC_DOMAIN_MEANT_MAX])
{
    SC_CLEANUP(sc_user_sites_done) struct sc_user_sites sites = {0};
    if (sc_engine_user_list(s, uid, false, &sites, NULL) < 0)
        return;
    SC_FREE const char **known = calloc(sites.n + 1, sizeof(*known));
    for (size_t i = 0; known && i < sites.n; i++)
        known[i] = sites.v[i].name;
    if (known)
        (void)sc_domain_meant(c->domains[0], known, sites.n, ',', meant);
}

static void find_meant(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c,
                       const struct sc_error *err, char meant[SC_DOMAIN_MEANT_MAX])
{
    if (c->n == 0 || strcmp(sc_error_word(err), SC_IS_UNKNOWN_DOMAIN) != 0 ||
        strstr(err->text, SC_INVENTORY_PASSED_OVER))
        return;
    if (changes(c->verb) || c->verb == SC_ISOLATE_STATS || c->verb == SC_ISOLATE_EXPLAIN ||
        c->verb == SC_ISOLATE_OVERVIEW)
        (void)sc_engine_meant(s, uid, c->domains, c->n, ',', meant);
    else
        meant_of_isolated(s, uid, c, meant);
}

/* These know isolated domains alone. */
static bool of_isolated(const struct sc_isolate_call *c)
{
    return c->n && (c->verb == SC_ISOLATE_LIMITS_LIST || c->verb == SC_ISOLATE_STATS);
}

/* Who is in a site is told of no other one. */
static int serve(const struct sc_isolate_call *c, uid_t uid, unsigned site, struct sc_buf *out,
                 char meant[SC_DOMAIN_MEANT_MAX], struct sc_error *err)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    int rc = sc_server_open(&s, err);
    if (rc == 0)
        rc = work(s, c, uid, site, out, err);
    if (rc == SC_E_NOTFOUND && site == 0 && of_isolated(c))
        rc = sc_engine_user_not_isolated(s, uid, c->domains[0], err);
    if (rc == SC_E_NOTFOUND && site == 0)
        find_meant(s, uid, c, err, meant);
    return rc;
}

int sc_isolatectl(char *const *args, size_t n, uid_t caller, unsigned site)
{
    SC_CLEANUP(sc_isolate_call_done) struct sc_isolate_call c = {0};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    char meant[SC_DOMAIN_MEANT_MAX] = "";
    int rc = sc_isolate_parse(args, n, &c, &err);
    if (rc == SC_E_INVAL)
        rc = sc_error_is(&err, SC_IS_USAGE, rc);
    if (rc == 0 && site && changes(c.verb))
        rc = sc_error_is(&err, SC_IS_INSIDE_SITE,
                         sc_error_set(&err, SC_E_DENIED,
                                      "this cannot be changed from inside an isolated site; use "
                                      "the panel or a shell of the account"));
    if (rc == 0)
        rc = serve(&c, caller, site, &out, meant, &err);
    if (rc == 0)
        rc = sc_buf_check(&out, "the answer", &err);
    if (rc < 0) {
        sc_buf_free(&out);
        out = (struct sc_buf)SC_BUF_INIT;
        sc_isolate_answer_error(&err, meant, &out);
    }
    /* everything is closed and unlocked by now: a reader who does not read holds nobody up */
    if (!out.data || sc_write_all(STDOUT_FILENO, out.data, out.len) < 0) {
        dprintf(STDERR_FILENO, "%s%sstandard output could not be written: %s\n",
                rc == 0 ? "it is done" : err.text, rc == 0 ? ", but " : "; ",
                strerror(out.data ? errno : ENOMEM));
        return EXIT_REFUSED;
    }
    return rc == 0 ? 0 : rc == SC_E_UNSUPPORTED ? EXIT_UNSUPPORTED : EXIT_REFUSED;
}

bool sc_isolatectl_is_list(char *const *args, size_t n)
{
    SC_CLEANUP(sc_isolate_call_done) struct sc_isolate_call c = {0};
    return sc_isolate_parse(args, n, &c, NULL) == 0 && !changes(c.verb) &&
           c.verb != SC_ISOLATE_STATS && c.verb != SC_ISOLATE_OVERVIEW &&
           c.verb != SC_ISOLATE_EXPLAIN; /* read more than the database */
}

int sc_isolatectl_inline(char *const *args, uid_t caller, unsigned site)
{
    size_t n = 0;
    while (args[n])
        n++;
    return sc_isolatectl(args, n, caller, site);
}
