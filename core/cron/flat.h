/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command of a crontab entry as one text: without quotes and backslashes, its variables put in. What
 * a shell would not expand is expanded too: an entry that runs in a site for nothing does no harm. Around
 * what a further shell is given (sh -c 'cd /tmp; ./x') stand parentheses: what it does ends there. Pure. */
#ifndef SC_CRON_FLAT_H
#define SC_CRON_FLAT_H

#include "core/base/buf.h"
#include "core/cron/names.h"

#define SC_CRON_FLAT_MAX (64u << 10) /* bytes of an entry with its variables: the limit of `out` */

/* Variables are those of the crontab, and those that the entry sets before (`D=shop; cd ~/$D`). That of
 * a loop (`for d in a b`) stands for word number `turn` of its list, and so does a list in braces
 * (`~/{a,b}`); *ret_turns: how many turns show all of the words that count, 1 where there is no such thing. n->over: it needs more than the budget. */
void sc_cron_flatten(struct sc_cron_names *n, const char *s, size_t len, size_t turn,
                     struct sc_buf *out, size_t *ret_turns);

#endif
