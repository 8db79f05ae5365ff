/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The environment of DirectAdmin's scripts: the hook's name in the first line, then a variable a
 * line. Whatever comes, events are clean. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/domain_name.h"
#include "directadmin/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static void must_be_domain(const char *name)
{
    char again[256];
    must(!name[0] || (sc_domain_canon(name, again, NULL) == 0 && strcmp(again, name) == 0),
         "names are canonical");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *env[128], *save = NULL;
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    size_t n = 0;
    const char *hook = strtok_r(text, "\n", &save);
    for (char *l; n < 127 && (l = strtok_r(NULL, "\n", &save));)
        env[n++] = l;
    env[n] = NULL;
    struct sc_events e = {.n = 0};
    sc_da_event(hook, env, &e);
    must(e.n <= 1, "at most one event");
    for (size_t i = 0; i < e.n; i++) {
        must(!e.v[i].user[0] || sc_owner_valid(e.v[i].user), "users are user names");
        must(!e.v[i].new_user[0], "nobody is renamed");
        must_be_domain(e.v[i].domain);
        must_be_domain(e.v[i].new_domain);
    }
    free(text);
    return 0;
}
