/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a home wants that the database does not know. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/account/account.h"
#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/each.h"
#include "core/base/there.h"
#include "core/follow/internal.h"

bool sc_follow_has_wishes(struct sc_server *s, uid_t uid, gid_t gid, const char *home)
{
    bool on = false;
    struct stat st;
    struct sc_error why = SC_ERROR_INIT;
    if (uid == 0 || (sc_policy_enabled(&s->policy, &on, NULL) == 0 && !on))
        return false;
    SC_FD int dir = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    SC_FD int fd = -EBADF;
    if (dir < 0 || fstat(dir, &st) < 0)
        return !sc_is_absent(errno);
    if (st.st_uid != uid && st.st_uid != 0)
        return false;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    if (sc_asuser_begin(&as, uid, gid, NULL) < 0)
        return true;
    int rc = sc_open_beneath(dir, ".lve/domains.json", O_PATH, 0, &fd, &why);
    return rc == 0 || (rc == SC_E_SYS && !sc_is_absent(why.sys));
}

/* ---- many homes ---- */

#define ANSWER_MS 1000 /* of one home */
#define HUNG_MAX  8    /* then all that are left are looked at by visits of their own */

struct asking {
    struct sc_server *s;
    const struct sc_home_owner *v;
};

static void ask(size_t i, void *answer, void *arg)
{
    const struct asking *a = arg;
    const struct sc_home_owner *o = &a->v[i];
    *(char *)answer = sc_follow_has_wishes(a->s, o->uid, o->gid, o->home) ? 'y' : 'n';
}

static void hear(size_t i, const void *answer, void *arg)
{
    const struct asking *a = arg;
    *a->v[i].wishes = !answer || *(const char *)answer == 'y';
}

int sc_follow_wishes(struct sc_server *s, const struct sc_home_owner *v, size_t n,
                     struct sc_error *err)
{
    struct asking a = {s, v};
    const struct sc_each each = {.n = n,
                                 .size = 1,
                                 .ms = ANSWER_MS,
                                 .hung_max = HUNG_MAX,
                                 .ask = ask,
                                 .hear = hear,
                                 .arg = &a};
    return sc_each(&each, err);
}

/* ---- one who may now ---- */

int sc_follow_allowed(struct sc_server *s, const char *user, struct sc_error *err)
{
    struct sc_follow f = {.agrees = true};
    uid_t uid = 0;
    gid_t gid = 0;
    SC_FREE char *home = NULL;
    int rc = sc_account_uid(user, &uid, err);
    if (rc == 0)
        rc = sc_account_passwd(uid, NULL, &gid, &home, err);
    if (rc < 0 || !sc_follow_has_wishes(s, uid, gid, home))
        return rc;
    return sc_follow_account(s, user, NULL, &f, err);
}
