/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event queue. */
#include "tests/unit/test_store.h"

static void push(struct sc_store *s, const char *user, const char *old_name, const char *payload,
                 int64_t created, int64_t not_before)
{
    const struct sc_event_row event = {.user = user,
                                       .kind = "rename",
                                       .old_name = old_name,
                                       .new_name = "new",
                                       .payload = payload,
                                       .created_ms = created,
                                       .not_before_ms = not_before};
    assert_ok(sc_store_event_push(s, &event, ok));
}

static int64_t count(struct sc_store *s)
{
    return store_int(s, "SELECT count(*) FROM event");
}

static void who_is_due(void **state)
{
    STORE *s = store_open(*state);
    SC_CLEANUP(sc_due_list_done) struct sc_due_list due = {0};
    assert_ok(sc_store_events_due(s, 1000, 10, &due, ok));
    assert_int_equal(due.n, 0);
    assert_int_equal(due.next_ms, -1);
    push(s, "john", "a", NULL, 300, 300);
    push(s, "john", "b", NULL, 100, 500);
    push(s, "jane", "a", NULL, 200, 200);
    push(s, "", "a", NULL, 400, 400);
    push(s, "later", "a", NULL, 500, 2000);
    SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
    assert_ok(sc_store_events_peek(s, "jane", 1000, &list, ok));
    assert_ok(sc_store_events_defer(s, list.rows, 1, -1800, "no", ok)); /* due at 200 again */
    assert_ok(sc_store_events_due(s, 1000, 10, &due, ok));
    assert_int_equal(due.n, 3);
    assert_string_equal(due.rows[0].user, "jane");
    assert_int_equal(due.rows[0].attempts, 1);
    assert_string_equal(due.rows[1].user, "john");
    assert_int_equal(due.rows[1].created_ms, 100);
    assert_int_equal(due.rows[1].attempts, 0);
    assert_int_equal(due.rows[1].newest, 2);
    assert_string_equal(due.rows[2].user, "");
    assert_int_equal(due.next_ms, 2000);
    sc_due_list_done(&due);
    assert_ok(sc_store_events_due(s, 1000, 2, &due, ok)); /* who waits longest */
    assert_int_equal(due.n, 2);
    assert_string_equal(due.rows[1].user, "john");
    sc_due_list_done(&due);
    assert_ok(sc_store_events_due(s, 2000, 10, &due, ok));
    assert_int_equal(due.n, 4);
    assert_int_equal(due.next_ms, -1);
}

static void events_come_back_as_pushed(void **state)
{
    STORE *s = store_open(*state);
    SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
    int64_t next = 0;
    assert_ok(sc_store_events_peek(s, NULL, INT64_MAX, &list, ok));
    assert_int_equal(list.n, 0);
    assert_ok(sc_store_events_next(s, &next, ok));
    assert_int_equal(next, -1);

    const struct sc_event_row odd = {.user = "jo'hn\n\xff",
                                     .kind = "\"k\"",
                                     .old_name = "/o'\n\xff",
                                     .new_name = "n;--",
                                     .payload = "{\"a\":\"\n\"}",
                                     .created_ms = 1700000000123,
                                     .not_before_ms = 1700000002123};
    assert_ok(sc_store_event_push(s, &odd, ok));
    assert_ok(sc_store_event_push(
        s, &(struct sc_event_row){.kind = "all", .not_before_ms = 1700000009000}, ok));
    sc_store_free(s);
    s = store_open(*state);
    assert_ok(sc_store_events_peek(s, NULL, 1700000002122, &list, ok));
    assert_int_equal(list.n, 0);
    assert_ok(sc_store_events_next(s, &next, ok));
    assert_int_equal(next, 1700000002123);
    assert_ok(sc_store_events_peek(s, NULL, 1700000002123, &list, ok));
    assert_int_equal(list.n, 1);
    const struct sc_event_row *row = &list.rows[0];
    assert_int_equal(row->id, 1);
    assert_string_equal(row->user, odd.user);
    assert_string_equal(row->kind, odd.kind);
    assert_string_equal(row->old_name, odd.old_name);
    assert_string_equal(row->new_name, odd.new_name);
    assert_string_equal(row->payload, odd.payload);
    assert_int_equal(row->created_ms, odd.created_ms);
    assert_int_equal(row->not_before_ms, odd.not_before_ms);
    assert_int_equal(row->attempts, 0);
    assert_null(row->last_error);
    sc_event_list_done(&list);

    /* Nobody's events: asked for by "". */
    assert_ok(sc_store_events_peek(s, "", INT64_MAX, &list, ok));
    assert_int_equal(list.n, 1);
    assert_string_equal(list.rows[0].user, "");
    assert_string_equal(list.rows[0].kind, "all");
    assert_null(list.rows[0].old_name);
    assert_null(list.rows[0].new_name);
    assert_null(list.rows[0].payload);
}

static void a_batch_is_one_users(void **state)
{
    STORE *s = store_open(*state);
    push(s, "a", "1", NULL, 0, 500);
    push(s, "b", "2", NULL, 0, 100);
    push(s, "a", "3", NULL, 0, 200);
    push(s, "b", "4", NULL, 0, 900);
    push(s, "b", "5", NULL, 0, 300);
    SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
    assert_ok(sc_store_events_peek(s, NULL, 600, &list, ok));
    assert_int_equal(list.n, 2);
    assert_string_equal(list.rows[0].old_name, "2");
    assert_string_equal(list.rows[1].old_name, "5");
    assert_ok(sc_store_events_done(s, list.rows, list.n, ok));
    sc_event_list_done(&list);
    assert_ok(sc_store_events_peek(s, NULL, 600, &list, ok));
    assert_int_equal(list.n, 2);
    assert_string_equal(list.rows[0].old_name, "1");
    assert_string_equal(list.rows[1].old_name, "3");
    assert_ok(sc_store_events_done(s, list.rows, 1, ok));
    sc_event_list_done(&list);
    assert_ok(sc_store_events_peek(s, "b", INT64_MAX, &list, ok));
    assert_int_equal(list.n, 1);
    assert_string_equal(list.rows[0].old_name, "4");
    assert_int_equal(count(s), 2);
}

static void equal_events_become_one(void **state)
{
    STORE *s = store_open(*state);
    push(s, "a", "x", "first", 1000, 3000);
    push(s, "a", "y", NULL, 1500, 3500);
    push(s, "a", "x", "second", 2000, 4000);
    SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
    assert_ok(sc_store_events_peek(s, "a", INT64_MAX, &list, ok));
    assert_int_equal(list.n, 2);
    assert_string_equal(list.rows[0].old_name, "y");
    assert_string_equal(list.rows[1].old_name, "x");
    assert_string_equal(list.rows[1].payload, "second");
    assert_int_equal(list.rows[1].created_ms, 1000);
    assert_int_equal(list.rows[1].not_before_ms, 3000);

    /* No name at all and an empty one are the same; another kind, user or name is not. */
    struct sc_event_row event = {.user = "a", .kind = "rename"};
    assert_ok(sc_store_event_push(s, &event, ok));
    event.old_name = event.new_name = "";
    assert_ok(sc_store_event_push(s, &event, ok));
    assert_int_equal(count(s), 3);
    event.kind = "create";
    assert_ok(sc_store_event_push(s, &event, ok));
    event.user = NULL;
    assert_ok(sc_store_event_push(s, &event, ok));
    event.new_name = "z";
    assert_ok(sc_store_event_push(s, &event, ok));
    assert_int_equal(count(s), 6);
    struct sc_error err = SC_ERROR_INIT;
    event.kind = NULL;
    assert_int_equal(sc_store_event_push(s, &event, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "an event has no kind");
}

/* Pushed again while somebody works on it: the work began before the second change. */
static void an_event_pushed_again_is_not_done_by_who_saw_the_first(void **state)
{
    STORE *s = store_open(*state);
    push(s, "a", "x", "first", 1000, 1000);
    SC_CLEANUP(sc_event_list_done) struct sc_event_list seen = {0}, now = {0};
    assert_ok(sc_store_events_peek(s, NULL, 1000, &seen, ok));
    STORE *hook = store_open(*state);
    push(hook, "a", "x", "second", 2000, 2000);
    assert_ok(sc_store_events_done(s, seen.rows, seen.n, ok));
    assert_ok(sc_store_events_peek(s, NULL, 2000, &now, ok));
    assert_int_equal(now.n, 1);
    assert_string_equal(now.rows[0].payload, "second");
    assert_ok(sc_store_events_done(s, now.rows, now.n, ok));
    assert_int_equal(count(s), 0);
    /* Nor does an id come back after the queue was empty. */
    int64_t last = now.rows[0].id;
    push(s, "a", "x", "third", 3000, 3000);
    sc_event_list_done(&now);
    assert_ok(sc_store_events_peek(s, NULL, 3000, &now, ok));
    assert_true(now.rows[0].id > last);
}

static void failed_events_wait_longer_each_time(void **state)
{
    STORE *s = store_open(*state);
    push(s, "a", "x", NULL, 0, 1000);
    push(s, "b", "x", NULL, 0, 1500);
    static const int64_t pause[] = {2000,   4000,   8000,    16000,   32000,   64000,  128000,
                                    256000, 512000, 1024000, 2048000, 3600000, 3600000};
    for (size_t i = 0; i < sizeof(pause) / sizeof(pause[0]); i++) {
        SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
        assert_ok(sc_store_events_peek(s, "a", INT64_MAX, &list, ok));
        assert_int_equal(list.rows[0].attempts, i);
        assert_ok(sc_store_events_defer(s, list.rows, 1, 10000, "panel down", ok));
        sc_event_list_done(&list);
        assert_ok(sc_store_events_peek(s, "a", INT64_MAX, &list, ok));
        assert_int_equal(list.rows[0].not_before_ms, 10000 + pause[i]);
        assert_string_equal(list.rows[0].last_error, "panel down");
    }
    SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
    assert_ok(sc_store_events_peek(s, NULL, 10000, &list, ok));
    assert_int_equal(list.n, 1);
    assert_string_equal(list.rows[0].user, "b"); /* who failed stops nobody */
    sc_event_list_done(&list);
    /* A new hint is tried at once, and its failures go on counting. */
    push(s, "a", "x", NULL, 11000, 11000);
    assert_ok(sc_store_events_peek(s, "a", 11000, &list, ok));
    assert_int_equal(list.n, 1);
    assert_int_equal(list.rows[0].attempts, 13);
    assert_string_equal(list.rows[0].last_error, "panel down");
    /* Very many failures do not overflow the pause. */
    assert_int_equal(sqlite3_exec(s->db, "UPDATE event SET attempts = 1000000", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_ok(sc_store_events_defer(s, list.rows, 1, 10000, "x", ok));
    sc_event_list_done(&list);
    assert_ok(sc_store_events_peek(s, "a", INT64_MAX, &list, ok));
    assert_int_equal(list.rows[0].not_before_ms, 3610000);
}

static void the_queue_of_a_user_is_limited(void **state)
{
    STORE *s = store_open(*state);
    push(s, "other", "x", NULL, 0, 0);
    assert_ok(sc_store_begin(s, ok));
    for (int i = 0; i < (int)SC_STORE_EVENTS_MAX + 3; i++) {
        char name[16];
        snprintf(name, sizeof(name), "n%d", i);
        push(s, "a", name, NULL, 0, 0);
    }
    assert_ok(sc_store_commit(s, ok));
    SC_CLEANUP(sc_event_list_done) struct sc_event_list list = {0};
    assert_ok(sc_store_events_peek(s, "a", 0, &list, ok));
    assert_int_equal(list.n, SC_STORE_EVENTS_MAX);
    assert_string_equal(list.rows[0].old_name, "n3");
    assert_string_equal(list.rows[list.n - 1].old_name, "n1002");
    assert_int_equal(count(s), SC_STORE_EVENTS_MAX + 1);

    struct sc_error err = SC_ERROR_INIT;
    SC_FREE char *big = malloc(SC_STORE_TEXT_MAX + 2);
    memset(big, 'x', SC_STORE_TEXT_MAX + 1);
    big[SC_STORE_TEXT_MAX + 1] = 0;
    struct sc_event_row event = {.kind = "k", .payload = big};
    assert_int_equal(sc_store_event_push(s, &event, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "payload of an event is longer than 1048576 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(who_is_due),
        store_test(events_come_back_as_pushed),
        store_test(a_batch_is_one_users),
        store_test(equal_events_become_one),
        store_test(an_event_pushed_again_is_not_done_by_who_saw_the_first),
        store_test(failed_events_wait_longer_each_time),
        store_test(the_queue_of_a_user_is_limited),
    };
    return cmocka_run_group_tests_name("store_events", tests, NULL, NULL);
}
