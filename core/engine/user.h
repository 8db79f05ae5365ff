/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a user may ask of the engine for his own account: the calls of engine.h, restricted to the
 * domains that the panel says are his. `uid` is the kernel's word about the caller. A domain of
 * somebody else and one that does not exist get the same answer, by the same work. All need root.
 *
 * They finish what an earlier, killed call left of this account, as any pass over it does; of other
 * accounts they finish nothing, and wait for nobody who changes another account. */
#ifndef SC_ENGINE_USER_H
#define SC_ENGINE_USER_H

#include "core/config/domains_config.h"
#include "core/engine/engine.h"

struct sc_user_site {
    char *name;
    unsigned id; /* site id (lve_id); names of one document root share it */
    struct sc_limits limits;
    const char *home; /* sc_store_home_name() */
};

struct sc_user_sites {
    struct sc_user_site *v; /* sorted by name */
    size_t n;
    char **notices; /* a line for each that is not covered, or may not be */
    size_t n_notices;
    char **ending; /* domains with a former view that ends; core/engine/endings.h */
    size_t n_ending;
};

void sc_user_sites_done(struct sc_user_sites *l);

/* Adds a notice, a copy. False: no memory. */
bool sc_user_sites_notice(struct sc_user_sites *l, const char *text);

/* The isolated domains of `uid`, as they were last applied; `limits` too where that is wanted. Only
 * the database and what was judged last are read. */
int sc_engine_user_list(struct sc_server *s, uid_t uid, bool with_limits, struct sc_user_sites *ret,
                        struct sc_error *err);

/* Why the domain is in no list of `uid`'s isolated ones: SC_E_INVAL (SC_IS_NOT_ISOLATED), with the way
 * out, where the last answer of the panel has it as his; else SC_E_NOTFOUND. */
int sc_engine_user_not_isolated(struct sc_server *s, uid_t uid, const char *domain,
                                struct sc_error *err);

/* All names are checked first: all are done, or none is. SC_E_NOTENABLED, SC_E_DENIED (the policy
 * says no), SC_E_NOTFOUND (names the domain when it was not the only one). Enabling tells `w` (may be NULL) what
 * of the account will not work as before. */
int sc_engine_user_enable(struct sc_server *s, uid_t uid, const char *const *domains, size_t n,
                          bool anyway, const struct sc_watch *w, struct sc_error *err);
int sc_engine_user_disable(struct sc_server *s, uid_t uid, const char *const *domains, size_t n,
                           struct sc_error *err);

/* Sets those limits that are in `change` for an isolated domain (and for the other isolated names
 * of its document root), stores and applies them; with none in it, applies what is stored, which
 * may have been edited. *ret: all that are stored then. SC_E_UNSUPPORTED: this kernel cannot hold
 * one, nothing was stored. SC_E_INVAL: the domain is not isolated, or the value makes no sense. With none in
 * `change` `w` (may be NULL) is told which of its stored paths the site does not get. */
int sc_engine_user_limits(struct sc_server *s, uid_t uid, const char *domain,
                          const struct sc_limits *change, const struct sc_watch *w,
                          struct sc_limits *ret, struct sc_error *err);

#endif
