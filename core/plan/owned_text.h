/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site owns, as a text that outlives the pass: its document root, applications and paths that it may
 * write, below the home, encoded words with spaces between. Pure. */
#ifndef SC_PLAN_OWNED_TEXT_H
#define SC_PLAN_OWNED_TEXT_H

#include <stdbool.h>
#include "core/base/buf.h"

struct sc_plan_site;

/* Look at out->failed. */
void sc_owned_text(const struct sc_plan_site *site, struct sc_buf *out);

/* Whether `rel` is one of them, or lies in one. */
bool sc_owned_text_holds(const char *text, const char *rel);

#endif
