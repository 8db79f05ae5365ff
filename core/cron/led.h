/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_CRON_LED_H
#define SC_CRON_LED_H

#include <stdbool.h>

/* Whether the installed crontab of this user has entries that run in a site. False where it cannot be read. */
bool sc_cron_has_led(const char *user);

#endif
