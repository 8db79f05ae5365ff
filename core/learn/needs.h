/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what a site was seen to use, what it would miss when it is isolated, and what to give it. Pure. */
#ifndef SC_LEARN_NEEDS_H
#define SC_LEARN_NEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/learn/record.h"
#include "core/plan/entries.h"

struct sc_learn_need {
    char *
        rel; /* what is to be given, below the home: a directory where that stays true for longer */
    bool rw;
    bool temporary; /* for temporary files of all: not to be given, the site has its own */
    unsigned kinds; /* of SC_LEARN_USES */
    uint64_t n;
    int64_t first, last;
    char *example; /* one of the files; NULL: the path itself */
    char *by[SC_LEARN_BY_MAX];
    size_t n_by;
    const char *refused; /* why it cannot be given; NULL: it can. For the caller; static text */
};

struct sc_learn_needs {
    struct sc_learn_need *v; /* by rel, in component order, each once */
    size_t n;
};

void sc_learn_needs_done(struct sc_learn_needs *n); /* accepts {0} */

/* `entries`: of the site as it would be when isolated. SC_E_NOMEM. */
int sc_learn_needs(const struct sc_learn_record *r, const struct sc_entries *entries,
                   struct sc_learn_needs *ret, struct sc_error *err);

#endif
