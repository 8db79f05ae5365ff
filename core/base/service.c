/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/run.h"
#include "core/base/pidfd.h"
#include "core/base/lock.h"

#define STOP_MS 5000
#define CALL_MS 30000

bool sc_service_running(const struct sc_service *v)
{
    /* not for writing: who watches the file is told when the daemon ends, and not of us */
    SC_FD int fd = open(v->lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return fd >= 0 && sc_lock_holder(fd) > 0;
}

static int change_lock(const struct sc_service *v, int *ret, struct sc_error *err)
{
    int rc = sc_mkdir_p(v->dir, 0711, err);
    return rc < 0 ? rc : sc_lock_file(v->change, ret, err);
}

bool sc_by_systemd(void)
{
    struct stat st;
    return lstat("/run/systemd/system", &st) == 0 && S_ISDIR(st.st_mode);
}

static int call(const char *const *argv, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = CALL_MS};
    int rc = sc_run(&spec, &r, err);
    if (rc == 0 && !sc_run_ok(&r)) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        rc = sc_error_set(err, SC_E_SYS, "%s %s", argv[0], how);
    }
    return rc;
}

static int systemctl(const char *unit, const char *verb, struct sc_error *err)
{
    const char *const argv[] = {"systemctl", verb, unit, NULL};
    return call(argv, err);
}

int sc_unit_start(const char *unit, struct sc_error *err)
{
    return systemctl(unit, "start", err);
}

int sc_service_start(const struct sc_service *v, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    int rc = change_lock(v, &lock, err);
    if (rc < 0 || sc_service_running(v))
        return rc;
    /* In a container that only shows the server's /run, nobody answers systemctl: then a plain
     * daemon does it. */
    if (sc_by_systemd() && systemctl(v->unit, "start", NULL) == 0 && sc_service_running(v))
        return 0;
    const char *const argv[] = {v->daemon, "--daemon", NULL};
    rc = call(argv, err);
    return rc < 0 ? sc_error_wrap(err, "%s cannot be started", v->name) : 0;
}

static int end_daemon(const struct sc_service *v, struct sc_error *err)
{
    SC_FD int fd = open(v->lock, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    pid_t pid = fd >= 0 ? sc_lock_holder(fd) : 0;
    if (pid == 0)
        return 0;
    SC_FD int pidfd = sc_pidfd_open(pid);
    /* still the holder with the descriptor in hand: the descriptor is the daemon's */
    if (pidfd < 0 || sc_lock_holder(fd) != pid)
        return pidfd < 0 && errno != ESRCH ? sc_error_sys(err, errno, "find the daemon") : 0;
    return sc_pidfd_end(pidfd, STOP_MS)
               ? 0
               : sc_error_set(err, SC_E_BUSY, "process %d does not end", (int)pid);
}

int sc_service_stop(const struct sc_service *v, struct sc_error *err)
{
    SC_FD int lock = -EBADF;
    int rc = change_lock(v, &lock, err);
    if (rc == 0 && sc_by_systemd() && sc_service_running(v))
        (void)systemctl(v->unit, "stop", NULL); /* what still lives afterwards is ended by hand */
    if (rc == 0 && (rc = end_daemon(v, err)) < 0)
        sc_error_wrap(err, "%s cannot be stopped", v->name);
    if (rc == 0 && v->socket && unlink(v->socket) < 0 && errno != ENOENT)
        rc = sc_error_sys(err, errno, "remove %s", v->socket);
    return rc;
}
