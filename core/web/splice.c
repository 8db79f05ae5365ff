/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/splice.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT "account "
#define END     "end\n"

static const char *next_line(const char *p, const char *end)
{
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    return nl ? nl + 1 : end;
}

static bool begins(const char *p, const char *end, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(end - p) >= n && memcmp(p, word, n) == 0;
}

bool sc_web_splice(const struct sc_buf *table, uid_t uid, const struct sc_buf *lines,
                   struct sc_buf *out)
{
    const char *begin = table->data, *end = begin ? begin + table->len : NULL, *from = NULL,
               *to = NULL;
    const char *last = begin; /* the last line */
    uint64_t before = 0;
    for (const char *p = begin; p < end; p = next_line(p, end)) {
        last = p;
        if (!begins(p, end, ACCOUNT))
            continue;
        uint64_t his =
            strtoull(p + strlen(ACCOUNT), NULL, 10); /* the buffer has a NUL at its end */
        if (his <= before)
            return false;
        before = his;
        if (!from && his >= uid)
            from = p;
        if (!to && his > uid)
            to = p;
    }
    if (!begin || last == begin || (size_t)(end - last) != strlen(END) || !begins(last, end, END))
        return false;
    from = from ? from : last;
    to = to ? to : last;
    sc_buf_add(out, begin, (size_t)(from - begin));
    if (lines)
        sc_buf_add(out, lines->data, lines->len);
    sc_buf_add(out, to, (size_t)(end - to));
    return true;
}
