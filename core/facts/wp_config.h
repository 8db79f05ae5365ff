/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose is ~/wp-config.php? WordPress looks for its configuration one level up, too (wp-load.php). */
#ifndef SC_FACTS_WP_CONFIG_H
#define SC_FACTS_WP_CONFIG_H

#include "core/account/account.h"
#include "core/facts/facts.h"
#include "db/store.h"

/* The site, isolated or not, that is a WordPress directly below the home without a configuration of
 * its own; NULL: there is none. It is one site's alone. Of several it is the main domain's, then one with a
 * name that panels give to an account's first document root, then the first by its name. A site can make itself
 * look like that at any time; so who had it (`had`, a document root below the home; NULL: nobody is known) keeps it as long
 * as it is there and has no configuration of its own. */
const struct sc_plan_site *sc_wp_of_home(const struct sc_account *a, const struct sc_plan *plan,
                                         const struct sc_domains *domains, const char *had);

/* Who has it, as noted last; *ret NULL: nobody. The caller's to free(). SC_E_SYS, SC_E_NOMEM. */
int sc_wp_had(struct sc_store *store, uid_t uid, char **ret, struct sc_error *err);

/* Keeps it (NULL: nobody has it any more). */
int sc_wp_note(struct sc_store *store, uid_t uid, const char *rel, struct sc_error *err);

#endif
