/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command's answer, gathered while it works and written once at its end: text for people, or one
 * JSON object. A command fills both sides; the one that is not wanted is dropped.
 *
 *     text      stdout: the text; stderr: the notices, or the error (one line)
 *     JSON      stdout: {"result": "success", …} or {"result": "error", "message": "…", "code": "…", …},
 * then what the command set, in its order, then "notices" if there are any; ASCII, one line */
#ifndef SC_COMMANDS_OUT_H
#define SC_COMMANDS_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_OUT_NOTICES_MAX 1000 /* further ones are only counted */

struct sc_out {
    bool json;
    bool colour; /* a person reads the text at a terminal that has colours */
    bool failed; /* no memory for a part of the JSON */
    struct sc_buf text;
    json_t *doc;           /* NULL while nothing is set */
    struct sc_buf notices; /* each ends with a newline and has none inside */
    size_t n_notices;
};

#define SC_OUT_INIT                                                                                \
    {                                                                                              \
        0                                                                                          \
    }

void sc_out_done(struct sc_out *o);

/* Appends to the text; nothing when JSON is wanted. */
void sc_out_fmt(struct sc_out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Appends a name that comes from elsewhere: control bytes become '?', so that it cannot forge a
 * line or drive a terminal. */
void sc_out_word(struct sc_out *o, const char *word);
void sc_out_words(struct sc_out *o, const char *const *words, size_t n, const char *between);

/* What a word says, beside its meaning: sparse, and never by its colour alone. */
enum sc_tone {
    SC_TONE_PLAIN,
    SC_TONE_GOOD,
    SC_TONE_WARNING,
    SC_TONE_BAD,
    SC_TONE_HEAD
};

/* Appends such a word (of ours) in its colour, and blanks up to so many columns. */
void sc_out_toned(struct sc_out *o, enum sc_tone tone, const char *word, size_t columns);

/* Whether text for a terminal (or not) gets colours: `no_color` and `term` are the environment's NO_COLOR and TERM, or
 * NULL. https://no-color.org: any value but an empty one says no. */
bool sc_out_wants_colour(bool terminal, const char *no_color, const char *term);

/* Sets a member of the JSON object; takes `value`, where NULL means that there was no memory. */
void sc_out_set_take(struct sc_out *o, const char *key, json_t *value);

/* Keeps a line for the end. Control bytes become '?'. */
void sc_out_notice(struct sc_out *o, const char *text);

/* Strings for JSON: each byte that is not part of well-formed UTF-8 becomes U+FFFD. NULL gives
 * null. Return NULL without memory. The caller owns the result. */
json_t *sc_json_text(const char *s);
json_t *sc_json_texts(const char *const *v, size_t n);

/* Writes everything: to `out` what belongs on stdout, to `complaints` what belongs on stderr.
 * `status` is the exit status so far; where it is not 0 err->text is the reason. Returns the exit
 * status: `status`, or 1 when that was 0 and `out` could not be written. */
int sc_out_end(struct sc_out *o, FILE *out, FILE *complaints, int status,
               const struct sc_error *err);

#endif
