/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-rebuild UID: started by an entry (core/enter) that found a user's mark but not his
 * table: /run was emptied, usually by a boot. Makes the runtime state again. `sitecage-rebuild
 * --all` does so for every user with an isolated site, at boot. `sitecage-rebuild --groups UID` only makes the
 * control groups that count what his sites use, where they are missing. `sitecage-rebuild --boot` does what has to be
 * done before the web server starts, and goes on in the background with what --all does, several accounts at
 * once. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/limits/limits.h"
#include "core/limits/unit.h"
#include "core/pass/boot_accounts.h"
#include "core/pass/mains.h"
#include "core/php/fpm/taken.h"
#include "core/proxyexec/service.h"
#include "core/server/monitor_service.h"
#include "core/pass/front.h"
#include "core/pass/pass.h"
#include "core/pass/webserver.h"
#include "core/runtime/runtime.h"

static int rebuild(struct sc_server *s, uid_t uid, struct sc_error *err)
{
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    int rc = sc_account_open_uid(uid, SC_LOCK_WAIT_MS, &a, err);
    if (rc == 0)
        rc = sc_pass_user(s, &a, SC_FACTS_LAST_GOOD, err);
    sc_log("uid=%u rebuild: %s", (unsigned)uid, rc < 0 ? err->text : "done");
    return rc;
}

static bool is_among(const struct sc_user_list *users, uid_t uid)
{
    for (size_t i = 0; i < users->n; i++)
        if (users->rows[i].uid == uid)
            return true;
    return false;
}

/* Who has no isolated site any more, and an address of PHP-FPM that could not go back. */
static int rebuild_others(struct sc_server *s, const struct sc_user_list *users, int *bad,
                          struct sc_error *err)
{
    SC_FREE uid_t *uids = NULL;
    size_t n = 0;
    int rc = sc_fpm_taken_uids(&uids, &n, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        *bad += !is_among(users, uids[i]) && rebuild(s, uids[i], err) < 0;
    return rc;
}

static int rebuild_all(struct sc_server *s, struct sc_error *err)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    int rc = sc_pass_front_keep(s, err);
    if (rc < 0) /* isolated sites answer 503 without it: no reason not to make them ready */
        sc_log("suexec's entry: %s", err->text);
    int bad = rc < 0;
    rc = sc_store_users_get(s->store, true, &users, err);
    for (size_t i = 0; rc == 0 && i < users.n; i++)
        if (rebuild(s, users.rows[i].uid, err) < 0) {
            fprintf(stderr, "%s: %s\n", users.rows[i].name, err->text);
            bad++;
        }
    if (rc == 0)
        rc = rebuild_others(s, &users, &bad, err);
    return rc < 0 ? rc : bad ? SC_E_SYS : 0;
}

/* Not while somebody changes the account's sites: he makes their groups himself. */
static int count(uid_t uid, struct sc_error *err)
{
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = NULL;
    SC_FREE unsigned *ids = NULL;
    SC_FD int lock = -EBADF;
    size_t n = 0;
    int rc = sc_account_lock(uid, 0, &lock, err);
    if (rc == 0)
        rc = sc_runtime_counted(uid, &ids, &n, err);
    sc_sites_unit_start(); /* else their groups would not be where the table says */
    if (rc == 0)
        rc = sc_cgroups_open(&cg, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = sc_limits_count(cg, uid, ids[i], err);
    return rc;
}

static void revive(struct sc_server *s, int rc)
{
    sc_proxyexec_revive();
    if (rc == 0)
        sc_pass_webserver_revive(s);
    if (rc == 0)
        sc_monitor_revive();
}

/* What must be so before the web server starts: suexec's entry is in its place. An account whose table is not there
 * yet is closed by its mark in SC_MARK_DIR, and made ready by the first entry. */
static int before_the_web_server(struct sc_user_list *users, struct sc_error *err)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_server_open(&s, err);
    if (rc == 0 && sc_pass_front_keep(s, &why) < 0)
        sc_log("suexec's entry: %s", why.text);
    return rc < 0 ? rc : sc_store_users_get(s->store, true, users, err);
}

/* Services first: Apache asks one of them for each site's view. */
static int revive_alone(struct sc_error *err)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    int rc = sc_server_open(&s, err);
    if (rc == 0)
        revive(s, rc);
    return rc;
}

static int rebuild_many(const struct sc_user_list *users, struct sc_error *err)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    size_t bad = 0;
    int bad_others = 0;
    int rc = revive_alone(err);
    if (rc == 0)
        rc = sc_boot_accounts(users, &bad, err);
    if (rc == 0)
        rc = sc_server_open(&s, err);
    if (rc == 0)
        rc = rebuild_others(s, users, &bad_others, err);
    return rc < 0 ? rc : bad || bad_others ? SC_E_SYS : 0;
}

/* systemd takes the end of this process for "started": what goes on is its child (Type=forking). */
static int boot(void)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    struct sc_error err = SC_ERROR_INIT;
    int rc = before_the_web_server(&users, &err);
    pid_t pid = rc < 0 ? -1 : fork();
    if (pid == 0)
        return rebuild_many(&users, &err) < 0;
    if (pid < 0)
        fprintf(stderr, "%.500s\n", rc < 0 ? err.text : "cannot fork");
    return pid < 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: sitecage-rebuild UID | --all | --boot | --groups UID   (as root)\n");
    return 2;
}

int sc_rebuild_main(int argc, char **argv)
{
    sc_debug_switch(&argc, argv);
    bool all = argc == 2 && strcmp(argv[1], "--all") == 0;
    bool boots = argc == 2 && strcmp(argv[1], "--boot") == 0;
    bool groups = argc == 3 && strcmp(argv[1], "--groups") == 0;
    char *end = NULL;
    unsigned long uid =
        (argc == 2 && !all && !boots) || groups ? strtoul(argv[argc - 1], &end, 10) : 0;
    if (getuid() != 0 || (!all && !boots && (!end || *end || uid == 0 || uid >= UINT_MAX)))
        return usage();
    struct sc_error err = SC_ERROR_INIT;
    if (groups && count((uid_t)uid, &err) < 0)
        fprintf(stderr, "%.500s\n", err.text);
    if (groups || boots)
        return groups ? err.code < 0 : boot();
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    int rc = sc_server_open(&s, &err);
    if (rc == 0)
        rc = all ? rebuild_all(s, &err) : rebuild(s, (uid_t)uid, &err);
    if (rc < 0 && !all)
        fprintf(stderr, "%.500s\n", err.text);
    revive(s, rc);
    return rc < 0 ? 1 : 0;
}
