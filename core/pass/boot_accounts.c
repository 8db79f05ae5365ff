/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/boot_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/coverage/coverage.h"
#include "core/facts/facts.h"
#include "core/pass/boot.h"
#include "core/pass/pass.h"
#include "core/pass/planned.h"
#include "core/pass/told.h"

#define ACCOUNT_MS 60000 /* for one account's pass, masters of PHP-FPM included */

/* What the workers share: they are copies of this process. */
struct boot {
    struct sc_told told;
    struct sc_inventory_hung hung; /* why there is no answer: no worker waits for it again */
};

/* A worker's own, as long as it lives. */
struct worker {
    struct sc_server *s;
    struct sc_cover_server cover;
    struct sc_named_paths php;
    struct sc_planned planned;
};

static void boot_done(struct boot *b)
{
    sc_told_done(&b->told);
}

static void ask(struct boot *b)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    struct sc_error why = SC_ERROR_INIT;
    if (sc_server_open(&s, &why) < 0) {
        sc_log("%s", why.text);
        return;
    }
    sc_told_ask(s, &b->told);
    b->hung = *s->hung;
}

/* A pass was made since the panel was asked: the account's first entry was faster. */
static bool is_ready(uid_t uid, const struct boot *b)
{
    char path[128];
    struct stat st;
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/" SC_TABLE_NAME, (unsigned)uid);
    return stat(path, &st) == 0 && st.st_mtim.tv_sec > b->told.asked;
}

static int pass(struct sc_server *s, const struct sc_account *a, const struct boot *b,
                struct sc_error *err)
{
    SC_CLEANUP(sc_heard_done) struct sc_heard heard = SC_HEARD_INIT;
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    const struct sc_wish none = {0};
    bool use = false;
    if (is_ready(a->uid, b))
        return 0;
    int rc = sc_told_of(&b->told, s, a, &use, &heard, err);
    if (rc == 0)
        rc = sc_pass_gather(s, a, SC_FACTS_LAST_GOOD, use ? &heard : NULL, &f, err);
    return rc < 0 ? rc : sc_pass_apply(s, a, &f, &none, err);
}

static struct worker *begin(const struct boot *b, struct sc_error *err)
{
    SC_FREE struct worker *w = calloc(1, sizeof(*w));
    if (!w || sc_server_open(&w->s, err) < 0)
        return NULL;
    *w->s->hung = b->hung;
    w->s->cover = &w->cover;
    w->s->php = &w->php;
    w->s->planned = &w->planned;
    return sc_steal_ptr(&w);
}

static int one(uid_t uid, void **mine, void *arg)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    const struct boot *b = arg;
    struct sc_error err = SC_ERROR_INIT;
    if (!*mine)
        *mine = begin(b, &err);
    struct worker *w = *mine;
    int rc = w ? sc_account_open_uid(uid, SC_LOCK_WAIT_MS, &a, &err) : SC_E_NOMEM;
    if (rc == 0)
        rc = pass(w->s, &a, b, &err);
    sc_log("uid=%u rebuild: %s", (unsigned)uid, rc < 0 ? err.text : "done");
    return rc;
}

int sc_boot_accounts(const struct sc_user_list *users, size_t *ret_bad, struct sc_error *err)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    SC_CLEANUP(boot_done) struct boot b = {.hung = {0}};
    SC_FREE uid_t *uids = calloc(users->n + 1, sizeof(*uids));
    const struct sc_boot how = {.run = one,
                                .arg = &b,
                                .at_once = cpus < 2                     ? 2
                                           : cpus > SC_BOOT_WORKERS_MAX ? SC_BOOT_WORKERS_MAX
                                                                        : (unsigned)cpus,
                                .deadline_ms = ACCOUNT_MS};
    if (!uids)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %zu accounts", users->n);
    for (size_t i = 0; i < users->n; i++)
        uids[i] = users->rows[i].uid;
    ask(&b);
    return sc_boot_each(&how, uids, users->n, ret_bad, err);
}
