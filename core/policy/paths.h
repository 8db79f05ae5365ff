/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the policy lies (docs/formats.md), and its modes. */
#ifndef SC_POLICY_PATHS_H
#define SC_POLICY_PATHS_H

#include <sys/types.h>

struct sc_policy_paths {
    const char *etc_dir;
    const char *flag;
    uid_t owner; /* who must own the directories: 0 but in tests */
};

#define SC_POLICY_PATHS_DEFAULT                                                                    \
    {                                                                                              \
        .etc_dir = "/etc/cagefs",                                                                  \
        .flag = "/opt/cloudlinux/flags/enabled-flags.d/website-isolation.flag"                     \
    }

#define SC_POLICY_LOCK_SECONDS 20
#define SC_POLICY_USER_MAX     64

enum sc_policy_mode {
    SC_MODE_UNSET, /* never set up: nobody is allowed */
    SC_MODE_ALLOW_ALL,
    SC_MODE_DENY_ALL
};

#endif
