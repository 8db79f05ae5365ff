/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which option was meant by a word that is none. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/similar.h"
#include "core/commands/cagefsctl.h"

/* The one of `known` that begins so; NULL where there are none or several. */
static const char *begins(const char *name, const char *const *known, size_t n, size_t *ret_n)
{
    const char *one = NULL;
    *ret_n = 0;
    for (size_t i = 0; i < n; i++)
        if (strncmp(known[i], name, strlen(name)) == 0 && (*ret_n)++ == 0)
            one = known[i];
    return *ret_n == 1 ? one : NULL;
}

/* The option that `name`, without dashes, is like, also without "site-isolation-" in front; NULL. */
static const char *like_option(const char *name, const struct option *modifiers, size_t n_modifiers)
{
    char whole[96];
    size_t n, k = 0, found;
    const struct sc_ctl_command *commands = sc_ctl_commands(&n);
    SC_FREE const char **known = calloc(2 * n + n_modifiers, sizeof(*known));
    if (!known)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        known[k++] = commands[i].name;
        if (commands[i].alias)
            known[k++] = commands[i].alias;
    }
    snprintf(whole, sizeof(whole), "site-isolation-%.64s", name);
    for (size_t i = 0; i < k; i++)
        if (strcmp(known[i], whole) == 0)
            return known[i];
    for (size_t i = 0; i < n_modifiers; i++)
        known[k++] = modifiers[i].name;
    const char *one = begins(name, known, k, &found);
    return found ? one : sc_similar(name, known, k);
}

void sc_ctl_guess(const char *word, const struct option *modifiers, size_t n,
                  char out[SC_CTL_GUESS_MAX])
{
    SC_FREE char *name = strdup(word + strspn(word, "-"));
    out[0] = 0;
    if (!name)
        return;
    name[strcspn(name, "=")] = 0;
    const char *like = *name ? like_option(name, modifiers, n) : NULL;
    if (like)
        snprintf(out, SC_CTL_GUESS_MAX, "; did you mean --%s?", like);
}
