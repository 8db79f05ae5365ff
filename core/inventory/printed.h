/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the one JSON object in what a program printed. Interpreters put text of their own around a
 * script's answer: PHP its diagnostics ("Deprecated: … on line 3", with html_errors
 * "<br />\n<b>Warning</b>: …"; its manual, "Error Handling", display_errors) and, as a CGI program,
 * header lines; editors a byte order mark. Pure. */
#ifndef SC_INVENTORY_PRINTED_H
#define SC_INVENTORY_PRINTED_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/inventory/json_walk.h"
#include "core/inventory/odd.h"

#define SC_PRINTED_NOISE_MAX (256u << 10) /* bytes of text around the object */

struct sc_printed {
    struct sc_span object; /* from '{' to '}', borrowed */
    bool harmless;         /* there is a byte order mark, or header lines */
    struct sc_span said;   /* the first line of a diagnostic; p NULL: there is none */
};

/* False: there is no object, or something around it that is none of those. */
bool sc_printed_find(const char *text, size_t len, struct sc_printed *ret);

/* Whether all of the text is such that may stand around an object, or another document; *p is told
 * what it is. */
bool sc_printed_noise(struct sc_span text, struct sc_printed *p);

/* Tells in *odds what was around the object; a diagnostic hides: what the program could not read
 * may be missing. `who` printed it. SC_E_NOMEM. */
int sc_printed_tell(const struct sc_printed *p, const char *who, struct sc_odds *odds,
                    struct sc_error *err);

/* Whether the line (without its end) begins a diagnostic of an interpreter, e.g. "PHP Warning:
 * …" */
bool sc_printed_diagnostic(struct sc_span line);

#endif
