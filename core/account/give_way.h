/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Something new in an account while a pass over it is under way. What a pass closes first (core/cage/close_new.h) is in a hurry;
 * that each running view is compared with its plan is not, and takes seconds where there are hundreds. So the
 * daemon asks, for an account, and the pass puts off the rest of those looks: the next pass begins at once, and goes on with the looks
 * where that one stopped. Files in /run: nothing is lost with them but time. All need root. */
#ifndef SC_ACCOUNT_GIVE_WAY_H
#define SC_ACCOUNT_GIVE_WAY_H

#include <stdbool.h>
#include <sys/types.h>

/* The daemon asks the pass that is under way. */
void sc_give_way_ask(uid_t uid);

/* A pass begins to look: what was new until now it sees itself. */
void sc_give_way_begin(uid_t uid);
bool sc_give_way_asked(uid_t uid);

/* The site that the looks are to go on with; 0: with the first. */
void sc_give_way_stopped(uid_t uid, unsigned site);
unsigned sc_give_way_from(uid_t uid);

/* The account is no more. */
void sc_give_way_forget(uid_t uid);

#endif
