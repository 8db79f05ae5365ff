/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/account.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/users.h"

void sc_account_done(struct sc_account *a)
{
    sc_close(&a->homefd);
    sc_close(&a->lockfd);
    SC_FREE_ALL(a->user, a->home, a->home_alias);
    *a = (struct sc_account)SC_ACCOUNT_INIT;
}

/* `what` is who else may hold it, for the message. */
static int lock_file(const char *path, int how, int wait_ms, const char *what, int *ret_fd,
                     struct sc_error *err)
{
    int rc = sc_mkdir_p(SC_RUN_DIR "/lock", 0700, err);
    if (rc < 0)
        return rc;
    return sc_lock_file_within(path, how, wait_ms, what, ret_fd, err);
}

int sc_account_lock(uid_t uid, int wait_ms, int *ret_fd, struct sc_error *err)
{
    char path[64], what[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/lock/%u", (unsigned)uid);
    snprintf(what, sizeof(what), "another change of the account with uid %u", (unsigned)uid);
    return lock_file(path, LOCK_EX, wait_ms, what, ret_fd, err);
}

int sc_account_lock_global(const char *name, bool exclusive, int wait_ms, int *ret_fd,
                           struct sc_error *err)
{
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/lock/%.32s", name);
    return lock_file(path, exclusive ? LOCK_EX : LOCK_SH, wait_ms, "another command", ret_fd, err);
}

int sc_account_uid(const char *user, uid_t *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    int rc = sc_user_by_name(user, &u, err);
    if (rc == 0)
        *ret = u.uid;
    return rc;
}

int sc_account_exists(const char *user, struct sc_error *err)
{
    uid_t uid;
    int rc = sc_account_uid(user, &uid, err);
    return rc == SC_E_NOTFOUND ? 0 : rc < 0 ? rc : 1;
}

int sc_account_uid_exists(uid_t uid, struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    int rc = sc_user_by_uid(uid, &u, err);
    return rc == SC_E_NOTFOUND ? 0 : rc < 0 ? rc : 1;
}

int sc_account_passwd(uid_t uid, char **ret_user, gid_t *ret_gid, char **ret_home,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    int rc = sc_user_by_uid(uid, &u, err);
    if (rc < 0)
        return rc;
    if (ret_user)
        *ret_user = sc_steal_ptr(&u.name);
    if (ret_home)
        *ret_home = sc_steal_ptr(&u.home);
    if (ret_gid)
        *ret_gid = u.gid;
    return 0;
}

/* Takes the user's strings over. */
static int fill(struct sc_user *u, struct sc_account *a, struct sc_error *err)
{
    if (u->uid == 0)
        return sc_error_set(err, SC_E_INVAL, "sites of user %s cannot be isolated: it is root",
                            u->name);
    if (u->home[0] != '/')
        return sc_error_set(err, SC_E_INVAL, "user %s has no home directory", u->name);
    a->uid = u->uid;
    a->gid = u->gid;
    a->user = sc_steal_ptr(&u->name);
    a->home_alias = sc_steal_ptr(&u->home);
    a->home = realpath(a->home_alias, NULL);
    if (!a->home)
        return sc_error_sys(err, errno, "the home %s of user %s", a->home_alias, a->user);
    a->homefd = open(a->home, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    if (a->homefd < 0 || fstat(a->homefd, &st) < 0)
        return sc_error_sys(err, errno, "open the home %s of user %s", a->home, a->user);
    /* homes that belong to root are usual where the user shall not change the home itself
     * (chroots) */
    if (strcmp(a->home, "/") == 0 || (st.st_uid != a->uid && st.st_uid != 0))
        return sc_error_set(err, SC_E_INVAL, "the home %s is not user %s's own directory", a->home,
                            a->user);
    return 0;
}

/* wait_ms < 0: without the lock */
static int open_account(const char *user, uid_t uid, int wait_ms, struct sc_account *ret,
                        struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    int rc = user ? sc_user_by_name(user, &u, err) : sc_user_by_uid(uid, &u, err);
    if (rc < 0)
        return rc;
    SC_CLEANUP(sc_account_done) struct sc_account a = SC_ACCOUNT_INIT;
    rc = fill(&u, &a, err);
    if (rc == 0 && wait_ms >= 0)
        rc = sc_account_lock(a.uid, wait_ms, &a.lockfd, err);
    if (rc < 0)
        return rc;
    *ret = a;
    a = (struct sc_account)SC_ACCOUNT_INIT;
    return 0;
}

int sc_account_open(const char *user, int wait_ms, struct sc_account *ret, struct sc_error *err)
{
    return open_account(user, 0, wait_ms, ret, err);
}

int sc_account_open_uid(uid_t uid, int wait_ms, struct sc_account *ret, struct sc_error *err)
{
    return open_account(NULL, uid, wait_ms, ret, err);
}

int sc_account_look(uid_t uid, struct sc_account *ret, struct sc_error *err)
{
    return open_account(NULL, uid, -1, ret, err);
}
