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

/* Reads an answer strictly: JSON without duplicate keys or NUL, an object with `data` and
 * `metadata`. On result ok *ret_data is a new reference for the caller. `who` names the answerer in
 * the texts. Errors: the class's code with "<who> answered <CLASS>: <message>", or, when `who` is
 * NULL (the answerer is a part of Sitecage and its message is complete), with the message alone;
 * SC_E_PANEL for anything that is not such an answer. */
int sc_envelope_parse(const char *json, size_t len, const char *who, json_t **ret_data,
                      struct sc_error *err);

/* Appends the ok envelope around `data` (borrowed) and a newline. SC_E_TOOBIG, SC_E_NOMEM. */
int sc_envelope_ok(json_t *data, struct sc_buf *out, struct sc_error *err);

/* Appends the error envelope for `e` and a newline. The text's bytes that are not UTF-8 become '?'. */
void sc_envelope_error(const struct sc_error *e, struct sc_buf *out);

/* Cleanup attribute for a json_t * that this scope owns. */
static inline void sc_json_unref(json_t **j)
{
    json_decref(*j);
}
#define SC_JSON __attribute__((cleanup(sc_json_unref)))

#endif
