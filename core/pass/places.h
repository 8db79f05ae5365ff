/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which site goes where when document roots, names or the home have moved. */
#ifndef SC_PASS_PLACES_H
#define SC_PASS_PLACES_H

#include "core/base/error.h"
#include "core/account/account.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* A name that had a site before this pass: listed as isolated, or missed with a site waiting. */
struct sc_had {
    const char *name; /* as it was then */
    const char *now;  /* as it is now; the same when it was not renamed */
    unsigned site_id;
};

/* Within the caller's transaction: gives the sites of names whose document root is another now that
 * document root, so that id, token and storage follow. A site stays where one of its names stays;
 * sites may change places. One that nobody claims and whose place is needed ends. moved[i]: the
 * site of plan->sites[i] came from elsewhere. */
int sc_places_follow(struct sc_server *s, const struct sc_account *a, const struct sc_plan *plan,
                     const struct sc_had *had, size_t n_had, bool *moved, struct sc_error *err);

#endif
