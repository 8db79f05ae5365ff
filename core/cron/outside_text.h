/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of the places that an entry uses and its site does not have. Pure. */
#ifndef SC_CRON_OUTSIDE_TEXT_H
#define SC_CRON_OUTSIDE_TEXT_H

#include "core/base/buf.h"
#include "core/cron/lines.h"
#include "core/cron/names.h"

#define SC_CRON_SAID_MAX 700u /* bytes for all entries of a crontab */

/* Adds each place of the entry once to `out`, with the line that gives it; as many as there is room for. */
void sc_cron_say_outside(struct sc_buf *out, struct sc_cron_names *n,
                         const struct sc_cron_site *site, const struct sc_cron_line *l);

#endif
