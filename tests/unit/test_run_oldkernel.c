/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tests of test_run.c on a kernel without close_range() and pidfd_open(). */
#include <errno.h>
#include <seccomp.h>

static int without_new_calls(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    int rc = f ? 0 : -1;
    static const int calls[] = {434,
                                436}; /* pidfd_open, close_range: the same on every architecture */
    for (int i = 0; rc == 0 && i < 2; i++)
        rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), calls[i], 0);
    if (rc == 0)
        rc = seccomp_load(f); /* needs no privilege: it sets no_new_privs */
    seccomp_release(f);
    return rc;
}

#define SC_TEST_RUN_NAME    "run_oldkernel"
#define SC_TEST_RUN_SETUP() without_new_calls()
#include "tests/unit/test_run.c"
