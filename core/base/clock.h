/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What time it is. libc only. */
#ifndef SC_BASE_CLOCK_H
#define SC_BASE_CLOCK_H

#include <stdint.h>

int64_t sc_clock_ms(void); /* milliseconds that never go back: for waiting and measuring */
int64_t sc_clock_ns(void); /* the same clock in nanoseconds */
int64_t sc_wall_ms(void);  /* milliseconds since 1970: for what is stored */

#define SC_TIME_TEXT 24
/* "2026-11-27T10:00:00Z", of seconds since 1970; "" where that has no such form. Returns `out`. */
const char *sc_time_text(int64_t s, char out[SC_TIME_TEXT]);

void sc_sleep_ms(int64_t ms); /* a signal does not end it; nothing for 0 and less */

#endif
