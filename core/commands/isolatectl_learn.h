/* SPDX-License-Identifier: GPL-2.0-or-later */
/* isolatectl learn. */
#ifndef SC_COMMANDS_ISOLATECTL_LEARN_H
#define SC_COMMANDS_ISOLATECTL_LEARN_H

#include "core/commands/isolatectl.h"

struct sc_server;

/* Begins, ends or reports, as `c` says, and appends the answer. `uid` must not be in a site: what the account
 * has is not a site's to see. Errors: core/engine/user_learn.h. Needs root. */
int sc_isolate_learn(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c,
                     struct sc_buf *out, struct sc_error *err);

#endif
