/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/progress.h"
#include "core/base/clock.h"

#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

enum {
    COLUMNS_DEFAULT = 80,
    BAR_MIN = 5 /* a shorter bar says nothing */
};

unsigned sc_progress_columns(FILE *f)
{
    struct winsize size = {0};
    if (ioctl(fileno(f), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return COLUMNS_DEFAULT;
    return size.ws_col;
}

size_t sc_progress_format(char buf[SC_PROGRESS_LINE_MAX], size_t done, size_t total,
                          unsigned columns)
{
    char count[64];
    size_t room = columns > 0 ? columns - 1 : 0;
    if (room >= SC_PROGRESS_LINE_MAX)
        room = SC_PROGRESS_LINE_MAX - 1;
    buf[0] = 0;
    if (total == 0)
        return 0;
    if (done > total)
        done = total;
    /* Room for the longest count, so that the bar keeps its length while the number grows. */
    size_t longest = (size_t)snprintf(count, sizeof(count), "%zu/%zu", total, total);
    snprintf(count, sizeof(count), "%zu/%zu", done, total);
    if (longest > room)
        return 0;
    if (longest + BAR_MIN + 3 > room) {
        strcpy(buf, count);
        return strlen(buf);
    }
    size_t bar = room - longest - 3;
    size_t full = (size_t)((__uint128_t)bar * done / total);
    buf[0] = '[';
    memset(buf + 1, '#', full);
    memset(buf + 1 + full, '.', bar - full);
    strcpy(buf + 1 + bar, "] ");
    strcat(buf, count);
    return strlen(buf);
}

void sc_progress_tick(struct sc_progress *p, size_t done, size_t total, int64_t now_ms)
{
    if (!p->to || now_ms - p->started_ms < SC_PROGRESS_DELAY_MS ||
        (p->shown && now_ms - p->drawn_ms < SC_PROGRESS_EVERY_MS))
        return;
    char line[SC_PROGRESS_LINE_MAX];
    size_t n = sc_progress_format(line, done, total, sc_progress_columns(p->to));
    if (n == 0)
        return;
    /* A narrower line than the one before (another total, another width) leaves nothing of it. */
    fprintf(p->to, "\r%s%*s", line, (int)(p->shown > n ? p->shown - n : 0), "");
    fflush(p->to);
    p->shown = n > p->shown ? n : p->shown;
    p->drawn_ms = now_ms;
}

void sc_progress_clear(struct sc_progress *p)
{
    if (!p->to || !p->shown)
        return;
    fprintf(p->to, "\r%*s\r", (int)p->shown, "");
    fflush(p->to);
    p->shown = 0;
}
