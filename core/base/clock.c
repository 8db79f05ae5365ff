/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/clock.h"

#include <errno.h>
#include <time.h>

static int64_t ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t sc_clock_ns(void)
{
    return ns(CLOCK_MONOTONIC);
}

int64_t sc_clock_ms(void)
{
    return ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t sc_wall_ms(void)
{
    return ns(CLOCK_REALTIME) / 1000000;
}

const char *sc_time_text(int64_t s, char out[SC_TIME_TEXT])
{
    struct tm tm;
    time_t t = (time_t)s;
    out[0] = 0;
    if (!gmtime_r(&t, &tm) || strftime(out, SC_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        out[0] = 0;
    return out;
}

void sc_sleep_ms(int64_t ms)
{
    if (ms <= 0)
        return;
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&t, &t) < 0 && errno == EINTR)
        ;
}
