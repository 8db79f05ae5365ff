/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A job of cron that runs in a site and writes its output elsewhere in the home:
 *
 *     cd ~/app && php artisan schedule:run >> ~/logs/cron.log 2>&1
 *
 * In the site that file is not there to be written. So what the account's own entry names behind '>'
 * is opened outside, with the user's rights, and the shell inside gets the descriptor: ">&9". Only
 * words that mean one file below HOME whatever happens (no variable but HOME, no pattern, no ".."),
 * and no file that a site owns: there the site's links would lead. libc only. */
#ifndef SC_ENTER_REDIRECT_H
#define SC_ENTER_REDIRECT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/enter/table.h"

#define SC_REDIRECTS_MAX 6 /* descriptors 9 down to 4: shells know one digit */

struct sc_redirect {
    size_t from, to; /* of the command: the operator with its number and its target */
    int left;        /* the number before it; -1: none */
    bool append;
    bool both;           /* "&>": standard error, too */
    char path[PATH_MAX]; /* below HOME: plain */
};

/* The next one at or behind *at, which is set behind it. Pure. `home`: absolute names of HOME that
 * the command may spell out, NULL at the end. False: there is none (any more). */
bool sc_redirect_next(const char *command, size_t *at, const char *const *home,
                      struct sc_redirect *ret);

/* Whether the shell understands ">&9" as it is meant. */
bool sc_redirect_shell(const char *shell);

struct sc_redirects {
    char *command; /* as it is to be run; the caller frees it */
    int keep[SC_REDIRECTS_MAX];
    size_t n;
};

/* Opens what can be opened outside; the rest stays as it is written. 0, or -ENOMEM. Needs root. */
int sc_redirect_all(const char *command, const char *home, uid_t uid, gid_t gid,
                    const struct sc_table *t, struct sc_redirects *ret);

#endif
