/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values in DOMAIN.subdomains.docroot.override. Pure. */
#ifndef SC_DIRECTADMIN_OVERRIDE_H
#define SC_DIRECTADMIN_OVERRIDE_H

#include <stdbool.h>
#include <stddef.h>

/* What stands behind "label=": a query string such as
 * "public_html=/domains/D/public_html/x&private_html=…&php1_select=1", whose values, and sometimes
 * the whole string once more, are percent-encoded. Copies public_html's value, decoded. False when
 * there is none (only a PHP version was chosen), or it is malformed, empty or does not fit. */
bool sc_da_override(const char *value, char *out, size_t size);

/* The absolute path that a path in DirectAdmin's files means: "/x" is below the home, even where a
 * file has the home in front already. False for a relative path and for one that does not fit. */
bool sc_da_below_home(const char *home, const char *path, char *out, size_t size);

#endif
