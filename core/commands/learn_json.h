/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site was seen to use, as cagefsctl and isolatectl say it in JSON, and the lines that give it. */
#ifndef SC_COMMANDS_LEARN_JSON_H
#define SC_COMMANDS_LEARN_JSON_H

#include <jansson.h>
#include "core/engine/learn.h"

/* Sets "domain", "learning", "until", "since", "recorded_now", "whole", "lost", "left_out" and
 * "places" (docs/man/cagefsctl.8). -1: no memory. */
int sc_learn_json_set(json_t *o, const char *domain, const struct sc_learn_report *r);

/* The caller frees what these return; NULL: no memory. */
char *sc_learn_full_path(const struct sc_learn_report *r, const char *rel);
/* The line of domains.json. NULL also: JSON cannot have it, the name is not UTF-8. */
char *sc_learn_domains_line(const struct sc_learn_need *n);
/* The line of the administrator's file (core/config/paths_conf.h). */
char *sc_learn_paths_line(const struct sc_learn_report *r, const struct sc_learn_need *n);

#endif
