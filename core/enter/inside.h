/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A job that runs in a site by cron-shell, and begins with cagefs_enter_site and this very site: nothing is to be
 * entered. cron-shell, which knows the sites, leaves the words by which the job names its own in the environment; it is
 * no permission of any kind. libc only. */
#ifndef SC_ENTER_INSIDE_H
#define SC_ENTER_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/enter/state.h"

#define SC_INSIDE_VAR "SITECAGE_INSIDE"

/* The site of a domain's name, in any letters, or of a document root. */
struct sc_site_ref sc_inside_look_up(const struct sc_table *t, const char *site);

/* The words behind each "cagefs_enter_site" of the command that mean the site `id`, with blanks between. */
void sc_inside_words(const struct sc_table *t, unsigned id, const char *command, char *out,
                     size_t size);

/* Whether this process is in a site that cron-shell has called so. */
bool sc_inside_is(const char *site);

#endif
