/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/server/watch.h"

#include <stdarg.h>
#include <stdio.h>

void sc_watch_notice(const struct sc_watch *w, const char *fmt, ...)
{
    if (!w || !w->notice)
        return;
    char text[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    w->notice(text, w->arg);
}

void sc_watch_progress(const struct sc_watch *w, size_t done, size_t total)
{
    if (w && w->progress)
        w->progress(done, total, w->arg);
}
