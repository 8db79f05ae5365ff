/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site owns, as a text that outlives the pass: its document root, applications and paths that it may
 * write, below the home, encoded words with spaces between. Behind a tab: paths that are granted, or used and found by
 * links, as they are written, each with where it was found. Behind a second tab: applications that it has had since it was
 * isolated. Behind a third: other sites' applications inside of what it owns that were there when it was. Pure. */
#ifndef SC_PLAN_OWNED_TEXT_H
#define SC_PLAN_OWNED_TEXT_H

#include <stdbool.h>
#include "core/base/buf.h"

struct sc_plan;
struct sc_plan_site;

/* Look at out->failed. */
void sc_owned_text(const struct sc_plan_site *site, struct sc_buf *out);

/* Adds where a path was found; `first`: none was added before. */
void sc_owned_text_link(struct sc_buf *out, bool first, const char *text, const char *rel);

/* Where the path was found; NULL: it is new, or there is no memory. The caller's to free(). */
char *sc_owned_text_found(const char *text, const char *path);

/* Tells each path that was found elsewhere than it is written, below `home`. */
void sc_owned_text_each_link(const char *text, const char *home,
                             void (*tell)(void *arg, const char *path), void *arg);

/* Ends a text whose links are all added: what lies behind the second tab and the third. `before`: the site's text so
 * far, "" where it is isolated now. Once a site is isolated, it can make and take away the marks by which a directory is
 * somebody's; so what it had it has had, and what becomes another site's in there is not added. */
void sc_owned_text_past(struct sc_buf *out, const struct sc_plan *plan,
                        const struct sc_plan_site *site, const char *before);

/* Tells each directory in which the site may have left code, though it is its own no more: an application that it has
 * had, and another site's that came into being inside of what it owns. Paths that the panel says are none. */
void sc_owned_text_doubted(const char *text, const struct sc_plan *plan,
                           const struct sc_plan_site *site,
                           void (*tell)(void *arg, const char *rel), void *arg);

/* Whether exactly `rel` is, or was since it was isolated, an application of the site. */
bool sc_owned_text_had(const char *text, const char *rel);

/* Whether `rel` is one of what it owns, or lies in one. */
bool sc_owned_text_holds(const char *text, const char *rel);

/* The same, also of applications that it has had since it was isolated: what it made there may lie there still. */
bool sc_owned_text_ever_held(const char *text, const char *rel);

#endif
