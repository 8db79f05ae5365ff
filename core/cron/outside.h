/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What does an entry that runs in a site name that the site does not have? */
#ifndef SC_CRON_OUTSIDE_H
#define SC_CRON_OUTSIDE_H

#include "core/cron/names.h"

#define SC_CRON_OUTSIDE_MAX 4096 /* PATH_MAX */

struct sc_cron_outside {
    char rel[SC_CRON_OUTSIDE_MAX]; /* below the home */
    bool other;                    /* another site owns it: it cannot be given */
    bool code;                     /* what is named there is run: nothing to be changed by a site */
};

/* Tells each directory below the home (of a file: the directory that it is in, of one in the home itself the
 * file) that the entry names and `site` does not have, in all turns of its loops; places may come more than
 * once. A relative name counts where it has a slash and its first part is there. Not what is named behind
 * '>', which is opened for it. Ends early when looking costs too much. */
void sc_cron_outside_each(struct sc_cron_names *n, const struct sc_cron_site *site,
                          const char *entry, size_t len,
                          void (*tell)(void *arg, const struct sc_cron_outside *is), void *arg);

#endif
