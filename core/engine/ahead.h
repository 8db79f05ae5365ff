/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an enable or a regenerate has to know of the web server and of PHP, whatever the panel says: read while the panel
 * is asked, because that takes as long. */
#ifndef SC_ENGINE_AHEAD_H
#define SC_ENGINE_AHEAD_H

#include "core/base/error.h"
#include "core/base/run.h"
#include "core/coverage/coverage.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

struct sc_ahead {
    struct sc_server *s;
    struct sc_cover_server *server; /* the caller's */
    bool must_stand; /* struct sc_cover_server; else whether LSAPI can be led in is asked, too */
    bool old;        /* it was read by a call before, and is looked at again */
    struct sc_named_paths php;
    struct sc_meanwhile todo;
    int rc; /* how it went */
    struct sc_error why;
};

/* From now on the next question to the panel has it read, and gathering facts uses it. `server` is
 * filled; both must stay where they are until sc_ahead_done(). */
void sc_ahead_begin(struct sc_ahead *a, struct sc_server *s, bool must_stand,
                    struct sc_cover_server *server);

/* After the questions: reads it now where nobody was asked, and says how that went; where that went well, `rc`. */
int sc_ahead_end(struct sc_ahead *a, int rc, struct sc_error *err);

/* Frees what it holds. Accepts {0}. */
void sc_ahead_done(struct sc_ahead *a);

#endif
