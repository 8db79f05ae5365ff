/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only the job itself finds out: `cd $(cat ~/where)`, `xargs php`, `find ~ -execdir`. Collected along an entry's flat
 * text (flat.h) that names no site. Pure.
 *
 *     cd $1; xargs -n1 sh             a site that is called like some word of the entry; else nobody's
 *     cd ~/$d; php ~/shop-$X/x        the same; else the first isolated site whose path begins so
 *     find ~ -exec php {} +           the same; else the first one below
 *     $PYTHON x.py; $(which php) x    a program's name: no doubt */
#ifndef SC_CRON_DOUBT_H
#define SC_CRON_DOUBT_H

#include "core/cron/names.h"

struct sc_cron_doubt {
    const struct sc_cron_site *site; /* that it may be; NULL: none is known */
    bool look;                       /* other words of the entry may say which it is … */
    bool closed;                     /* … and where they do not, the entry must not run */
    bool by_name;  /* they may be names in directories that are not told (CDPATH) */
    bool fed;      /* it tells itself what is given to a program that runs it */
    bool in_ticks; /* between backquotes */
    const struct sc_cron_site *below_find; /* where `find` begins */
};

/* The text goes on at s[i], where commands work in `base`. */
void sc_cron_doubt_step(struct sc_cron_names *n, struct sc_cron_doubt *d, const char *s, size_t len,
                        size_t i, const char *base);

/* The isolated site that is called so in the directory where it lies; NULL. */
const struct sc_cron_site *sc_cron_doubt_called(struct sc_cron_names *n, const char *name,
                                                size_t len);

#endif
