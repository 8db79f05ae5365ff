/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one reader of INI files: "[section]", "key = value" or "key: value", comments from '#' or ';'
 * at a line's beginning, and from " ;" behind a value (as inih and Python's configparser have
 * them). */
#ifndef SC_BASE_INI_H
#define SC_BASE_INI_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

struct sc_ini_row { /* borrowed: until the call ends */
    unsigned line;
    const char *section; /* "" before the first */
    const char *key;     /* NULL: the section's own line */
    const char *value;   /* without the blanks around it */
    bool continued;      /* a line that begins with a blank, below the key's: more of its value */
};

struct sc_ini {
    const char *file;  /* for messages */
    bool plain_indent; /* a line that begins with a blank is one as all others */
    bool long_lines;   /* the caller limits the file */
    /* Called for each section and each key, in order; a negative answer ends the reading. */
    int (*row)(const struct sc_ini_row *row, void *arg, struct sc_error *err);
    void *arg;
};

#define SC_INI_LINE_MAX 4096u /* bytes of a line that is no comment, where `long_lines` is false */

enum sc_ini_why {
    SC_INI_JUNK,    /* neither a section nor a key */
    SC_INI_CONTROL, /* a zero byte or another control byte */
    SC_INI_LONG
};

struct sc_ini_bad {
    unsigned line; /* 0: the error is not the reader's own */
    enum sc_ini_why why;
};

/* SC_E_INVAL with *ret_bad (may be NULL) filled and a text of the form "FILE line N: …";
 * SC_E_NOMEM; or what `row` answered. */
int sc_ini_read(const struct sc_ini *ini, const char *text, size_t len, struct sc_ini_bad *ret_bad,
                struct sc_error *err);

#endif
