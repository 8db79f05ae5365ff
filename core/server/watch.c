/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/server/watch.h"

#include <stdarg.h>
#include <stdio.h>

static void tell(void (*told)(const char *text, void *arg), void *arg, const char *fmt, va_list ap)
{
    char text[2048];
    vsnprintf(text, sizeof(text), fmt, ap);
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    told(text, arg);
}

void sc_watch_notice(const struct sc_watch *w, const char *fmt, ...)
{
    va_list ap;
    if (!w || !w->notice)
        return;
    va_start(ap, fmt);
    tell(w->notice, w->arg, fmt, ap);
    va_end(ap);
}

void sc_watch_waiting(const struct sc_watch *w, const char *fmt, ...)
{
    va_list ap;
    if (!w || !w->waiting)
        return;
    va_start(ap, fmt);
    tell(w->waiting, w->arg, fmt, ap);
    va_end(ap);
}

void sc_watch_progress(const struct sc_watch *w, size_t done, size_t total)
{
    if (w && w->progress)
        w->progress(done, total, w->arg);
}
