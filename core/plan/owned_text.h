/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site owns, as a text that outlives the pass: its document root, applications and paths that it may
 * write, below the home, encoded words with spaces between. Behind a tab: granted paths that are found by links, as
 * they are written, each with where it was found. Pure. */
#ifndef SC_PLAN_OWNED_TEXT_H
#define SC_PLAN_OWNED_TEXT_H

#include <stdbool.h>
#include "core/base/buf.h"

struct sc_plan_site;

/* Look at out->failed. */
void sc_owned_text(const struct sc_plan_site *site, struct sc_buf *out);

/* Adds a path that is found by a link; `first`: none was added before. */
void sc_owned_text_link(struct sc_buf *out, bool first, const char *text, const char *rel);

/* Where the granted path was found; NULL: it is new, or there is no memory. The caller's to free(). */
char *sc_owned_text_found(const char *text, const char *path);

/* Whether `rel` is one of what it owns, or lies in one. */
bool sc_owned_text_holds(const char *text, const char *rel);

#endif
