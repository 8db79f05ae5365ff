/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `manage_hooks list` prints. */
#ifndef SC_CPANEL_REGISTRY_H
#define SC_CPANEL_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

#define SC_CPANEL_HOOKS_MAX 100000u

struct sc_cpanel_hook_entry {
    char *category, *event, *stage, *hook;
    bool disabled;
};

struct sc_cpanel_registry {
    struct sc_cpanel_hook_entry *v;
    size_t n;
};

void sc_cpanel_registry_done(struct sc_cpanel_registry *r);

/* Reads the output of `list`, as JSON {CATEGORY: {EVENT: [{stage, hook, …}…]}} or as the text for
 * people. Of the text only what has a stage and a hook is an entry; an empty output has none.
 * SC_E_PANEL when it is neither. */
int sc_cpanel_registry_parse(const char *text, size_t len, struct sc_cpanel_registry *ret,
                             struct sc_error *err);

/* Whether the hook is there with this very command line, and not disabled. */
bool sc_cpanel_registry_has(const struct sc_cpanel_registry *r, const char *category,
                            const char *event, const char *stage, const char *hook);

#endif
