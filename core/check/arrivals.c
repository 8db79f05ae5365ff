/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --site-isolation-check: accounts that came with isolated sites in ~/.lve/domains.json, and of
 * which nothing is isolated. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/account/account.h"
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/pidfd.h"
#include "core/check/internal.h"
#include "core/config/domains_config.h"
#include "core/server/monitor_service.h"

#define LOOK_MS    10000 /* at all homes: one may hang */
#define ANSWER_MAX (1u << 20)
#define NAMES_MAX  5 /* that a row names */

static const char row[] = "accounts: wishes";

/* ---- in a process of its own: what the homes say ---- */

static bool wants(const struct sc_domains *panel, const char *owner)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    struct sc_domains_config config = SC_DOMAINS_CONFIG_INIT;
    uid_t uid = 0;
    bool any = false;
    if (sc_account_uid(owner, &uid, NULL) < 0 || uid == 0 || sc_account_look(uid, &a, NULL) < 0)
        return false;
    const struct sc_config_user user = {
        .name = owner, .uid = a.uid, .gid = a.gid, .home = a.home_alias, .homefd = a.homefd};
    if (sc_domains_config_load(&user, &config, NULL) < 0)
        return true; /* somebody has to look at it */
    for (size_t i = 0; i < config.n && !any; i++) {
        const struct sc_domain *d = sc_domains_find(panel, config.entries[i].name);
        any = config.entries[i].isolated && d && strcmp(d->owner, owner) == 0;
    }
    sc_domains_config_free(&config);
    return any;
}

static void look(const struct sc_domains *panel, char *const *owners, size_t n, int fd)
{
    for (size_t i = 0; i < n; i++)
        if (wants(panel, owners[i]))
            dprintf(fd, "%s\n", owners[i]);
    dprintf(fd, ".\n"); /* all were looked at */
}

/* ---- the question ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Who has domains and nothing isolated, each once; borrowed from the panel's answer. */
static size_t owners_of(const struct sc_domains *panel, const struct sc_user_list *isolated,
                        char **owners)
{
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < panel->n; i++)
        owners[n++] = panel->v[i].owner;
    if (n)
        qsort(owners, n, sizeof(*owners), by_text);
    for (size_t i = 0; i < n; i++) {
        bool skip = kept && strcmp(owners[kept - 1], owners[i]) == 0;
        for (size_t k = 0; k < isolated->n && !skip; k++)
            skip = strcmp(isolated->rows[k].name, owners[i]) == 0;
        if (!skip)
            owners[kept++] = owners[i];
    }
    return kept;
}

/* Reads until the other side ends, or for too long. */
static void hear(int fd, struct sc_buf *ret)
{
    int64_t end = sc_clock_ms() + LOOK_MS;
    char part[4096];
    for (;;) {
        struct pollfd in = {.fd = fd, .events = POLLIN};
        int64_t left = end - sc_clock_ms();
        if (left <= 0 || poll(&in, 1, (int)left) == 0)
            return;
        ssize_t n = read(fd, part, sizeof(part));
        if (n == 0 || (n < 0 && errno != EINTR))
            return;
        if (n > 0)
            sc_buf_add(ret, part, (size_t)n);
    }
}

static int ask_homes(const struct sc_domains *panel, char *const *owners, size_t n,
                     struct sc_buf *ret, struct sc_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return sc_error_sys(err, errno, "make a pipe");
    pid_t pid = fork();
    if (pid == 0) {
        look(panel, owners, n, ends[1]);
        _exit(0);
    }
    int bad = errno;
    SC_FD int from = ends[0];
    close(ends[1]);
    if (pid < 0)
        return sc_error_sys(err, bad, "start a process");
    hear(from, ret);
    SC_FD int pidfd = sc_pidfd_open(pid);
    kill(pid, SIGKILL); /* ours, and not waited for yet */
    if (pidfd < 0 || sc_pidfd_wait(pidfd, LOOK_MS / 10))
        (void)waitpid(pid, NULL, WNOHANG);
    return sc_buf_check(ret, "what homes say", err);
}

/* ---- the rows ---- */

enum why {
    OFF,
    DENIED,
    OPEN,
    WHYS
};

struct group {
    struct sc_buf names;
    size_t n;
};

static void add_name(struct group *g, const char *name)
{
    if (g->n++ < NAMES_MAX)
        sc_buf_fmt(&g->names, "%s%s", g->n > 1 ? ", " : "", name);
    else if (g->n == NAMES_MAX + 1)
        sc_buf_str(&g->names, ", ...");
}

static enum why why_not(const struct sc_server *s, const char *user, bool enabled)
{
    bool allowed = false;
    if (!enabled)
        return OFF;
    return sc_policy_user_allowed(&s->policy, user, &allowed, NULL) == 0 && !allowed ? DENIED
                                                                                     : OPEN;
}

static void tell(struct sc_checks *c, const struct sc_server *s, const struct group *g)
{
    bool waits = false;
    if (g[OFF].n)
        sc_check_add(c, row, SC_CHECK_WARNING,
                     "%zu want sites isolated, and nothing is, because the feature is off: %s; "
                     "cagefsctl --site-isolation-allow-all, then cagefsctl "
                     "--site-isolation-regenerate USER",
                     g[OFF].n, g[OFF].names.data);
    if (g[DENIED].n)
        sc_check_add(c, row, SC_CHECK_WARNING,
                     "%zu want sites isolated, and nothing is, because they are not allowed: %s; "
                     "cagefsctl --site-isolation-allow USER, then cagefsctl "
                     "--site-isolation-regenerate USER",
                     g[DENIED].n, g[DENIED].names.data);
    if (!g[OPEN].n)
        return;
    bool soon = sc_monitor_running() && sc_monitor_hints_wait(s, &waits, NULL) == 0 && waits;
    sc_check_add(c, row, soon ? SC_CHECK_WARNING : SC_CHECK_FAILED,
                 "%zu want sites isolated, and nothing is: %s; %scagefsctl "
                 "--site-isolation-regenerate USER",
                 g[OPEN].n, g[OPEN].names.data, soon ? "the daemon is at it, or at once: " : "");
}

void sc_check_arrivals(struct sc_checks *c, const struct sc_server *s,
                       const struct sc_domains *panel, bool enabled)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list isolated = {0};
    SC_BUF struct sc_buf answer = {.limit = ANSWER_MAX};
    struct sc_error err = SC_ERROR_INIT;
    struct group g[WHYS] = {0};
    bool whole = false;
    SC_FREE char **owners = calloc(panel->n + 1, sizeof(*owners));
    if (!owners || sc_store_users_get(s->store, true, &isolated, &err) < 0 ||
        ask_homes(panel, owners, owners_of(panel, &isolated, owners), &answer, &err) < 0) {
        sc_check_add(c, row, SC_CHECK_FAILED, "%s", err.text);
        return;
    }
    char *save = NULL;
    for (char *l = answer.data ? strtok_r(answer.data, "\n", &save) : NULL; l;
         l = strtok_r(NULL, "\n", &save)) {
        whole |= strcmp(l, ".") == 0;
        if (strcmp(l, ".") != 0)
            add_name(&g[why_not(s, l, enabled)], l);
    }
    tell(c, s, g);
    if (!whole)
        sc_check_add(c, row, SC_CHECK_WARNING, "not all homes could be looked at in %d s",
                     LOOK_MS / 1000);
    else if (!g[OFF].n && !g[DENIED].n && !g[OPEN].n)
        sc_check_add(c, row, SC_CHECK_OK, "nobody wants isolated what is not");
    for (size_t i = 0; i < WHYS; i++)
        sc_buf_free(&g[i].names);
}
