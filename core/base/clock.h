/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What time it is. libc only. */
#ifndef SC_BASE_CLOCK_H
#define SC_BASE_CLOCK_H

#include <stdint.h>

int64_t sc_clock_ms(void); /* milliseconds that never go back: for waiting and measuring */
int64_t sc_clock_ns(void); /* the same clock in nanoseconds */
int64_t sc_wall_ms(void);  /* milliseconds since 1970: for what is stored */

void sc_sleep_ms(int64_t ms); /* a signal does not end it; nothing for 0 and less */

#endif
