/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a home wants that the database does not know. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/account/account.h"
#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
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

static _Noreturn void look(struct sc_server *s, const struct sc_home_owner *v, size_t n, int out,
                           pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    for (size_t i = 0; i < n && getppid() == parent; i++) {
        char c = sc_follow_has_wishes(s, v[i].uid, v[i].gid, v[i].home) ? 'y' : 'n';
        if (write(out, &c, 1) != 1)
            break;
    }
    _exit(0);
}

/* How many answer before one does not. */
static size_t hear(int in, const struct sc_home_owner *v, size_t n)
{
    size_t i = 0;
    for (char c; i < n; i++) {
        struct pollfd p = {.fd = in, .events = POLLIN};
        int got;
        do
            got = poll(&p, 1, ANSWER_MS);
        while (got < 0 && errno == EINTR);
        if (got <= 0 || read(in, &c, 1) != 1)
            return i;
        *v[i].wishes = c == 'y';
    }
    return i;
}

static int ask(struct sc_server *s, const struct sc_home_owner *v, size_t n, size_t *ret_n,
               struct sc_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return sc_error_sys(err, errno, "make a pipe");
    SC_FD int in = ends[0];
    SC_FD int out = ends[1];
    pid_t me = getpid(), pid = fork();
    if (pid < 0)
        return sc_error_sys(err, errno, "fork");
    if (pid == 0)
        look(s, v, n, out, me);
    sc_close(&out);
    *ret_n = hear(in, v, n);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, *ret_n < n ? WNOHANG : 0); /* who hangs may not even end then */
    return 0;
}

int sc_follow_wishes(struct sc_server *s, const struct sc_home_owner *v, size_t n,
                     struct sc_error *err)
{
    unsigned hung = 0;
    for (size_t i = 0; i < n;) {
        size_t heard = 0;
        int rc = hung < HUNG_MAX ? ask(s, v + i, n - i, &heard, err) : 0;
        if (rc < 0)
            return rc;
        i += heard;
        hung++;
        if (i < n)
            *v[i++].wishes = true;
    }
    return 0;
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
