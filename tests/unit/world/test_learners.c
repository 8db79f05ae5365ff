/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many domains an account's own file may have learn: more are isolated, which is the closed answer. */
#include "tests/unit/fakes/world.h"

#include "core/account/account.h"
#include "core/facts/gather.h"

static struct sc_account a;
static struct sc_facts f;

static int setup(void **state)
{
    a = (struct sc_account)SC_ACCOUNT_INIT;
    return world_setup(state);
}

static int teardown(void **state)
{
    sc_facts_done(&f);
    sc_account_done(&a);
    return world_teardown(state);
}

#define learners_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* ~/.lve/domains.json: these learn until then. */
static void learn(const char *user, const char *names, int64_t until)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    SC_FREE char *copy = strdup(names);
    char *save = NULL;
    sc_buf_str(&b, "{\"domains\": {");
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
        sc_buf_fmt(&b, "%s\"%s.example\": {\"isolated\": false, \"learning_until\": %lld}",
                   strchr(b.data, ':') == strrchr(b.data, ':') ? "" : ", ", w, (long long)until);
    sc_buf_str(&b, "}}");
    wants_text(user, b.data);
}

static void gather(const char *user)
{
    sc_facts_done(&f);
    sc_account_done(&a);
    a = (struct sc_account)SC_ACCOUNT_INIT;
    assert_good(sc_account_open(user, 0, &a, &world.err));
    assert_good(sc_facts_gather(&world.s, &a, SC_FACTS_STRICT, NULL, &f, &world.err));
}

/* "LEARNING: those that are isolated instead". */
static const char *learners(const char *user)
{
    static char out[512];
    gather(user);
    snprintf(out, sizeof(out), "%zu: %s", f.learning,
             f.not_learning.len ? f.not_learning.data : "");
    sc_facts_done(&f);
    sc_account_done(&a);
    return out;
}

static void as_many_as_may_learn(void **state)
{
    (void)state;
    account("john", "a b c d e");
    assert_string_equal(learners("john"), "0: ");
    learn("john", "a b c d", world.now + 1000);
    assert_string_equal(learners("john"), "4: ");
    learn("john", "a b c d e", world.now - 1); /* their time is over */
    assert_string_equal(learners("john"), "0: ");
    learn("john", "a gone other.host",
          world.now + 1000); /* what the panel does not have counts not */
    assert_string_equal(learners("john"), "1: ");
}

static void those_beyond_are_isolated(void **state)
{
    (void)state;
    account("john", "a b c d e f");
    learn("john", "a b c d e f", world.now + 1000);
    assert_string_equal(learners("john"), "6: e.example f.example");
    assert_pass("john");
    assert_string_equal(isolated("john"), "e:60004 f:60005");
    assert_string_equal(wanted("john"), "e f");
    assert_string_equal(learners("john"), "4: ");
}

/* Who learns already goes on; it is the new one that may not. */
static void who_learns_already_goes_on(void **state)
{
    (void)state;
    account("john", "a b c d e");
    learn("john", "b c d e", world.now + 1000);
    assert_pass("john");
    assert_string_equal(isolated("john"), "");
    learn("john", "a b c d e", world.now + 2000);
    assert_string_equal(learners("john"), "5: a.example");
    assert_pass("john");
    assert_string_equal(wanted("john"), "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        learners_test(as_many_as_may_learn),
        learners_test(those_beyond_are_isolated),
        learners_test(who_learns_already_goes_on),
    };
    return world_run(tests);
}
