/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of overviews: one look at an account, and its rows. */
#ifndef SC_TESTS_WORLD_OVERVIEW_H
#define SC_TESTS_WORLD_OVERVIEW_H

#include "tests/unit/world/engine.h"

#include "core/engine/overview.h"

static struct sc_overview_server server;
static struct sc_overview o;

static inline int setup(void **state)
{
    int rc = world_setup(state);
    world_complete();
    server = (struct sc_overview_server){0};
    return rc;
}

static inline int teardown(void **state)
{
    sc_overview_done(&o);
    sc_overview_server_done(&server);
    return world_teardown(state);
}

#define overview_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static inline int look_of(const struct sc_overview_of *of)
{
    sc_overview_done(&o);
    return sc_overview_look(&world.s, &server, of, &o, &world.err);
}

static inline int look(const char *user)
{
    return look_of(&(struct sc_overview_of){.uid = uid_of(user)});
}

/* The row of NAME.example; fails the test without one. */
static inline size_t at(const char *name)
{
    char domain[128];
    snprintf(domain, sizeof(domain), "%s.example", name);
    for (size_t i = 0; i < o.st.n; i++)
        if (strcmp(o.st.v[i].domain, domain) == 0)
            return i;
    fail_msg("there is no row of %s", domain);
    return 0;
}

static inline const char *state_of(const char *name)
{
    const char *why;
    return sc_site_state_name(sc_site_state(&o.st.v[at(name)], &why));
}

/* "a.example:60000 b.example:0 ", in the order of the rows. */
static inline const char *rows(const struct sc_overview *of)
{
    static char text[1024];
    text[0] = 0;
    for (size_t i = 0; i < of->st.n; i++) {
        size_t n = strlen(text);
        snprintf(text + n, sizeof(text) - n, "%s:%u ", of->st.v[i].domain, of->st.v[i].id);
    }
    return text;
}

#endif
