/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that follow panels and homes. */
#ifndef SC_FOLLOW_INTERNAL_H
#define SC_FOLLOW_INTERNAL_H

#include "core/follow/follow.h"
#include "core/pass/pass.h"

/* Whether the home has a configuration: it came back with what its user wanted, for an account that
 * is new here. False where isolation is switched off. */
bool sc_follow_has_wishes(struct sc_server *s, uid_t uid, gid_t gid, const char *home);

/* Ends all of an account that the system does not know any more, if the panel has no domains of it
 * either (else *ret tells): what was made, its rows, its policy exceptions, its events. `uid`
 * (uid_t)-1: not known; `user` beginning with '#': his name is another's. */
int sc_follow_forget(struct sc_server *s, const char *user, uid_t uid, struct sc_follow *ret,
                     struct sc_error *err);

#endif
