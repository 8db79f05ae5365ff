/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which site does the command of a crontab entry name? */
#ifndef SC_CRON_MENTION_H
#define SC_CRON_MENTION_H

#include "core/cron/names.h"

/* The isolated site of the first path in the entry that lies in one; NULL: none. A path is looked
 * for at the beginning of each word, quoted or not, and behind '=', ':' and the like; it is
 * absolute, begins with ~, $HOME or another variable of the crontab or of the entry itself, or is
 * relative to the home or to the last `cd` and has a '/'. A pattern names the only site that it
 * matches; where what it stands for is run, or worked in, the first one. Of several sites that share the
 * directory of that path, the one counts that another path names more closely. An entry without such
 * a path is that site's whose directory a setting names by which programs find code (PATH, BASH_ENV,
 * PHPRC …) or begin (HOME). The deepest document root decides whose it is, so a path in a
 * site that is not isolated does not count, though it lies below one that is. &sc_cron_unknown when
 * the budget of names.h does not suffice to say. SC_E_NOMEM. */
int sc_cron_mention(struct sc_cron_names *n, const char *entry, size_t len,
                    const struct sc_cron_site **ret, struct sc_error *err);

#endif
