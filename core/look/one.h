/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site that is to be looked at, and how much work that may be. */
#ifndef SC_LOOK_ONE_H
#define SC_LOOK_ONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/account/account.h"
#include "core/plan/plan.h"

#define SC_LOOK_FILES_MAX   2000u       /* of all sites of one look */
#define SC_LOOK_BYTES_MAX   (16u << 20) /* read, the same */
#define SC_LOOK_ENTRIES_MAX 50000u      /* names in directories, the same */
#define SC_LOOK_FILE_MAX    (64u << 10) /* of one file, from its beginning */
#define SC_LOOK_MS          2000

struct sc_look_budget {
    size_t files, bytes, entries; /* so far */
    int64_t until;                /* sc_clock_ms() */
};

struct sc_look_one {
    const struct sc_account *a;
    const struct sc_plan *plan;
    size_t site; /* in the plan; as it will be */
    const char *domain;
    bool guard; /* the web server opens the site's files as the site sees them */
};

#endif
