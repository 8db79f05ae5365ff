/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Webmin's files of "key=value" lines, as its read_file() takes them: '#' begins a comment at a line's
 * beginning alone, a line without '=' is none, the last value of a key counts, blanks belong to it.
 * Pure. */
#ifndef SC_GENERIC_VIRTUALMIN_FIELDS_H
#define SC_GENERIC_VIRTUALMIN_FIELDS_H

#include <stddef.h>

struct sc_vm_field {
    const char *key;
    const char *value; /* "" where the text does not have the key; points into the text */
};

/* Fills the n fields from `text`, which is taken apart. */
void sc_vm_fields(char *text, struct sc_vm_field *fields, size_t n);

#endif
