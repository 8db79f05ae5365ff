/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel must be able to do: each thing in turn is taken away by a filter, and is named. */
#include "tests/unit/fixture.h"

#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/server/platform.h"
#include "core/web/vhosts.h"

#define CALLS_MAX 5

/* In a process of its own, in which these calls (-1 at the end) fail. */
static void judge(const int *calls, int error, struct sc_error *ret)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    if (child == 0) {
        struct sc_error err = SC_ERROR_INIT;
        scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
        for (size_t i = 0; calls && calls[i] >= 0; i++)
            if (seccomp_rule_add(filter, SCMP_ACT_ERRNO((unsigned)error), calls[i], 0) < 0)
                _exit(1);
        if (calls && seccomp_load(filter) < 0)
            _exit(2);
        (void)sc_platform_check(&err);
        _exit(write(out[1], &err, sizeof(err)) == sizeof(err) ? 0 : 3);
    }
    close(out[1]);
    assert_int_equal(read(out[0], ret, sizeof(*ret)), sizeof(*ret));
    close(out[0]);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void what_is_missing_is_named(void **state)
{
    static const struct {
        int calls[CALLS_MAX];
        int error;
        const char *named;
    } cases[] = {
        {{SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), -1},
         ENOENT,
         "mount, pid and ipc namespaces"},
        {{SCMP_SYS(pidfd_open), -1},
         ENOSYS, /* and then there is none to join by */
         "pidfd_open (Linux 5.3), setns with a pidfd (Linux 5.8)"},
        {{SCMP_SYS(openat2), -1}, ENOSYS, "openat2 (Linux 5.6)"},
        {{SCMP_SYS(openat2), -1}, EPERM, "openat2 (Linux 5.6)"},
        {{SCMP_SYS(setns), -1}, EINVAL, "setns with a pidfd (Linux 5.8)"},
        {{SCMP_SYS(close_range), -1}, ENOSYS, "close_range (Linux 5.9)"},
        {{SCMP_SYS(mount_setattr), -1}, ENOSYS, "fsopen and mount_setattr (Linux 5.12)"},
        {{SCMP_SYS(fsopen), -1}, ENOSYS, "fsopen and mount_setattr (Linux 5.12)"},
        {{SCMP_SYS(move_mount), -1}, EPERM, "fsopen and mount_setattr (Linux 5.12)"},
        {{SCMP_SYS(seccomp), -1}, EINVAL, "seccomp filters"},
        {{SCMP_SYS(pidfd_open), SCMP_SYS(close_range), SCMP_SYS(mount_setattr), -1},
         ENOSYS, /* as before Linux 5.3: setns with a pidfd needs one */
         "pidfd_open (Linux 5.3), setns with a pidfd (Linux 5.8), close_range (Linux 5.9), fsopen "
         "and mount_setattr (Linux 5.12)"},
    };
    (void)state;
    struct sc_error here = SC_ERROR_INIT;
    judge(NULL, 0, &here);
    size_t n = sizeof(cases) / sizeof(cases[0]);
    if (here.code) /* without root setns() is refused, too */
        assert_int_not_equal(geteuid(), 0);
    for (size_t i = 0; i < n; i++) {
        struct sc_error err = SC_ERROR_INIT;
        char want[512];
        snprintf(want, sizeof(want),
                 "CloudLinux Isolates feature is not available on this platform: the kernel lacks "
                 "%s; Linux 5.12 has it, unless a container or a filter of system calls "
                 "forbids it",
                 cases[i].named);
        judge(cases[i].calls, cases[i].error, &err);
        if (here.code)
            assert_error_has(&err, SC_E_PLATFORM, cases[i].named);
        else
            assert_error(&err, SC_E_PLATFORM, want);
    }
}

static void a_mode_of_lsapi_that_cannot_be_isolated(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_vhosts hosts = {0};
    char at[] = "/etc/apache2/lsapi.conf:3";
    assert_int_equal(sc_lsapi_check(&hosts, &err), 0);
    hosts.per_user_at = at;
    assert_int_equal(sc_lsapi_check(&hosts, &err), SC_E_PLATFORM);
    assert_error_has(&err, SC_E_PLATFORM,
                     "/etc/apache2/lsapi.conf:3: lsapi_per_user On is "
                     "incompatible with CloudLinux Isolates.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(a_mode_of_lsapi_that_cannot_be_isolated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
