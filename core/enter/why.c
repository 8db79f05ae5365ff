/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/why.h"

#include <stdarg.h>
#include <stdio.h>

int sc_why(struct sc_enter_why *why, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why->text, sizeof(why->text), fmt, ap);
    va_end(ap);
    return -SC_EXIT_CANNOT_ENTER;
}
