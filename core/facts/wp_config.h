/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose is ~/wp-config.php? WordPress looks for its configuration one level up, too (wp-load.php). */
#ifndef SC_FACTS_WP_CONFIG_H
#define SC_FACTS_WP_CONFIG_H

#include "core/account/account.h"
#include "core/inventory/domains_json.h"
#include "core/plan/plan.h"

/* The site, isolated or not, that is a WordPress directly below the home without a configuration of
 * its own; NULL: there is none. It is one site's alone: a site can make itself look like that, and
 * gets no other's password by it. Of several it is the main domain's, then one with a name that
 * panels give to an account's first document root, then the first by its name. */
const struct sc_plan_site *sc_wp_of_home(const struct sc_account *a, const struct sc_plan *plan,
                                         const struct sc_domains *domains);

#endif
