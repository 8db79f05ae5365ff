/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Plesk's event manager hands to a hook: the event's name in the first line (may be empty), an
 * environment variable in each of the others. The events must be fit for the queue. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plesk/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static int canonical(const char *name)
{
    char again[256];
    return !name[0] || (sc_domain_canon(name, again, NULL) == 0 && strcmp(again, name) == 0);
}

static int user(const char *name)
{
    return !name[0] || sc_owner_valid(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size), *env[65] = {NULL}, *rest = text;
    size_t n = 0;
    if (!text)
        return 0;
    const char *event = strsep(&rest, "\n");
    while (rest && n < 64)
        env[n++] = strsep(&rest, "\n");
    struct sc_events e = {.n = 0};
    sc_plesk_event(*event ? event : NULL, env, &e);
    must(e.n <= 3, "few events");
    for (size_t i = 0; i < e.n; i++) {
        const struct sc_event *v = &e.v[i];
        must(user(v->user) && user(v->new_user), "users are user names");
        must(canonical(v->domain) && canonical(v->new_domain), "domains are canonical");
        must(v->kind != SC_EVENT_DOMAIN_RENAMED || strcmp(v->domain, v->new_domain) != 0,
             "a rename has two names");
        must(v->kind == SC_EVENT_RESYNC_ALL || v->user[0] || v->domain[0], "it names something");
    }
    free(text);
    return 0;
}
