/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One account's part of the web server's table, without reading those of all others. Pure. */
#ifndef SC_WEB_SPLICE_H
#define SC_WEB_SPLICE_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/buf.h"

/* Appends to `out` the table with these lines (NULL: none) in place of the account's. `table` has a
 * head, its accounts by rising uid, and an end; false: it has not. */
bool sc_web_splice(const struct sc_buf *table, uid_t uid, const struct sc_buf *lines,
                   struct sc_buf *out);

#endif
