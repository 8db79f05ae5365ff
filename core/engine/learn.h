/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Learning: a site runs in a cage that closes nothing of its account, and what it uses outside of its own is
 * recorded (core/learn). It is not isolated meanwhile, and nothing is given to it by that alone. All need
 * root. */
#ifndef SC_ENGINE_LEARN_H
#define SC_ENGINE_LEARN_H

#include <stdbool.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/learn/needs.h"
#include "core/server/handle.h"
#include "core/server/watch.h"

#define SC_LEARN_DAYS 7

/* Begins, or goes on until another day. `anyway`: also where not all of the site can be led into a cage:
 * what goes another way is not seen. *ret_until: seconds since 1970. SC_E_PLATFORM: the kernel does not
 * let us see it; nothing is changed. SC_E_INVAL: the site is isolated. */
int sc_engine_learn(struct sc_server *s, const char *domain, unsigned days, bool anyway,
                    const struct sc_watch *w, int64_t *ret_until, struct sc_error *err);

/* Ends it. The site is as it was before; the record is kept. SC_E_INVAL: it does not learn. */
int sc_engine_learn_stop(struct sc_server *s, const char *domain, const struct sc_watch *w,
                         struct sc_error *err);

struct sc_learn_report {
    char *home, *docroot; /* absolute */
    int64_t until;        /* it learns until then; 0: no more */
    bool recorded;        /* somebody records it now: something of it has run not long ago */
    int64_t since;        /* when the record was begun */
    uint64_t lost, more;  /* of struct sc_learn_record: not 0: not all is known */
    struct sc_learn_needs needs;
};

void sc_learn_report_done(struct sc_learn_report *r);

/* What the site was seen to use, and would miss when it is isolated as it is set up now. Changes nothing.
 * SC_E_NOTFOUND also: nothing was recorded. */
int sc_engine_learn_report(struct sc_server *s, const char *domain, struct sc_learn_report *ret,
                           struct sc_error *err);

#endif
