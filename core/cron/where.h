/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which directory does a command of an entry work? Read along with the entry's flat text (flat.h). Pure.
 *
 *   (cd /var/tmp && rm -f x); cd app && php artisan     the second one works in ~/app
 *   cd /nowhere || php app/cron.php                     works in /nowhere or in the home
 *   cd /var/tmp; ./x; cd; php app/cron.php              works in the home */
#ifndef SC_CRON_WHERE_H
#define SC_CRON_WHERE_H

#include <limits.h>
#include "core/cron/words.h"

#define SC_CRON_SHELLS_MAX                                                                         \
    4u /* shells in shells that are followed; deeper ones end where they began */
#define SC_CRON_DIR_SIZE (2u * PATH_MAX)

struct sc_cron_dirs {
    char now[SC_CRON_DIR_SIZE];
    char before[SC_CRON_DIR_SIZE]; /* the last `cd` */
};

struct sc_cron_where {
    struct sc_cron_dirs at;
    bool either; /* the last `cd` may have failed: `before` counts as well */
    struct sc_cron_dirs outer[SC_CRON_SHELLS_MAX];
    unsigned depth; /* may be more than there are in `outer` */
};

/* Where commands begin: at HOME, as the crontab sets it. */
void sc_cron_where_begin(struct sc_cron_names *n, struct sc_cron_where *w);

/* The text goes on at s[i]: what it says of directories, but for names behind `cd`. */
void sc_cron_where_step(struct sc_cron_names *n, struct sc_cron_where *w, const char *s, size_t i);

/* `cd` to the word, which leads to `path`. A directory with blanks in its name, in which sites lie, is longer
 * than the word. */
void sc_cron_where_cd(struct sc_cron_names *n, struct sc_cron_where *w,
                      const struct sc_cron_word *word, const char *path);

#endif
