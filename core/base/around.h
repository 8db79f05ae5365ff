/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Homes by other names: /home2 that was moved and linked, /var/www/DOMAIN that leads to an account's
 * home. Looks only; needs root. */
#ifndef SC_BASE_AROUND_H
#define SC_BASE_AROUND_H

#include <stddef.h>

/* Whether `path`, which does not begin with `home` (canonical), leads into it by names that only root can
 * change. Then *ret is the same path by the home's own name (allocated), and *ret_len, which may be
 * NULL, how many bytes of `path` lead to the home or into it; else NULL. -1: no memory. */
int sc_around_home(const char *home, const char *path, char **ret, size_t *ret_len);

#endif
