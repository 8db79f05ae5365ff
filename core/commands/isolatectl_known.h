/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What isolatectl knows: its commands, the options of each, and what was meant by others. Pure. */
#ifndef SC_COMMANDS_ISOLATECTL_KNOWN_H
#define SC_COMMANDS_ISOLATECTL_KNOWN_H

#include "core/commands/isolatectl.h"

#define SC_ISOLATE_KNOWN                                                                           \
    "known are: site-isolation enable|disable --domain DOMAIN[,DOMAIN...], site-isolation list, "  \
    "limits list [--domain DOMAIN], limits set --domain DOMAIN --LIMIT VALUE..., limits apply "    \
    "--domain DOMAIN, stats [--domain DOMAIN] [--period PERIOD] [--step STEP], explain DOMAIN "    \
    "[PATH], overview [--domain DOMAIN], learn DOMAIN [--days N | --stop | --report], home "       \
    "DOMAIN private|shared|default, paths add DOMAIN PATH [ro|rw], paths remove DOMAIN PATH"

bool sc_isolate_is_learn(const struct sc_isolate_call *c);
bool sc_isolate_is_paths(const struct sc_isolate_call *c);
bool sc_isolate_has_path(const struct sc_isolate_call *c); /* the verb takes --path */

/* Without its dashes: 0 where the option has a meaning for the verb, or is one that is refused with words of
 * its own. SC_E_INVAL says which there are, and which was meant. */
int sc_isolate_check_option(const char *option, const struct sc_isolate_call *c,
                            struct sc_error *err);

/* SC_E_INVAL, with how the verb takes one. */
int sc_isolate_no_domain(const struct sc_isolate_call *c, struct sc_error *err);

/* SC_E_INVAL: the words (at least one) are no command. */
int sc_isolate_unknown(char *const *args, size_t n, struct sc_error *err);

#endif
