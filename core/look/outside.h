/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What starts programs of the site outside of it, and goes on to: mail (~/.forward, ~/.procmailrc, …), and
 * services of the user's own systemd. Of what cron starts the pass takes care (core/cron). */
#ifndef SC_LOOK_OUTSIDE_H
#define SC_LOOK_OUTSIDE_H

#include "core/base/buf.h"
#include "core/look/using.h"

/* Appends a line for each such file that names something that the site owns. */
void sc_look_outside(struct sc_looking *l, struct sc_buf *out);

#endif
