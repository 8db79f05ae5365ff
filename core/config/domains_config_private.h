/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_CONFIG_DOMAINS_CONFIG_PRIVATE_H
#define SC_CONFIG_DOMAINS_CONFIG_PRIVATE_H

#include "core/config/domains_config.h"

/* Frees what the entry holds and empties it. */
void sc_domain_entry_clear(struct sc_domain_entry *e);

#endif
