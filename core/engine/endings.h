/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of views that end (core/ending): whose they are, and by which domains. */
#ifndef SC_ENGINE_ENDINGS_H
#define SC_ENGINE_ENDINGS_H

#include "core/base/error.h"
#include "core/engine/engine.h"
#include "core/engine/user.h"

/* Puts them to the rows of their domains; `all`: with a row for each domain that is isolated no
 * more, too, and one without a domain where the panel has none for the document root. */
int sc_status_endings(struct sc_server *s, bool all, struct sc_status *st, struct sc_error *err);

/* Puts the account's domains with views that end, isolated or not, to l->ending. Only the database
 * and /run are read. */
int sc_user_endings(struct sc_server *s, uid_t uid, struct sc_user_sites *l, struct sc_error *err);

#endif
