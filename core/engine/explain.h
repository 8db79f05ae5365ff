/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why is it so: what went wrong with a site lately, and what decides about a path. Changes nothing,
 * takes no lock, and enters no site. Need root. */
#ifndef SC_ENGINE_EXPLAIN_H
#define SC_ENGINE_EXPLAIN_H

#include "core/engine/engine.h"
#include "core/engine/explain_path.h"
#include "core/explain/failures.h"

struct sc_explanation {
    char *domain, *user, *docroot;
    bool isolated;
    char *stale; /* NULL, or why it is not as it should be */
    struct sc_failing failing;
    struct sc_explained_failures failures;
    struct sc_path_answer path;
};

void sc_explanation_done(struct sc_explanation *e);

/* `path` (may be NULL): absolute, or beginning with "~/", or below the document root. SC_E_NOTFOUND:
 * nobody has the domain. */
int sc_engine_explain(struct sc_server *s, const char *domain, const char *path,
                      struct sc_explanation *ret, struct sc_error *err);

/* The same for a domain of `uid`, and of the isolated site `only` where that is not 0. Everything
 * else is SC_E_NOTFOUND, whosever it is. */
int sc_engine_user_explain(struct sc_server *s, uid_t uid, unsigned only, const char *domain,
                           const char *path, struct sc_explanation *ret, struct sc_error *err);

#endif
