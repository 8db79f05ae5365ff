/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a site's uses: one line for each place, with who names it and the line that gives
 * it. Pure. */
#ifndef SC_LOOK_NOTES_H
#define SC_LOOK_NOTES_H

#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/look/judge.h"

#define SC_LOOK_NOTES_MAX 20 /* lines about one site */
#define SC_LOOK_NAMERS    2  /* who names a place, in its line */

struct sc_look_note {
    struct sc_look_verdict verdict;
    char *what;  /* the place that is spoken of, below the home */
    char *place; /* that the line gives */
    char *by[SC_LOOK_NAMERS];
    size_t n_by; /* those that are not in `by` counted, too */
};

struct sc_look_notes {
    struct sc_look_note *v;
    size_t n;
};

void sc_look_notes_done(struct sc_look_notes *l);

/* Adds a use that is not fine. What one line gives, or refuses, is one note. `by`: what names it, in words.
 * SC_E_NOMEM; SC_E_TOOBIG beyond 1000 notes. */
int sc_look_notes_add(struct sc_look_notes *l, const struct sc_look_use *u,
                      const struct sc_look_verdict *v, const char *by, struct sc_error *err);

struct sc_look_where {
    const char *domain, *home, *docroot; /* absolute paths */
};

/* Appends the lines, sorted by place, each with a newline. A note that lies in another's place and
 * needs no more is left out. `l` is changed. */
void sc_look_notes_say(struct sc_look_notes *l, const struct sc_look_where *w, struct sc_buf *out);

/* Appends the line about a directory that would be the site's application (struct sc_plan_site,
 * `stray`). */
void sc_look_say_stray(const char *place, const struct sc_look_where *w, struct sc_buf *out);

/* Appends a name as it is, but for control characters: a line stays one line. */
void sc_look_add_text(struct sc_buf *out, const char *text);

/* Appends `DOCROOT ro|rw ~/PLACE`, as /etc/cagefs/site-isolation.paths has it. */
void sc_look_line_of_admin(const char *docroot, const char *place, bool rw, struct sc_buf *out);

/* Appends `"ro": ["PLACE"]`, as "paths" in ~/.lve/domains.json has it. False: it cannot have that
 * name, which is not UTF-8. */
bool sc_look_line_of_user(const char *place, bool rw, struct sc_buf *out);

#endif
