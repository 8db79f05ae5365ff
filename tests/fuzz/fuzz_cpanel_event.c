/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever comes on a hook's stdin: at most a few events, each with names that are names. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpanel/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static bool is_domain_of(const char *user, const char *name, void *arg)
{
    (void)arg;
    must(*user != 0, "a user is asked about");
    return strlen(name) % 2 == 0;
}

static bool main_domain(const char *user, char out[256], void *arg)
{
    (void)arg;
    must(sc_owner_valid(user), "only users are asked about");
    return stpcpy(out, "old.example");
}

static void keep_main(const char *user, const char *name, void *arg)
{
    (void)arg;
    must(sc_owner_valid(user) && (!name || *name), "names are kept for users");
}

static void must_be_domain(const char *name)
{
    char again[256];
    must(!*name || (sc_domain_canon(name, again, NULL) == 0 && strcmp(again, name) == 0),
         "domains are canonical");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sc_cpanel_lookup look = {.is_domain_of = is_domain_of,
                                          .main_now = main_domain,
                                          .main_before = main_domain,
                                          .keep_main = keep_main};
    struct sc_events events = {.n = 0};
    sc_cpanel_event_parse((const char *)data, size, &look, &events);
    must(events.n <= 3, "one document is few events");
    for (size_t i = 0; i < events.n; i++) {
        const struct sc_event *e = &events.v[i];
        must(!*e->user || sc_owner_valid(e->user), "users are users");
        must(!*e->new_user || sc_owner_valid(e->new_user), "new users are users");
        must_be_domain(e->domain);
        must_be_domain(e->new_domain);
    }
    return 0;
}
