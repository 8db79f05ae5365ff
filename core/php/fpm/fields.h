/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines "KEY WORD" of the files that a pass and supervisors share (docs/formats.md). Texts are
 * encoded (sc_buf_enc()). libc only; pure. */
#ifndef SC_PHP_FPM_FIELDS_H
#define SC_PHP_FPM_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"

struct sc_fpm_field {
    const char *key;
    char **text;
};

/* The rest of the next line, which must begin with `key` and a space; moves *at behind it, and ends
 * it with a NUL. NULL: it is another line. */
char *sc_fpm_line(char **at, const char *key);

/* Reads these lines, in this order: each *text is the caller's to free, also of those before one that
 * is missing or empty (false). */
bool sc_fpm_fields_read(char **at, const struct sc_fpm_field *v, size_t n);

void sc_fpm_fields_write(const struct sc_fpm_field *v, size_t n, struct sc_buf *out);

#endif
