/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a panel's answer is no domain of a site as it stands there: passed over with a warning,
 * so that it does not stop the rest, and kept as far as it is understood, so that what it names
 * stays closed (core/account/odd.h). */
#ifndef SC_INVENTORY_ODD_H
#define SC_INVENTORY_ODD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

struct sc_odd {
    const char *name;  /* canonical; NULL: there is none that can be one */
    const char *owner; /* a possible unix user; NULL: it does not say whose it is */
    const char *path;  /* what it says of a document root, as it says it; NULL: nothing */
    bool hides;        /* what the answer lacks may be in here: nothing counts as gone */
    const char *text;  /* for people: which entry, and what is wrong with it; "": nothing is wrong,
                          it is only a further place that stays closed */
};

struct sc_odds {
    struct sc_odd *v;
    size_t n;
};

#define SC_ODDS_MAX 10000u /* of one answer; beyond: one more, which hides */

void sc_odd_done(struct sc_odd *o);
void sc_odds_done(struct sc_odds *o);

/* Adds a copy of `what`, of which the text is not read: that is made
 * of `fmt`. SC_E_NOMEM. */
int sc_odds_add(struct sc_odds *o, const struct sc_odd *what, struct sc_error *err, const char *fmt,
                ...) __attribute__((format(printf, 4, 5)));

/* Adds what `from` has, and empties it. SC_E_NOMEM. */
int sc_odds_move(struct sc_odds *from, struct sc_odds *to, struct sc_error *err);

/* Drops, in place, what concerns neither `owner` (NULL: any) nor `name` (canonical; NULL: any).
 * What names no owner, or hides, concerns all. */
void sc_odds_filter(struct sc_odds *o, const char *owner, const char *name);

/* As an adapter's answer carries them, in its metadata: [{"text": …, "name": …, "owner": …,
 * "path": percent-encoded, "hides": true}]. NULL: no memory. */
json_t *sc_odds_to_json(const struct sc_odds *o);

/* Adds those. SC_E_PANEL: it is something else; SC_E_NOMEM. */
int sc_odds_from_json(const json_t *list, struct sc_odds *o, struct sc_error *err);

/* The first text, and how many more there are: "TEXT (and 2 more)". False: there is none. */
bool sc_odds_text(const struct sc_odds *o, char *text, size_t size);

#endif
