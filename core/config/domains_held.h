/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration of a locked user has to keep (core/policy/policy.h): his isolated sites stay
 * isolated, get no home that shows more, and no further paths. He may add, and take away what opens. Pure.
 *
 * `said` gets what was not followed, "NAME (what), NAME (what)": bounded, for people; NULL. */
#ifndef SC_CONFIG_DOMAINS_HELD_H
#define SC_CONFIG_DOMAINS_HELD_H

#include "core/base/buf.h"
#include "core/config/domains_config.h"

/* Changes *c, which the user wrote, so that each domain that is isolated in *was is so in *c, with no more open than
 * it has there. `home`: absolute, of the user. SC_E_NOMEM, SC_E_TOOBIG. */
int sc_domains_config_hold(const struct sc_domains_config *was, struct sc_domains_config *c,
                           const char *home, struct sc_buf *said, struct sc_error *err);

/* The same of one entry: it opens no more than *was does; NULL: than one that says nothing. */
int sc_domain_entry_hold(struct sc_domain_entry *e, const struct sc_domain_entry *was,
                         struct sc_buf *said, struct sc_error *err);

#endif
