/* SPDX-License-Identifier: GPL-2.0-or-later */
/* confine COMMAND...: runs it as systemd does with RestrictNamespaces=yes: a filter lets no namespace be
 * made or joined (EPERM). Without no_new_privs, so that setuid programs stay so. */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <unistd.h>

#define SPACES                                                                                     \
    (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWUSER |     \
     CLONE_NEWCGROUP)

static int add(scmp_filter_ctx filter)
{
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(setns), 0);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 0);
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    for (unsigned bit = 1; rc == 0 && bit; bit <<= 1)
        if (SPACES & bit)
            rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit));
    return rc == 0 ? seccomp_load(filter) : rc;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: confine COMMAND...\n");
        return 2;
    }
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter || add(filter) < 0) {
        fprintf(stderr, "confine: no filter\n");
        return 1;
    }
    execvp(argv[1], argv + 1);
    fprintf(stderr, "confine: cannot run %s\n", argv[1]);
    return 127;
}
