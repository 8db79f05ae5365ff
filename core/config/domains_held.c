/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config/domains_held.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"

#define SAID_MAX 400 /* bytes; what is beyond is not said */

static void say(struct sc_buf *said, const char *name, const char *what)
{
    if (said && said->len < SAID_MAX)
        sc_buf_fmt(said, "%s%.120s (%s)", said->len ? ", " : "", name, what);
}

/* Whether a home that was `was` may become `now`. */
static bool home_may_be(enum sc_home was, enum sc_home now)
{
    return now == was || now == SC_HOME_PRIVATE || was == SC_HOME_SHARED;
}

static bool gives(const struct sc_domain_entry *was, const char *rel, bool rw)
{
    for (size_t i = 0; was && i < was->n_paths; i++)
        if (strcmp(was->paths[i].rel, rel) == 0 && (was->paths[i].rw || !rw))
            return true;
    return false;
}

/* The first path of *e that opens more than *was did; n_paths: none. */
static size_t first_more(const struct sc_domain_entry *e, const struct sc_domain_entry *was)
{
    size_t i = 0;
    while (i < e->n_paths && gives(was, e->paths[i].rel, e->paths[i].rw))
        i++;
    return i;
}

/* What was given read-only and is asked for read-write stays read-only. */
static int hold_paths(struct sc_domain_entry *e, const struct sc_domain_entry *was,
                      struct sc_buf *said, struct sc_error *err)
{
    int rc = 0;
    size_t i = first_more(e, was);
    if (i < e->n_paths)
        say(said, e->name, "paths");
    for (; rc == 0 && i < e->n_paths; i = first_more(e, was)) {
        SC_FREE char *rel = e->paths[i].rel;
        e->n_paths--;
        memmove(&e->paths[i], &e->paths[i + 1], (e->n_paths - i) * sizeof(*e->paths));
        rc = gives(was, rel, false) ? sc_domain_entry_add_path(e, rel, false, err) : 0;
    }
    return rc;
}

int sc_domain_entry_hold(struct sc_domain_entry *e, const struct sc_domain_entry *was,
                         struct sc_buf *said, struct sc_error *err)
{
    enum sc_home home = was ? was->home : SC_HOME_UNSET;
    if (!home_may_be(home, e->home)) {
        e->home = home;
        say(said, e->name, "home");
    }
    return hold_paths(e, was, said, err);
}

/* One that he took out comes back with all it had. */
static int put_back(const struct sc_domain_entry *was, struct sc_domains_config *c,
                    const char *home, struct sc_error *err)
{
    SC_BUF struct sc_buf json = SC_BUF_INIT;
    int rc = sc_domain_entry_to_json(was, &json, err);
    if (rc == 0)
        rc = sc_domains_config_set_isolated(c, was->name, true, err);
    struct sc_domain_entry *e = rc == 0 ? sc_domains_config_find(c, was->name) : NULL;
    return e ? sc_domain_entry_from_json(e, json.data, home, err) : rc;
}

int sc_domains_config_hold(const struct sc_domains_config *was, struct sc_domains_config *c,
                           const char *home, struct sc_buf *said, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < was->n; i++) {
        const struct sc_domain_entry *w = &was->entries[i];
        struct sc_domain_entry *e = sc_domains_config_find(c, w->name);
        if (!w->isolated)
            continue;
        if (!e || !e->isolated)
            say(said, w->name, "isolated");
        if (!e)
            rc = put_back(w, c, home, err);
        else if (!e->isolated)
            rc = sc_domains_config_set_isolated(c, w->name, true, err);
        if (rc == 0 && e)
            rc = sc_domain_entry_hold(e, w, said, err);
    }
    return rc;
}
