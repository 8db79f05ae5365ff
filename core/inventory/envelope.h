/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The envelope of the integration scripts' answers, read and written in this one place:
 *     {"data": …, "metadata": {"result": "ok"}}
 *     {"data": null, "metadata": {"result": CLASS, "message": "text for the administrator"}}
 * CLASS is one of the four below (CloudLinux, "Control panel integration", "Expected script return
 * codes"). The classes are codes of the house's error object:
 *     BadRequest  SC_E_INVAL    NotFound  SC_E_NOTFOUND    PermissionDenied  SC_E_DENIED
 *     InternalAPIError  SC_E_PANEL, and, when writing, every other code */
#ifndef SC_INVENTORY_ENVELOPE_H
#define SC_INVENTORY_ENVELOPE_H

#include <jansson.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/inventory/json_walk.h"
#include "core/inventory/odd.h"

/* An answer's parts. */
struct sc_envelope {
    struct sc_span data; /* as it stands in the answer, borrowed; not parsed */
    json_t *meta;        /* a new reference */
};

/* Finds the parts of an ok answer: a JSON object with `data` and `metadata`, each once, with
 * nothing around it but what sc_printed_find() passes over; that is told in *odds (may be NULL),
 * and what a diagnostic stands around hides. `who` names the answerer in the texts. Errors: the
 * class's code with "<who> answered <CLASS>: <message>", or, when `who` is NULL (the answerer is a
 * part of Sitecage and its message is complete), with the message alone; SC_E_PANEL for anything
 * that is not such an answer. */
int sc_envelope_open(const char *text, size_t len, const char *who, struct sc_envelope *ret,
                     struct sc_odds *odds, struct sc_error *err);

/* The same, and its data: a new reference, JSON without duplicate keys or NUL. */
int sc_envelope_parse(const char *text, size_t len, const char *who, json_t **ret_data,
                      struct sc_error *err);

/* The ok envelope in two parts, for who writes its data in between: JSON, to `out`. The second one,
 * with `odds` (may be NULL) in its metadata, tells whether all of it was written: SC_E_TOOBIG,
 * SC_E_NOMEM. */
void sc_envelope_begin(struct sc_buf *out);
int sc_envelope_end(const struct sc_odds *odds, struct sc_buf *out, struct sc_error *err);

/* Appends the ok envelope around `data` (borrowed), with `odds` (may be NULL) in its metadata, and
 * a newline. SC_E_TOOBIG, SC_E_NOMEM. */
int sc_envelope_ok(json_t *data, const struct sc_odds *odds, struct sc_buf *out,
                   struct sc_error *err);
#define SC_ENVELOPE_ODDS "passed_over" /* the metadata's key for them */

/* Appends the error envelope for `e` and a newline. The text's bytes that are not UTF-8 become
 * '?'. */
void sc_envelope_error(const struct sc_error *e, struct sc_buf *out);

#endif
