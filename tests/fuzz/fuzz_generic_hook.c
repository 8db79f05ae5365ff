/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments of the hook commands, separated by NUL or new lines, the command first: read, and
 * whatever comes out is a checked event. The corpus in corpus/generic_hook is replayed as an
 * ordinary test. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "generic/hook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARGS_MAX 64

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static void check_user(const char *user)
{
    must(!*user || sc_owner_valid(user), "a user is none or a possible one");
}

static void check_domain(const char *domain)
{
    char again[256];
    must(!*domain || (sc_domain_canon(domain, again, NULL) == 0 && strcmp(again, domain) == 0),
         "a domain is none or canonical");
}

static void check(const struct sc_event *e)
{
    check_user(e->user);
    check_user(e->new_user);
    check_domain(e->domain);
    check_domain(e->new_domain);
    must(e->kind != SC_EVENT_USER_RENAMED || (*e->user && *e->new_user), "a rename has two names");
    must(e->kind != SC_EVENT_DOMAIN_RENAMED || (*e->domain && *e->new_domain),
         "a rename has two names");
    must(*e->user || *e->domain || e->kind == SC_EVENT_RESYNC_ALL, "an event is somebody's");
    char text[1024];
    sc_event_text(e, text, sizeof(text));
    must(strlen(text) < sizeof(text) - 1 && !strpbrk(text, "\n\r\033"), "one line, complete");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *words = malloc(size + 1), *args[ARGS_MAX + 1];
    size_t n = 0;
    must(words != NULL, "memory");
    memcpy(words, data, size);
    words[size] = 0;
    for (char *p = words; p <= words + size && n < ARGS_MAX;) {
        size_t len = strcspn(p, "\n");
        char *next = p + len + 1;
        p[len] = 0;
        args[n++] = p;
        p = next;
    }
    args[n] = NULL;
    const char *command = sc_generic_command(args[0]);
    if (!command)
        command = sc_generic_commands[size % 5];
    struct sc_events e = {.n = 0};
    struct sc_error err = SC_ERROR_INIT;
    int rc = sc_generic_hook(command, args + 1, &e, &err);
    must(rc == 0 || rc == SC_E_INVAL, "read, or wrong usage");
    must((rc == 0) == (err.text[0] == 0), "an error has a text");
    must(e.n <= SC_EVENTS_MAX, "events are few");
    for (size_t i = 0; i < e.n; i++)
        check(&e.v[i]);
    free(words);
    return 0;
}
