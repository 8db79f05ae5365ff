/* SPDX-License-Identifier: GPL-2.0-or-later */
/* learn.h for users: of their own domains (user.h). */
#ifndef SC_ENGINE_USER_LEARN_H
#define SC_ENGINE_USER_LEARN_H

#include "core/engine/learn.h"

/* Begins, or goes on until another day. SC_E_TOOBIG: too many of his learn. Else as sc_engine_learn() and
 * sc_engine_user_enable(). */
int sc_engine_user_learn(struct sc_server *s, uid_t uid, const char *domain, unsigned days,
                         bool anyway, const struct sc_watch *w, int64_t *ret_until,
                         struct sc_error *err);

/* SC_E_INVAL: it does not learn. */
int sc_engine_user_learn_stop(struct sc_server *s, uid_t uid, const char *domain,
                              struct sc_error *err);

/* SC_E_NOTFOUND also: nothing was recorded. */
int sc_engine_user_learn_report(struct sc_server *s, uid_t uid, const char *domain,
                                struct sc_learn_report *ret, struct sc_error *err);

#endif
