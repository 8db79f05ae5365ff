/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole server for unit tests of passes and of what is around them: accounts with homes, a panel,
 * a database, a policy and a clock that the test sets. All but the homes and the database, which lie
 * in a directory of the test's, is in memory. Tests read as scenarios:
 *
 *     account("john", "a b");          // a home with two document roots, which the panel lists
 *     wants("john", "a");              // ~/.lve/domains.json
 *     assert_pass("john");
 *     assert_string_equal(hides("john", "a"), "b.example");
 *
 * Its sitecage.conf says `home = shared`, so that plans tell what they close.
 * Domains are called NAME.example, their document roots HOME/NAME.example; words say NAME. Needs
 * root: homes belong to their users. */
#ifndef SC_TESTS_FAKES_WORLD_H
#define SC_TESTS_FAKES_WORLD_H

#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/facts/facts.h"
#include "core/pass/pass.h"
#include "core/server/server.h"
#include "tests/unit/fakes/panel.h"
#include "tests/unit/fakes/programs.h"
#include "tests/unit/fakes/root.h"
#include "tests/unit/fakes/tools.h"
#include "tests/unit/fakes/users.h"

struct world {
    struct sc_server s;
    struct sc_error err; /* of the last call below that failed */
    int64_t now;
};
extern struct world world;

int world_setup(void **state);
int world_teardown(void **state);

/* For commands: a panel's adapter is installed (cPanel's), its hooks are in place, and a trial view
 * can be built. */
void world_complete(void);

#define world_test(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

/* For main(): runs them, or says 77 (ctest: skipped) to who is not root. */
#define world_run(tests)                                                                           \
    (geteuid() ? (print_message("needs root: homes belong to their users\n"), 77)                  \
               : cmocka_run_group_tests(tests, NULL, NULL))

/* ---- accounts and homes ---- */

/* A user (uids rise from 1001) with these domains; "" for none. Returns the uid. */
uid_t account(const char *user, const char *names);
uid_t uid_of(const char *user);
/* One more domain of an account, its document root at `rel` in the home (NULL: where it is usual). */
void domain(const char *user, const char *name, const char *rel);

/* An absolute path in a home; holds for the next seven calls. */
const char *in_home(const char *user, const char *rel);
/* Directories and files in a home, the user's own. */
void home_mkdir(const char *user, const char *rel);
void home_put(const char *user, const char *rel, const char *text);
void home_link(const char *user, const char *rel, const char *target);
void home_remove(const char *user, const char *rel); /* with all that is in it */
bool home_has(const char *user, const char *rel);
/* How many sites have storage in the home. */
unsigned storages(const char *user);

/* ~/.lve/domains.json: these are isolated; the text as it is; no file. */
void wants(const char *user, const char *names);
void wants_text(const char *user, const char *json);
void wants_nothing(const char *user);
/* The names that the file has as isolated: "a b". */
const char *wanted(const char *user);

/* ---- what a hook tells ---- */

void told(const char *user, const char *kind, const char *old_name, const char *new_name);
unsigned events_waiting(void);

/* ---- passes ---- */

/* A pass over the account, as regenerate and the daemon make it. */
int pass(const char *user);
#define assert_pass(user) assert_good(pass(user))
/* One with a wish: the words are names. */
int change(const char *user, const char *enable, const char *disable);

/* --remount of the account, without a look at the daemon. */
int remount(const char *user);

#define assert_good(call)                                                                          \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            fail_msg("%s: %s", #call, world.err.text);                                             \
    } while (0)
/* The call fails with this code, and its text has the part. */
#define assert_bad(call, want_code, part)                                                          \
    do {                                                                                           \
        world.err = (struct sc_error)SC_ERROR_INIT;                                                \
        assert_int_equal((call), want_code);                                                       \
        assert_error_has(&world.err, want_code, part);                                             \
    } while (0)

/* ---- what was made ---- */

/* The isolated names by the database: "a:60000 b:60001". */
const char *isolated(const char *user);
/* The account's table: "a:60000 b:0"; "none". */
const char *table(const char *user);
/* The id of the domain's site; 0: it has none. */
unsigned site_id(const char *user, const char *name);
struct fake_site *site_of(const char *user, const char *name); /* fails the test without one */
/* What the plan of the domain's site closes in the home, but ~/.cagefs and ~/.lve: "b.example". */
const char *hides(const char *user, const char *name);
/* The same of its running view: what it shows now. */
const char *view_hides(const char *user, const char *name);
/* Whether a pass over the account is unfinished; why its state is stale, "" when it is not. */
bool is_pending(uid_t uid);
const char *stale(const char *user);
/* The names that the database says the panel has of the user: "a b". */
const char *known(const char *user);
/* The integer that `sql` gives. */
int64_t stored(const char *sql);

/* Steps: the pass stops before this one, with an error, as one that was killed; NULL: none does. */
void stop_before(const char *step);
/* The steps of the last pass: "ask identify facts …". */
const char *steps(void);

#endif
