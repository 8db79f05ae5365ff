/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DirectAdmin's small text files: lines, and lines of key=value. Pure. */
#ifndef SC_DIRECTADMIN_CONF_H
#define SC_DIRECTADMIN_CONF_H

#include <stdbool.h>
#include <stddef.h>

/* Goes through the lines of a text that it takes apart: {.rest = text}. */
struct sc_da_lines {
    char *rest; /* NUL-terminated; NULL at the end */
};

/* The next line that is neither empty nor a comment ('#'), without white space at its ends; NULL at
 * the end. Points into the text. */
char *sc_da_line(struct sc_da_lines *it);

/* Splits "key=value" at the first '=': cuts `line` behind the key and returns the value, "" when
 * there is none and NULL when there is no '='. White space around '=' is dropped. */
char *sc_da_value(char *line);

/* Copies the value of `key` in a text of key=value lines (the first one that is there); the text
 * stays as it is. False when there is no such key, or its value does not fit. */
bool sc_da_conf_get(const char *text, const char *key, char *out, size_t size);

#endif
