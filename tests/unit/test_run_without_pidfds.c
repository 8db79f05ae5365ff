/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tests of test_run.c where a filter refuses pidfd_open(), as valgrind does. */
#include <errno.h>
#include <seccomp.h>

static int without_pidfds(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    int rc = f ? 0 : -1;
    if (rc == 0)
        rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), 434, 0); /* on every architecture */
    if (rc == 0)
        rc = seccomp_load(f); /* needs no privilege: it sets no_new_privs */
    seccomp_release(f);
    return rc;
}

#define SC_TEST_RUN_NAME    "run_without_pidfds"
#define SC_TEST_RUN_SETUP() without_pidfds()
#include "tests/unit/test_run.c"
