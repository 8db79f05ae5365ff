/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many sites by one call. */
#include "tests/unit/world/engine.h"

#include "core/base/error_code.h"
#include "core/engine/many.h"

static struct sc_many result;

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    sc_many_done(&result);
    enable_anyway = false;
    return rc;
}

static int end(void **state)
{
    sc_many_done(&result);
    return world_teardown(state);
}

#define engine_test(f) cmocka_unit_test_setup_teardown(f, complete, end)

/* What became of it: "a:done b:failed=not_covered". */
static const char *became(void)
{
    static char text[1024];
    static const char *const words[] = {"open", "done", "skipped=", "failed="};
    text[0] = 0;
    for (size_t i = 0; i < result.n; i++) {
        const struct sc_many_site *s = &result.v[i];
        size_t n = strlen(text);
        snprintf(text + n, sizeof(text) - n, "%s%.*s:%s%s", n ? " " : "",
                 (int)strcspn(s->domain, "."), s->domain, words[s->is], s->code ? s->code : "");
    }
    return text;
}

static int stop_after; /* accounts */
static bool stop_now(void)
{
    return stop_after-- <= 0;
}

static int many(const struct sc_many_which *which, const struct sc_many_how *how)
{
    sc_many_done(&result);
    noticed[0] = 0;
    world.err = (struct sc_error)SC_ERROR_INIT;
    return sc_engine_many(&world.s, which, how, &watcher, &result, &world.err);
}

static const struct sc_many_which all = {.all = true};
static const struct sc_many_how on = {.enable = true}, off = {.enable = false};

static void all_of_all(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    enable_anyway = true;
    assert_good(enable("b.example"));
    const struct sc_many_how how = {.enable = true, .how = {.anyway = true}};
    assert_good(many(&all, &how));
    assert_string_equal(became(), "a:done b:skipped=already m:done");
    assert_int_equal(progressed, 2);
    assert_string_equal(isolated("mary"), "m:60002");
    assert_good(many(&all, &how)); /* none twice */
    assert_string_equal(became(), "a:skipped=already b:skipped=already m:skipped=already");
    assert_good(many(&all, &off));
    assert_string_equal(became(), "a:done b:done m:done");
    assert_string_equal(isolated("john"), "");
}

static void those_of_a_user_but_one(void **state)
{
    (void)state;
    account("john", "a b c");
    account("mary", "m n");
    const struct sc_many_how how = {.enable = true, .how = {.anyway = true}};
    const char *const users[] = {"john"}, *const except[] = {"B.example."},
                      *const names[] = {"m.example"};
    const struct sc_many_which which = {names, 1, users, 1, except, 1, false};
    const struct sc_many_how dry = {.enable = true, .dry_run = true, .how = {.anyway = true}};
    assert_good(many(&which, &dry));
    assert_string_equal(became(), "a:done b:skipped=excluded c:done m:done");
    assert_string_equal(isolated("john"), "");
    assert_good(many(&which, &how));
    assert_string_equal(became(), "a:done b:skipped=excluded c:done m:done");
    assert_string_equal(isolated("john"), "a:60000 c:60001");
    assert_string_equal(isolated("mary"), "m:60002");
}

/* A site is its document root: who leaves out one of its names leaves out the site. */
static void other_names_of_what_is_left_out(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "alias", "a.example");
    const struct sc_many_how how = {.enable = true, .how = {.anyway = true}};
    const char *const except[] = {"a.example"};
    const struct sc_many_which but_a = {.all = true, .except = except, .n_except = 1};
    assert_good(many(&but_a, &how));
    assert_string_equal(became(), "a:skipped=excluded alias:skipped=excluded b:done");
    assert_string_equal(isolated("john"), "b:60000");
    assert_good(many(&all, &how));
    assert_string_equal(became(), "a:done alias:done b:skipped=already");
    assert_good(many(&but_a, &off));
    assert_string_equal(became(), "a:skipped=excluded alias:skipped=excluded b:done");
    assert_string_equal(isolated("john"), "a:60001 alias:60001");
    assert_int_equal(result.others.n, 0);
}

/* … also where the panel calls the document root by a link. */
static void other_spellings_of_what_is_left_out(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    home_link("john", "link", "a.example");
    domain("john", "spelled", "link");
    const struct sc_many_how how = {.enable = true, .how = {.anyway = true}};
    const char *const a[] = {"a.example"}, *const spelled[] = {"spelled.example"};
    const struct sc_many_which but_a = {.all = true, .except = a, .n_except = 1};
    const struct sc_many_which but_spelled = {.all = true, .except = spelled, .n_except = 1};
    assert_good(many(&but_a, &how));
    assert_string_equal(became(), "a:skipped=excluded b:done spelled:skipped=excluded m:done");
    assert_string_equal(isolated("john"), "b:60000");
    assert_good(many(&but_spelled, &how));
    assert_string_equal(isolated("john"), "b:60000");
    enable_anyway = true;
    assert_good(enable("a.example"));
    assert_good(many(&but_spelled, &off)); /* spelled is not isolated itself; its site is */
    assert_string_equal(became(), "a:skipped=excluded b:done spelled:skipped=excluded m:done");
    assert_string_equal(isolated("john"), "a:60002");
    users_remove("mary"); /* an account that is gone has no home to look at */
    const char *const m[] = {"m.example"};
    assert_good(many(&(struct sc_many_which){.all = true, .except = m, .n_except = 1}, &off));
    assert_string_equal(isolated("john"), "");
}

/* What would be disabled has all the names that disable names. */
static void a_dry_run_names_all_that_would_end(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "alias", "a.example");
    domain("john", "third", "a.example");
    enable_anyway = true;
    assert_good(enable("a.example alias.example b.example"));
    const char *const names[] = {"a.example"}, *const other[] = {"Third.Example"};
    const struct sc_many_which one = {.domains = names, .n_domains = 1};
    const struct sc_many_how dry = {.dry_run = true};
    assert_good(many(&one, &dry));
    assert_string_equal(became(), "a:done");
    assert_int_equal(result.others.n, 1);
    assert_string_equal(result.others.v[0], "alias.example");
    SC_CLEANUP(sc_names_done) struct sc_names others = {0};
    assert_good(sc_engine_disable_dry(&world.s, other, 1, &watcher, &others, &world.err));
    assert_int_equal(others.n, 2);
    assert_string_equal(others.v[0], "a.example");
    assert_string_equal(isolated("john"), "a:60000 alias:60000 b:60001");
    assert_good(many(&one, &off));
    assert_int_equal(result.others.n, 1);
    assert_string_equal(isolated("john"), "b:60001");
    const char *const nobodys[] = {"x.example"};
    assert_bad(sc_engine_disable_dry(&world.s, nobodys, 1, &watcher, &others, &world.err),
               SC_E_NOTFOUND, "x.example");
}

/* Nothing begins where a name is wrong. */
static void names_are_checked_first(void **state)
{
    (void)state;
    account("john", "a");
    account("mary", "m");
    const struct sc_many_how how = {.enable = true, .keep_going = true, .how = {.anyway = true}};
    const char *const names[] = {"a.example", "x.example"}, *const nobody[] = {"nobody-here"},
                      *const mary[] = {"mary"};
    assert_bad(many(&(struct sc_many_which){.domains = names, .n_domains = 2}, &how), SC_E_NOTFOUND,
               "x.example");
    assert_bad(many(&(struct sc_many_which){.all = true, .except = names, .n_except = 2}, &how),
               SC_E_NOTFOUND, "x.example");
    assert_bad(many(
                   &(struct sc_many_which){
                       .domains = names, .n_domains = 1, .users = nobody, .n_users = 1},
                   &how),
               SC_E_NOTFOUND, "nobody-here");
    assert_good(sc_policy_deny_users(&world.s.policy, mary, 1, &world.err));
    assert_bad(
        many(&(struct sc_many_which){.domains = names, .n_domains = 1, .users = mary, .n_users = 1},
             &how),
        SC_E_DENIED, "not allowed for user mary");
    assert_string_equal(sc_error_word(&world.err), "not_allowed");
    assert_string_equal(isolated("john"), "");
    assert_good(many(&all, &how)); /* of all users only those who may are meant */
    assert_string_equal(became(), "a:done m:skipped=not_allowed");
    assert_good(sc_policy_deny_all(&world.s.policy, &world.err));
    assert_bad(many(&all, &how), SC_E_NOTENABLED, "is not enabled");
}

/* One that cannot be done: it ends the call, or the others are done. */
static void one_that_fails(void **state)
{
    (void)state;
    account("adam", "x");
    account("john", "a b c d");
    account("mary", "m");
    home_remove("john", "c.example");
    const struct sc_many_how stops = {.enable = true, .how = {.anyway = true}};
    const struct sc_many_how goes_on = {
        .enable = true, .keep_going = true, .how = {.anyway = true}};
    assert_bad(many(&all, &stops), SC_E_INVAL, "c.example cannot be isolated");
    assert_string_equal(sc_error_word(&world.err), "cannot_be_isolated");
    assert_non_null(
        strstr(world.err.text, "(1 of 6 sites are done; --keep-going does the others)"));
    assert_int_equal(result.of[SC_MANY_DONE], 1);
    assert_string_equal(isolated("john"), "");
    assert_string_equal(isolated("mary"), "");
    assert_bad(many(&all, &goes_on), SC_E_INVAL, "1 of 5 sites failed; the first: c.example");
    assert_string_equal(sc_error_word(&world.err), "some_failed");
    assert_string_equal(became(), "x:skipped=already a:done b:done c:failed=cannot_be_isolated "
                                  "d:done m:done");
    assert_string_equal(isolated("mary"), "m:60004");
}

/* Trouble of an account is said of each of its sites, and tried once. */
static void an_account_that_fails(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    wants_text("john", "{");
    const struct sc_many_how goes_on = {
        .enable = true, .keep_going = true, .how = {.anyway = true}};
    assert_bad(many(&all, &goes_on), SC_E_INVAL, "2 of 3 sites failed");
    assert_string_equal(became(), "a:failed=invalid b:failed=invalid m:done");
}

static void interrupted(void **state)
{
    (void)state;
    account("adam", "x y");
    account("john", "a b");
    account("mary", "m");
    const struct sc_many_how stops = {.enable = true, .how = {.anyway = true}, .stop = stop_now};
    stop_after = 1;
    assert_bad(many(&all, &stops), SC_E_BUSY, "interrupted: 2 of 5 sites are done");
    assert_string_equal(sc_error_word(&world.err), "interrupted");
    assert_string_equal(became(), "x:done y:done a:open b:open m:open");
    stop_after = 100;
    assert_good(many(&all, &stops));
    assert_string_equal(became(), "x:skipped=already y:skipped=already a:done b:done m:done");
}

/* Killed in the middle of an account's pass: what it had begun is completed, and is not done again. */
static void killed(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    const struct sc_many_how how = {.enable = true, .how = {.anyway = true}};
    stop_before("table");
    assert_int_not_equal(many(&all, &how), 0);
    stop_before(NULL);
    assert_true(is_pending(1001));
    assert_pass("john"); /* as the next command's sc_pass_recover() */
    assert_good(many(&all, &how));
    assert_string_equal(became(), "a:skipped=already b:skipped=already m:done");
}

static void nothing(void)
{
}

/* The same where nobody has completed it (its lock was somebody's when that was tried): what the database has of
 * it is not in force, so it is no reason to leave it out. */
static void killed_and_not_completed(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    const struct sc_many_how how = {.enable = true, .how = {.anyway = true}};
    program_does(SC_FINISH_EXE " --left", nothing);
    stop_before("table");
    assert_int_not_equal(many(&all, &how), 0);
    stop_before(NULL);
    assert_string_equal(isolated("john"), "a:60000 b:60001");
    assert_true(is_pending(1001)); /* the control: it looks as if it were done */
    assert_good(many(&all, &how));
    assert_string_equal(became(), "a:done b:done m:done");
    assert_false(is_pending(1001));
    stop_before("ended");
    assert_int_not_equal(many(&all, &off), 0);
    stop_before(NULL);
    assert_string_equal(isolated("john"), "");
    assert_true(is_pending(1001));
    assert_good(many(&all, &off));
    assert_string_equal(became(), "a:skipped=already b:skipped=already m:done");
    assert_false(is_pending(1001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        engine_test(all_of_all),
        engine_test(those_of_a_user_but_one),
        engine_test(other_names_of_what_is_left_out),
        engine_test(other_spellings_of_what_is_left_out),
        engine_test(a_dry_run_names_all_that_would_end),
        engine_test(names_are_checked_first),
        engine_test(one_that_fails),
        engine_test(an_account_that_fails),
        engine_test(interrupted),
        engine_test(killed),
        engine_test(killed_and_not_completed),
    };
    (void)on;
    return world_run(tests);
}
