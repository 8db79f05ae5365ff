/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking about many things of which each may hang (homes on a server that is away): a child asks,
 * one after the other. Where it does not answer in time it is given up, and another child goes on
 * behind that one. */
#ifndef SC_BASE_EACH_H
#define SC_BASE_EACH_H

#include <stddef.h>
#include "core/base/error.h"

struct sc_each {
    size_t n;          /* things */
    size_t size;       /* of an answer; at most SC_EACH_SIZE_MAX bytes */
    int ms;            /* for one answer */
    unsigned hung_max; /* after so many that did not answer the others are not asked */
    /* In the child: fills the zeroed *answer. No database that the parent has open. */
    void (*ask)(size_t i, void *answer, void *arg);
    /* In the caller, in order. `answer` NULL: none came. */
    void (*hear)(size_t i, const void *answer, void *arg);
    void *arg;
};

#define SC_EACH_SIZE_MAX 512

/* SC_E_SYS: no child can be made; some were heard already. */
int sc_each(const struct sc_each *e, struct sc_error *err);

#endif
