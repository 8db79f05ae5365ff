/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/variables.h"

#include <stdbool.h>

/* The next character as httpd joins lines: without a backslash at a line's end, and that end. */
static char *next(char *at)
{
    for (at++; *at == '\\'; at += at[1] == '\r' ? 3 : 2)
        if (at[1] != '\n' && !(at[1] == '\r' && at[2] == '\n'))
            break;
    return at;
}

/* Whether httpd takes what follows the brace at `at` for a variable's name. */
static bool is_name(char *at)
{
    do
        at = next(at);
    while (*at && *at != '}' && *at != ':' && *at != '\n');
    return *at == '}';
}

void sc_web_variables_shut(char *text)
{
    for (char *at = text; *at; at++) {
        char *brace = *at == '$' ? next(at) : at;
        if (*at == '$' && *brace == '{' && is_name(brace))
            *brace = '_';
    }
}
