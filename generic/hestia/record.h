/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HestiaCP's own format of data: pairs KEY='value' with blanks or line ends between them, as its reader
 * (parse_object_kv_list in func/main.sh) takes them: in '…' each byte is itself, outside a '\' takes
 * the next byte, both may follow each other; of a key that is there twice the last one counts. A
 * line of web.conf is one domain, a line of user.conf one pair. Pure. */
#ifndef SC_GENERIC_HESTIA_RECORD_H
#define SC_GENERIC_HESTIA_RECORD_H

#include <stdbool.h>
#include <stddef.h>

struct sc_hestia_field {
    const char *key;
    const char *value; /* "" where the text does not have the key; points into the text */
};

/* Fills the n fields from `text`, which is taken apart. False: it is not in that format; what could
 * be read before that is there. */
bool sc_hestia_record(char *text, struct sc_hestia_field *fields, size_t n);

#endif
