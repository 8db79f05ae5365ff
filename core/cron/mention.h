/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which site does the command of a crontab entry name? */
#ifndef SC_CRON_MENTION_H
#define SC_CRON_MENTION_H

#include "core/cron/names.h"

/* The isolated site of the first path in the entry that lies in one; NULL: none. A path is looked
 * for at the beginning of each word, quoted or not, and behind '=', ':' and the like; it is
 * absolute, begins with ~, $HOME or another variable of the crontab, or is relative to the home or
 * to the last `cd` and has a '/'. Of several sites that share the
 * directory of that path, the one counts that another path names more closely. An entry without such
 * a path is that site's whose directory a setting names by which programs find code (PATH, BASH_ENV,
 * PHPRC …) or begin (HOME). The deepest document root decides whose it is, so a path in a
 * site that is not isolated does not count, though it lies below one that is. &sc_cron_unknown when
 * the budget of names.h does not suffice to say. SC_E_NOMEM. */
int sc_cron_mention(struct sc_cron_names *n, const char *entry, size_t len,
                    const struct sc_cron_site **ret, struct sc_error *err);

#define SC_CRON_OUTSIDE_MAX 4096 /* PATH_MAX */

/* For an entry that runs in `site`: the next directory below the home that the entry names (of a
 * file: the directory that it is in, of one in the home itself the file), and that is no site's;
 * relative to the home, in `out`. Not what it names behind '>', which is opened for it. *at is 0 at
 * first. False: there is none (any more), or looking costs too much. */
bool sc_cron_outside(struct sc_cron_names *n, const struct sc_cron_site *site, const char *entry,
                     size_t len, size_t *at, char out[SC_CRON_OUTSIDE_MAX]);

#endif
