/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The judgement of coverage around an enable (core/coverage/coverage.h). */
#ifndef SC_ENGINE_COVER_H
#define SC_ENGINE_COVER_H

#include "core/coverage/coverage.h"
#include "core/engine/internal.h"

/* SC_E_DENIED: a site that is to be isolated would not be covered; the text names the handler, the
 * file that says so and the way out. Changes nothing. */
int sc_cover_before(struct sc_cover_server *server, const struct sc_jobs *jobs,
                    struct sc_error *err);

/* sc_jobs_run() with what was read of the web server's configuration: passes read it again only
 * where it was changed since. */
int sc_cover_run(struct sc_server *s, struct sc_cover_server *server, struct sc_jobs *jobs,
                 const struct sc_watch *w, struct sc_error *err);

/* After everything else of a call: lets the accounts' locks go, judges their isolated sites as they
 * are now, keeps the verdicts, and tells of those that were enabled and are not covered. `server`:
 * as it was looked at before, or {0}; it is looked at again. */
void sc_cover_after(struct sc_server *s, struct sc_cover_server *server, struct sc_jobs *jobs,
                    const struct sc_watch *w);

#endif
