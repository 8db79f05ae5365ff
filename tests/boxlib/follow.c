/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the reconciling daemon asks of the engine, by hand, for tests and measurements:
 *   follow-show push USER KIND [OLD [NEW [PAYLOAD]]]   queues an event ('-' is none)
 *   follow-show follow USER      with the waiting events: "agrees", or what is awaited
 *   follow-show survey           "DOMAINS USERS", and a line for each account to follow
 *   follow-show watched          a line for each account that is watched
 *   follow-show look             the look for the history and the metrics: how many sites
 *   follow-show time N follow USER | survey | look     the median of N, in microseconds */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/cleanup.h"
#include "core/follow/follow.h"
#include "core/history/look.h"
#include "core/server/server.h"

static int push(struct sc_server *s, int argc, char **argv, struct sc_error *err)
{
    const char *words[5] = {0};
    for (int i = 0; i < argc && i < 5; i++)
        words[i] = strcmp(argv[i], "-") == 0 ? NULL : argv[i];
    int64_t now = (int64_t)time(NULL) * 1000;
    const struct sc_event_row e = {.user = words[0],
                                   .kind = words[1],
                                   .old_name = words[2],
                                   .new_name = words[3],
                                   .payload = words[4],
                                   .created_ms = now,
                                   .not_before_ms = now};
    return sc_store_event_push(s->store, &e, err);
}

static int follow(struct sc_server *s, const char *user, bool quiet, struct sc_error *err)
{
    SC_CLEANUP(sc_event_list_done) struct sc_event_list events = {0};
    struct sc_follow f;
    int rc = sc_store_events_peek(s->store, user, INT64_MAX, &events, err);
    if (rc == 0)
        rc = sc_follow_account(s, user, &events, &f, err);
    if (rc == 0 && f.agrees)
        rc = sc_store_events_done(s->store, events.rows, events.n, err);
    if (rc == 0 && !quiet)
        puts(f.agrees ? "agrees" : f.missing);
    return rc;
}

static void found(const char *user, void *arg)
{
    if (!*(bool *)arg)
        puts(user);
}

static int survey(struct sc_server *s, bool quiet, struct sc_error *err)
{
    size_t domains, users;
    int rc = sc_follow_survey(s, found, &quiet, &domains, &users, err);
    if (rc == 0 && !quiet)
        printf("%zu %zu\n", domains, users);
    return rc;
}

static int look(struct sc_server *s, bool quiet, struct sc_error *err)
{
    size_t sites = 0;
    int rc = sc_history_look(s, &sites, err);
    if (rc == 0 && !quiet)
        printf("%zu\n", sites);
    return rc;
}

static int watched(struct sc_server *s, struct sc_error *err)
{
    SC_CLEANUP(sc_watched_done) struct sc_watched w = {0};
    int rc = sc_follow_watched(s, (uid_t)-1, &w, err);
    for (size_t i = 0; rc == 0 && i < w.n; i++) {
        printf("%s %s", w.v[i].user, w.v[i].home);
        for (size_t k = 0; k < w.v[i].n_paths; k++)
            printf(" %s", w.v[i].paths[k]);
        puts("");
    }
    return rc;
}

static int one(struct sc_server *s, int argc, char **argv, bool quiet, struct sc_error *err)
{
    if (argc >= 3 && strcmp(argv[0], "push") == 0)
        return push(s, argc - 1, argv + 1, err);
    if (argc == 2 && strcmp(argv[0], "follow") == 0)
        return follow(s, argv[1], quiet, err);
    if (argc == 1 && strcmp(argv[0], "survey") == 0)
        return survey(s, quiet, err);
    if (argc == 1 && strcmp(argv[0], "look") == 0)
        return look(s, quiet, err);
    if (argc == 1 && strcmp(argv[0], "watched") == 0)
        return watched(s, err);
    return sc_error_set(err, SC_E_INVAL, "what?");
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int64_t now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int timed(struct sc_server *s, int n, int argc, char **argv, struct sc_error *err)
{
    SC_FREE int64_t *us = calloc((size_t)n, sizeof(*us));
    int rc = us ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory");
    for (int i = 0; rc == 0 && i < n; i++) {
        int64_t start = now_us();
        rc = one(s, argc, argv, true, err);
        us[i] = now_us() - start;
    }
    if (rc == 0) {
        qsort(us, (size_t)n, sizeof(*us), by_value);
        printf("%" PRId64 "\n", us[n / 2]);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    int rc = sc_server_open(&s, &err);
    int n = argc > 3 && strcmp(argv[1], "time") == 0 ? atoi(argv[2]) : 0;
    if (rc == 0)
        rc =
            n > 0 ? timed(s, n, argc - 3, argv + 3, &err) : one(s, argc - 1, argv + 1, false, &err);
    if (rc < 0)
        fprintf(stderr, "%s\n", err.text);
    return rc < 0;
}
