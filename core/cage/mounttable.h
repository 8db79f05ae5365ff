/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mounts at and below a running site's home, as core/plan/live.h wants them. */
#ifndef SC_CAGE_MOUNTTABLE_H
#define SC_CAGE_MOUNTTABLE_H

#include <sys/types.h>
#include "core/base/error.h"
#include "core/plan/live.h"
#include "core/plan/planfile.h"

struct sc_mounttable {
    struct sc_live_row *rows;
    size_t n;
    char **keys; /* for sc_live_plan(): what each entry's mount must be; NULL for masks */
    size_t n_keys;
};

/* Reads the mount table of process `keeper`, and computes the keys of the plan's entries from
 * it. */
int sc_mounttable_read(pid_t keeper, const struct sc_planfile *plan, struct sc_mounttable *ret,
                       struct sc_error *err);
void sc_mounttable_done(struct sc_mounttable *t);

#endif
