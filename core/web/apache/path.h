/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths as text. Pure. A path is clean when it is absolute, has single slashes, no "." and no ".."
 * segment, and no slash at its end; "/" is clean. */
#ifndef SC_WEB_APACHE_PATH_H
#define SC_WEB_APACHE_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Cleans `path` into `out` (PATH_MAX bytes); ".." takes away the segment before it, as text.
 * Returns the length; 0 when it is not absolute or too long. */
size_t sc_web_path_clean(const char *path, char out[PATH_MAX]);

/* True when clean `path` is `top` or lies below it. */
bool sc_web_path_within(const char *path, const char *top);

/* What is left of clean `path` below `top`, without a slash at its beginning ("" for `top` itself);
 * NULL when it is not within. */
const char *sc_web_path_below(const char *path, const char *top);

#endif
