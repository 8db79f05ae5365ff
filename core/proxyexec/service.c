/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/run.h"
#include "core/enter/keeper_find.h"
#include "core/enter/paths.h"
#include "core/proxyexec/paths.h"

#define STOP_MS 5000

bool sc_proxyexec_running(void)
{
    SC_FD int fd = open(SC_PROXY_LOCK, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return fd >= 0 && sc_lock_holder(fd) > 0;
}

static int change_lock(int *ret, struct sc_error *err)
{
    int rc = sc_mkdir_p(SC_PROXY_DIR, 0711, err);
    if (rc < 0)
        return rc;
    SC_FD int fd = open(SC_PROXY_CHANGE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return sc_error_sys(err, errno, "open " SC_PROXY_CHANGE);
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return sc_error_sys(err, errno, "lock " SC_PROXY_CHANGE);
    *ret = sc_steal_fd(&fd);
    return 0;
}

/* As sd_booted(3). */
static bool by_systemd(void)
{
    struct stat st;
    return lstat("/run/systemd/system", &st) == 0 && S_ISDIR(st.st_mode);
}

static int call(const char *const *argv, const char *what, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = 30000};
    int rc = sc_run(&spec, &r, err);
    if (rc == 0 && !sc_run_ok(&r)) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        rc = sc_error_set(err, SC_E_SYS, "%s %s", argv[0], how);
    }
    return rc < 0 ? sc_error_wrap(err, "%s", what) : 0;
}

static int systemctl(const char *verb)
{
    const char *const argv[] = {"systemctl", verb, SC_PROXY_UNIT, NULL};
    return call(argv, "systemctl", NULL);
}

int sc_proxyexec_start(struct sc_error *err)
{
    static const char what[] = "the proxyexec service cannot be started";
    SC_FD int lock = -EBADF;
    int rc = change_lock(&lock, err);
    if (rc < 0 || sc_proxyexec_running())
        return rc;
    /* In a container that only shows the server's /run, nobody answers systemctl: then a plain
     * daemon does it. */
    if (by_systemd() && systemctl("start") == 0 && sc_proxyexec_running())
        return 0;
    static const char *const argv[] = {SC_PROXY_DAEMON, "--daemon", NULL};
    return call(argv, what, err);
}

void sc_proxyexec_revive(void)
{
    if (!by_systemd() && access(SC_FLAG_FILE, F_OK) == 0)
        (void)sc_proxyexec_start(NULL);
}

static int end_daemon(struct sc_error *err)
{
    SC_FD int fd = open(SC_PROXY_LOCK, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    pid_t pid = fd >= 0 ? sc_lock_holder(fd) : 0;
    if (pid == 0)
        return 0;
    SC_FD int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    /* still the holder with the descriptor in hand: the descriptor is the daemon's */
    if (pidfd < 0 || sc_lock_holder(fd) != pid)
        return pidfd < 0 && errno != ESRCH ? sc_error_sys(err, errno, "find the daemon") : 0;
    struct pollfd gone = {.fd = pidfd, .events = POLLIN};
    (void)syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0);
    if (poll(&gone, 1, STOP_MS) == 1)
        return 0;
    (void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
    return poll(&gone, 1, STOP_MS) == 1
               ? 0
               : sc_error_set(err, SC_E_BUSY, "process %d does not end", (int)pid);
}

int sc_proxyexec_stop(struct sc_error *err)
{
    static const char what[] = "the proxyexec service cannot be stopped";
    SC_FD int lock = -EBADF;
    int rc = change_lock(&lock, err);
    if (rc == 0 && by_systemd() && sc_proxyexec_running())
        (void)systemctl("stop"); /* what still lives afterwards is ended by hand */
    if (rc == 0 && (rc = end_daemon(err)) < 0)
        sc_error_wrap(err, "%s", what);
    if (rc == 0 && unlink(SC_PROXY_SOCKET) < 0 && errno != ENOENT)
        rc = sc_error_sys(err, errno, "remove " SC_PROXY_SOCKET);
    return rc;
}
