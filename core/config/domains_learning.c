/* SPDX-License-Identifier: GPL-2.0-or-later */
/* domains.json: sites that learn, and what they were found to need. */
#include "core/config/domains_config.h"

#include <stdlib.h>
#include <string.h>

bool sc_domain_entry_is_learning(const struct sc_domain_entry *e, int64_t now)
{
    return !e->isolated && e->learning_until > now &&
           e->learning_until - now <= (int64_t)SC_LEARN_DAYS_MAX * 86400;
}

static bool says_nothing(const struct sc_domain_entry *e)
{
    return !e->isolated && !e->learning_until && !e->limits.set && !e->n_paths &&
           e->home == SC_HOME_UNSET;
}

int sc_domains_config_set_learning(struct sc_domains_config *c, const char *name, int64_t until,
                                   struct sc_error *err)
{
    struct sc_domain_entry *e = sc_domains_config_find(c, name);
    int rc = !e && until ? sc_domains_config_set_isolated(c, name, false, err) : 0;
    if (rc < 0 || (!e && !until))
        return rc;
    e = sc_domains_config_find(c, name);
    e->learning_until = until;
    if (says_nothing(e))
        (void)sc_domains_config_remove(c, name);
    return 0;
}

void sc_domains_config_end_learning(struct sc_domains_config *c, int64_t now)
{
    for (size_t i = c->n; i-- > 0;) {
        struct sc_domain_entry *e = &c->entries[i];
        if (e->learning_until && !sc_domain_entry_is_learning(e, now))
            (void)sc_domains_config_set_learning(c, e->name, 0, NULL);
    }
}

int sc_domain_entry_add_path(struct sc_domain_entry *e, const char *rel, bool rw,
                             struct sc_error *err)
{
    size_t at = 0, same = 0; /* ro before rw */
    for (size_t i = 0; i < e->n_paths; i++) {
        if (strcmp(e->paths[i].rel, rel) == 0 && (e->paths[i].rw || !rw))
            return 0;
        same += e->paths[i].rw == rw;
        at += !e->paths[i].rw || rw;
    }
    for (size_t i = 0; i < e->n_paths; i++)
        if (strcmp(e->paths[i].rel, rel) == 0) { /* read-only until now */
            struct sc_domain_path was = e->paths[i];
            memmove(&e->paths[i], &e->paths[i + 1], (e->n_paths - i - 1) * sizeof(was));
            e->paths[e->n_paths - 1] = (struct sc_domain_path){was.rel, true};
            return 0;
        }
    if (same >= SC_DOMAIN_PATHS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "%s has %u %s paths already: %s is one too many",
                            e->name, SC_DOMAIN_PATHS_MAX, rw ? "read-write" : "read-only", rel);
    char *copy = strdup(rel);
    struct sc_domain_path *more =
        copy ? reallocarray(e->paths, e->n_paths + 1, sizeof(*more)) : NULL;
    if (!more) {
        free(copy);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", e->name);
    }
    memmove(&more[at + 1], &more[at], (e->n_paths - at) * sizeof(*more));
    more[at] = (struct sc_domain_path){copy, rw};
    e->paths = more;
    e->n_paths++;
    return 0;
}
