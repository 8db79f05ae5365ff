/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories in which isolated sites may have left code, though they are not theirs any more. Marks of applications say
 * whose a directory is, and anybody who can write there can make and remove them (core/plan/owned_text.h). */
#ifndef SC_PASS_DOUBTED_H
#define SC_PASS_DOUBTED_H

#include "core/base/error.h"
#include "core/pass/made.h"
#include "core/plan/plan.h"

struct sc_doubted {
    char **rels; /* below the home; sorted, each once */
    size_t n;
};

/* By what the database has of the sites, which the step `record` brought up to date. SC_E_SYS, SC_E_NOMEM. */
int sc_doubted_find(struct sc_store *store, const struct sc_plan *plan, const struct sc_made *m,
                    struct sc_doubted *ret, struct sc_error *err);
void sc_doubted_done(struct sc_doubted *d);

bool sc_doubted_has(const struct sc_doubted *d, const char *rel);

#endif
