/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page's own files, which the endpoint hands out itself: panels serve static files from different places, or not
 * at all. */
#ifndef SC_PAGE_ASSET_H
#define SC_PAGE_ASSET_H

#include "core/page/answer.h"

#define SC_PAGE_DIR SC_DATADIR "/sitecage/page"

/* The kind of content of "page.js", "lang/de.json", …; NULL: no such name can be meant. Pure. */
const char *sc_page_asset_type(const char *name);

/* Answers with the file; 404 where there is none. */
void sc_page_asset(const char *name, struct sc_page_answer *a);

/* The page around it: one element, told where this program answers and with which token. `token` NULL: nothing can
 * be changed. In the panel's own page (front end skin) only the element. */
void sc_page_shell(const struct sc_page_request *r, const char *token, struct sc_page_answer *a);

#endif
