/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What does an entry that runs in a site name that the site does not have? */
#ifndef SC_CRON_OUTSIDE_H
#define SC_CRON_OUTSIDE_H

#include "core/cron/names.h"

#define SC_CRON_OUTSIDE_MAX 4096 /* PATH_MAX */

struct sc_cron_outside {
    char rel[SC_CRON_OUTSIDE_MAX]; /* below the home */
    bool other;                    /* another site owns it: it cannot be given */
};

/* The next directory below the home (of a file: the directory that it is in, of one in the home itself
 * the file) that the entry names and `site` does not have. Not what it names behind '>', which is opened
 * for it. *at is 0 at first. False: there is none (any more), or looking costs too much. */
bool sc_cron_outside(struct sc_cron_names *n, const struct sc_cron_site *site, const char *entry,
                     size_t len, size_t *at, struct sc_cron_outside *ret);

#endif
