/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of an account's domain names: from the names that were known before, the events that
 * wait, and the names that the panel lists now. Pure. Events are hints: one that does not agree
 * with the panel's list changes nothing, and they may be doubled, lost, early or out of order. */
#ifndef SC_ACCOUNT_RENAMES_H
#define SC_ACCOUNT_RENAMES_H

#include <stdbool.h>
#include <stddef.h>
#include "core/account/way.h"
#include "core/base/error.h"
#include "core/config/domains_config.h"
#include "core/inventory/domains_json.h"
#include "db/store.h"

struct sc_renames {
    struct sc_domain_rename *v; /* by old_name; each old and each new name at most once */
    size_t n;
    char **ended; /* deleted, and not listed any more or created again: nothing of them is left */
    size_t n_ended;
};

void sc_renames_done(struct sc_renames *r);

/* A name that is listed no more and that no event explains is a rename where exactly its document
 * root is listed under a name that was not known, or where its site's directory, which the panel
 * moved along, is the document root of a name that is not wanted yet. SC_E_NOMEM. */
int sc_renames_find(const struct sc_known_name *known, size_t n_known,
                    const struct sc_event_row *events, size_t n_events,
                    const struct sc_listed_names *listed, struct sc_renames *ret,
                    struct sc_error *err);

/* The name that `name` has now: itself when it was not renamed. */
const char *sc_renames_new(const struct sc_renames *r, const char *name);
/* The name that it had before. */
const char *sc_renames_old(const struct sc_renames *r, const char *name);

/* Whether the panel's list now includes what each event told: done[i]. `before` are the account's
 * domains as the database had them before this pass: a changed document root is seen by it. What
 * later events undid is not awaited. Events about users are not judged (done[i] stays). The first
 * one awaited is described in `missing`. Returns whether all are. */
bool sc_events_agree(const struct sc_event_row *events, size_t n,
                     const struct sc_domain_list *before, const struct sc_domains *panel,
                     bool *done, char *missing, size_t missing_size);

/* The domain that the event is about; NULL when it names none. */
const char *sc_event_domain(const struct sc_event_row *e);
bool sc_event_is(const struct sc_event_row *e, const char *kind);

#endif
