/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/supervisor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/run.h"
#include "core/base/pidfd.h"
#include "core/base/clock.h"
#include "core/base/lock.h"
#include "core/php/fpm/run.h"
#include "core/php/fpm/taken.h"

#define ENDING ".ending."

/* Read-only: the daemon hears of each file there that is closed after it could be written. */
static pid_t holder(const char *path, int *ret_pidfd)
{
    SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return sc_is_absent(errno) ? 0 : -errno;
    pid_t pid = sc_lock_holder(fd);
    if (pid <= 0 || !ret_pidfd)
        return pid;
    SC_FD int pidfd = sc_pidfd_open(pid);
    if (pidfd < 0)
        return errno == ESRCH ? 0 : -errno;
    pid_t again = sc_lock_holder(fd);
    if (again != pid)
        return again < 0 ? again : 0;
    *ret_pidfd = sc_steal_fd(&pidfd);
    return pid;
}

static void lock_path(unsigned id, char out[64])
{
    snprintf(out, 64, SC_FPM_RUN "/%u.lock", id);
}

pid_t sc_fpm_supervisor(unsigned id, int *ret_pidfd)
{
    char path[64];
    lock_path(id, path);
    return holder(path, ret_pidfd);
}

int sc_fpm_supervisor_start(uid_t uid, unsigned id, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    char u[16], i[16];
    snprintf(u, sizeof(u), "%u", (unsigned)uid);
    snprintf(i, sizeof(i), "%u", id);
    const char *const argv[] = {SC_FPM_EXE, u, i, NULL};
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = SC_FPM_ANSWER_MS};
    int rc = sc_run(&spec, &r, err);
    if (rc == 0 && !sc_run_ok(&r)) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        rc = sc_error_set(err, SC_E_SYS, "PHP-FPM of site %u cannot be started: its supervisor %s",
                          id, how);
    }
    return rc;
}

/* ---- their end ---- */

unsigned sc_fpm_supervisors_ending(unsigned id, bool kill)
{
    unsigned n = 0;
    SC_DIR DIR *d = opendir(SC_FPM_RUN);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        char path[300], *end;
        SC_FD int pidfd = -EBADF;
        unsigned long of = strtoul(e->d_name, &end, 10);
        if (end == e->d_name || strncmp(end, ENDING, strlen(ENDING)) != 0)
            continue;
        snprintf(path, sizeof(path), SC_FPM_RUN "/%s", e->d_name);
        pid_t pid = holder(path, &pidfd);
        if (pid == 0)
            (void)unlink(path);
        if (pid == 0 || (id && of != id))
            continue;
        n++;
        if (pid > 0 && kill)
            (void)sc_pidfd_signal(pidfd, SIGKILL);
    }
    return n;
}

int sc_fpm_supervisor_end(unsigned id, int *ret_pidfd, struct sc_error *err)
{
    char path[64], ending[64];
    SC_FD int pidfd = -EBADF;
    pid_t pid = sc_fpm_supervisor(id, &pidfd);
    *ret_pidfd = -EBADF;
    if (pid < 0)
        return sc_error_sys(err, -pid, "look for PHP-FPM's supervisor of site %u", id);
    if (pid && sc_fpm_supervisors_ending(id, false) >= SC_FPM_ENDING_MAX)
        (void)sc_fpm_supervisors_ending(id, true);
    lock_path(id, path);
    snprintf(ending, sizeof(ending), SC_FPM_RUN "/%u" ENDING "%lld", id, (long long)sc_clock_ns());
    if (pid && ((rename(path, ending) < 0 && errno != ENOENT) ||
                (sc_pidfd_signal(pidfd, SIGTERM) < 0 && errno != ESRCH)))
        return sc_error_sys(err, errno, "end PHP-FPM's supervisor of site %u", id);
    sc_fpm_run_forget(id);
    *ret_pidfd = sc_steal_fd(&pidfd);
    return 0;
}

void sc_fpm_supervisors_dead(void (*told)(uid_t uid, unsigned id, void *arg), void *arg)
{
    (void)sc_fpm_supervisors_ending(0, false);
    SC_DIR DIR *d = opendir(SC_FPM_RUN);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        SC_CLEANUP(sc_fpm_run_done) struct sc_fpm_run r = {0};
        char *end;
        unsigned long id = strtoul(e->d_name, &end, 10);
        /* whoever ends it removes this file */
        if (id == 0 || id >= UINT_MAX || strcmp(end, ".run") != 0 ||
            sc_fpm_supervisor((unsigned)id, NULL) || sc_fpm_run_load((unsigned)id, &r, NULL) < 0)
            continue;
        told(r.uid, (unsigned)id, arg);
    }
}

int sc_fpm_supervisor_wait(unsigned id, unsigned long long asked, int ms, struct sc_error *err)
{
    for (long long until = sc_clock_ms() + ms; sc_clock_ms() < until;) {
        int got = sc_fpm_run_answered(id, asked);
        if (got > 0)
            return 0;
        if (got < 0)
            return sc_error_set(err, SC_E_SYS,
                                "PHP-FPM of site %u cannot start: /var/log/sitecage.log says why",
                                id);
        if (!sc_fpm_supervisor(id, NULL))
            return sc_error_set(err, SC_E_SYS, "PHP-FPM's supervisor of site %u ended", id);
        sc_sleep_ms(5);
    }
    return sc_error_set(err, SC_E_TIMEOUT, "PHP-FPM of site %u does not answer", id);
}
