/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/entries.h"

#include <stdlib.h>
#include <string.h>
#include "core/plan/relpath.h"
#include "core/base/vec.h"

const char *const sc_home_tops[] = {"tmp",    "logs", "log",   ".cache",    ".config",
                                    ".local", ".npm", ".yarn", ".composer", ".wp-cli",
                                    ".drush", ".gem", NULL};

bool sc_rel_is_run(const char *rel)
{
    const char *slash = strrchr(rel, '/');
    return rel[0] == '.' || strcmp(slash ? slash + 1 : rel, "bin") == 0;
}

static const char *const kind_names[] = {
    [SC_ENTRY_CLOSED_DIR] = "closed-dir",
    [SC_ENTRY_CLOSED_FILE] = "closed-file",
    [SC_ENTRY_SHELL] = "shell",
    [SC_ENTRY_DOCROOT] = "docroot",
    [SC_ENTRY_RO] = "ro",
    [SC_ENTRY_RW] = "rw",
    [SC_ENTRY_OWN] = "own",
};

const char *sc_entry_kind_name(enum sc_entry_kind kind)
{
    return kind_names[kind];
}

int sc_entry_kind_of(const char *name, enum sc_entry_kind *ret)
{
    for (size_t i = 0; i < sizeof(kind_names) / sizeof(*kind_names); i++) {
        if (strcmp(kind_names[i], name) == 0) {
            *ret = (enum sc_entry_kind)i;
            return 0;
        }
    }
    return -1;
}

bool sc_entry_closes(enum sc_entry_kind kind)
{
    return kind == SC_ENTRY_CLOSED_DIR || kind == SC_ENTRY_CLOSED_FILE || kind == SC_ENTRY_SHELL;
}

void sc_entries_done(struct sc_entries *e)
{
    for (size_t i = 0; i < e->n; i++) {
        for (size_t k = 0; k < e->v[i].n_holes; k++)
            free(e->v[i].holes[k]);
        free(e->v[i].holes);
        free(e->v[i].rel);
    }
    free(e->v);
    *e = (struct sc_entries){0};
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a site's plan");
}

int sc_entries_add(struct sc_entries *e, enum sc_entry_kind kind, const char *rel, size_t len,
                   struct sc_error *err)
{
    if (e->n >= SC_ENTRIES_MAX)
        return sc_error_set(err, SC_E_TOOBIG,
                            "a site's view needs more than %d mounts; nest fewer document roots",
                            SC_ENTRIES_MAX);
    if (!SC_VEC_ROOM(e->v, e->n))
        return no_memory(err);
    char *copy = strndup(rel, len);
    if (!copy)
        return no_memory(err);
    e->v[e->n++] = (struct sc_plan_entry){.kind = kind, .rel = copy};
    return 0;
}

int sc_entry_add_hole(struct sc_plan_entry *entry, const char *hole, struct sc_error *err)
{
    size_t n = entry->n_holes;
    if (!SC_VEC_ROOM(entry->holes, n))
        return no_memory(err);
    entry->holes[n] = strdup(hole);
    if (!entry->holes[n])
        return no_memory(err);
    entry->n_holes++;
    return 0;
}

size_t sc_entries_end(const struct sc_entries *e, size_t i)
{
    size_t end = i + 1;
    while (end < e->n && sc_rel_rest(e->v[i].rel, e->v[end].rel))
        end++;
    return end;
}
