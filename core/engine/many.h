/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Isolating many sites by one call, or ending that: one pass for each account. Which sites it is about is found out, and
 * every name checked, before anything begins. What is as it should be already is left out, so a call that was interrupted is
 * completed by the same call. */
#ifndef SC_ENGINE_MANY_H
#define SC_ENGINE_MANY_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/engine/engine.h"

struct sc_many_which {
    const char *const *domains;
    size_t n_domains;
    const char *const *users; /* all their domains */
    size_t n_users;
    const char *const *except; /* domains */
    size_t n_except;
    bool all; /* of all users; of those who may isolate */
};

struct sc_many_how {
    bool enable; /* else it is disabled */
    bool dry_run;
    bool keep_going; /* the others are done where one cannot be */
    struct sc_enable_how how;
    bool (*stop)(void); /* asked between accounts: true ends the call; NULL: never */
};

enum sc_many_is {
    SC_MANY_OPEN, /* its turn did not come */
    SC_MANY_DONE,
    SC_MANY_SKIPPED,
    SC_MANY_FAILED
};

struct sc_many_site {
    char *domain; /* canonical */
    char *user;
    enum sc_many_is is;
    const char
        *code; /* FAILED: core/base/error_code.h; SKIPPED: "already", "excluded" or "not_allowed" */
    char *text; /* FAILED: why */
};

struct sc_many {
    struct sc_many_site *v; /* by user, then by domain */
    size_t n;
    size_t of[SC_MANY_FAILED + 1]; /* how many are so */
    struct sc_names others;        /* further names of sites that were, or would be, disabled */
};

void sc_many_done(struct sc_many *m);

/* *ret is filled, and to be released, after a failure, too: what was done stays done. Without `keep_going` the first
 * failure ends the call, with its text. SC_E_NOTFOUND, SC_E_DENIED, SC_E_NOTENABLED, SC_E_INVAL before anything
 * began. Words: SC_IS_SOME_FAILED, SC_IS_INTERRUPTED. `w` is told how many sites are done. */
int sc_engine_many(struct sc_server *s, const struct sc_many_which *which,
                   const struct sc_many_how *how, const struct sc_watch *w, struct sc_many *ret,
                   struct sc_error *err);

/* Fills ret->v with the sites that a call is about. */
int sc_many_select(struct sc_server *s, const struct sc_many_which *which,
                   const struct sc_many_how *how, struct sc_many *ret, struct sc_error *err);

#endif
