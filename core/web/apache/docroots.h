/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the document roots of the web server's configuration resolve to. Remembered for a second: a
 * link that changes is followed, and a request costs no walk. Safe for threads. No httpd. */
#ifndef SC_WEB_APACHE_DOCROOTS_H
#define SC_WEB_APACHE_DOCROOTS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct sc_web_docroots;

struct sc_web_docroots *sc_web_docroots_new(void); /* NULL: no memory */
void sc_web_docroots_free(struct sc_web_docroots *d);

/* The real path of clean `text`; `now_us` is any clock in microseconds. False: it leads nowhere. */
bool sc_web_docroots_real(struct sc_web_docroots *d, const char *text, int64_t now_us,
                          char out[PATH_MAX]);

#endif
