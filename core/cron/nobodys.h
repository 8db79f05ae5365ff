/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries that must not run, as nobody can say in which site. */
#ifndef SC_CRON_NOBODYS_H
#define SC_CRON_NOBODYS_H

#include <stdbool.h>
#include "core/base/buf.h"
#include "core/cron/names.h"

struct sc_cron_nobodys { /* how many of each there are */
    size_t unknown, unclear, doubted;
};

bool sc_cron_is_nobodys(const struct sc_cron_site *site);

/* Counts it, where it is one of them. */
void sc_cron_count(struct sc_cron_nobodys *c, const struct sc_cron_site *site);

/* Appends for people why so many entries `whose` ("of the crontab of john") do not run, and what to do. */
void sc_cron_say_nobodys(struct sc_buf *out, const struct sc_cron_nobodys *c, const char *whose);

#endif
