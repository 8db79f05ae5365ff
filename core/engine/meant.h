/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean …" for domains and users that the panel does not have. */
#ifndef SC_ENGINE_MEANT_H
#define SC_ENGINE_MEANT_H

#include "core/base/domain_like.h"
#include "core/engine/engine.h"

#define SC_MEANT_ANYBODY ((uid_t)-1)

/* What was meant by the first of these names that is not a domain of the user's, as
 * sc_domain_meant() writes it; of the administrator's (SC_MEANT_ANYBODY): of any user's. Nobody is
 * told of domains that are not his. Asks the panel, holds no lock. False: nothing is like it, or
 * the panel does not say; this is advice. Needs root. */
bool sc_engine_meant(struct sc_server *s, uid_t uid, const char *const *names, size_t n,
                     char between, char ret[SC_DOMAIN_MEANT_MAX]);

/* The same for the administrator and a user, or several in one word ("john,mary"): among those who
 * have domains. The answer has no more than what fits. Needs root. */
bool sc_engine_meant_user(struct sc_server *s, const char *word, char between,
                          char ret[SC_DOMAIN_MEANT_MAX]);

#endif
