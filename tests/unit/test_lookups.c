/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who cannot be looked up is not gone: renames and deletions while the system's users cannot be
 * read. core/base/users.h is this file's own (the linker's --wrap), and so is what would end an
 * account. */
#include "tests/unit/test_store.h"
#include "tests/unit/no_log.h"

#include <errno.h>
#include <stdlib.h>
#include "core/account/account.h"
#include "core/account/identity.h"
#include "core/base/users.h"
#include "core/follow/follow.h"
#include "core/inventory/inventory.h"
#include "core/pass/forget.h"
#include "core/server/panel.h"

/* ---- the system's users ---- */

static struct {
    const char *name[3]; /* of uid 1001, 1002, 1003; NULL: no such account */
    const char *fails;   /* looking this name up fails, "#1001": this uid, */
    int answers;         /* after so many times in which it did not */
    unsigned forgotten;  /* accounts ended */
} sys;

static int look_up(const char *what, int found, struct sc_user *ret, struct sc_error *err)
{
    if (sys.fails && strcmp(sys.fails, what) == 0 && sys.answers-- <= 0)
        return sc_error_sys(err, EMFILE, "look up user %s", what);
    if (found < 0)
        return sc_error_set(err, SC_E_NOTFOUND, "User %s does not exist", what);
    *ret = (struct sc_user){.uid = (uid_t)(1001 + found),
                            .gid = (gid_t)(1001 + found),
                            .name = strdup(sys.name[found]),
                            .gecos = strdup(""),
                            .home = strdup("/nowhere/home"),
                            .shell = strdup("")};
    return 0;
}

int __wrap_sc_user_by_name(const char *name, struct sc_user *ret, struct sc_error *err);
int __wrap_sc_user_by_name(const char *name, struct sc_user *ret, struct sc_error *err)
{
    int found = -1;
    for (int i = 0; i < 3; i++)
        if (sys.name[i] && strcmp(sys.name[i], name) == 0)
            found = i;
    return look_up(name, found, ret, err);
}

int __wrap_sc_user_by_uid(uid_t uid, struct sc_user *ret, struct sc_error *err);
int __wrap_sc_user_by_uid(uid_t uid, struct sc_user *ret, struct sc_error *err)
{
    char text[16];
    snprintf(text, sizeof(text), "#%u", (unsigned)uid);
    bool known = uid > 1000 && uid < 1004 && sys.name[uid - 1001];
    return look_up(text, known ? (int)(uid - 1001) : -1, ret, err);
}

int __wrap_sc_pass_forget(struct sc_server *s, uid_t uid, struct sc_error *err);
int __wrap_sc_pass_forget(struct sc_server *s, uid_t uid, struct sc_error *err)
{
    sys.forgotten++;
    return sc_store_user_remove(s->store, uid, err);
}

int __wrap_sc_account_lock(uid_t uid, int wait_ms, int *ret_fd, struct sc_error *err);
int __wrap_sc_account_lock(uid_t uid, int wait_ms, int *ret_fd, struct sc_error *err)
{
    (void)uid, (void)wait_ms, (void)ret_fd, (void)err;
    return 0;
}

int __wrap_sc_panel_user(const struct sc_server *s, const char *user, struct sc_domains *ret,
                         struct sc_error *err);
int __wrap_sc_panel_user(const struct sc_server *s, const char *user, struct sc_domains *ret,
                         struct sc_error *err)
{
    (void)s, (void)user, (void)ret, (void)err; /* the panel has no domains of his any more */
    return 0;
}

/* ---- the world ---- */

struct world {
    char *path; /* of the database */
    char etc[32];
    struct sc_server s;
};

/* john, uid 1001, has an isolated site. */
static int setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    void *path = NULL;
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_site_row_done) struct sc_site_row site = {0};
    const struct sc_domain_row row = {.name = "a.example", .docroot = "/nowhere/home/a"};
    if (!w || store_setup(&path) < 0)
        return -1;
    w->path = path;
    strcpy(w->etc, "/tmp/sc-etc-XXXXXX");
    if (!mkdtemp(w->etc))
        return -1;
    w->s.store = store_open(path);
    w->s.policy.etc_dir = w->etc;
    w->s.policy.flag = "/nowhere/flag";
    memset(&sys, 0, sizeof(sys));
    assert_int_equal(sc_store_user_put(w->s.store, 1001, "john", "/nowhere/home", &err), 0);
    assert_int_equal(sc_store_domains_replace(w->s.store, 1001, &row, 1, NULL, &err), 0);
    assert_int_equal(
        sc_store_site_ensure(w->s.store, 1001, "/nowhere/home/a", NULL, NULL, &site, &err), 0);
    const struct sc_isolated_row isolated = {"a.example", site.id};
    assert_int_equal(sc_store_isolated_replace(w->s.store, 1001, &isolated, 1, NULL, &err), 0);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    void *path = w->path;
    char lock[64];
    sc_store_free(w->s.store);
    snprintf(lock, sizeof(lock), "%s/.site-isolation.lock", w->etc);
    (void)unlink(lock);
    int rc = rmdir(w->etc);
    free(w);
    return store_teardown(&path) < 0 ? -1 : rc;
}

static void tell(struct world *w, const char *user, const char *kind, const char *new_name)
{
    const struct sc_event_row e = {.user = user, .kind = kind, .new_name = new_name};
    assert_ok(sc_store_event_push(w->s.store, &e, ok));
}

static int follow(struct world *w, const char *user, struct sc_error *err)
{
    SC_CLEANUP(sc_event_list_done) struct sc_event_list events = {0};
    struct sc_follow f = {0};
    assert_ok(sc_store_events_peek(w->s.store, user, INT64_MAX, &events, ok));
    return sc_follow_account(&w->s, user, &events, &f, err);
}

static bool is_known(struct world *w)
{
    return store_int(w->s.store, "SELECT count(*) FROM isolated WHERE uid = 1001") == 1;
}

/* ---- following ---- */

static void control_who_is_gone_is_forgotten(void **state)
{
    struct world *w = *state;
    struct sc_error err = SC_ERROR_INIT;
    tell(w, "john", SC_KIND_USER_DELETED, NULL);
    assert_int_equal(follow(w, "john", &err), 0);
    assert_int_equal(sys.forgotten, 1);
    assert_false(is_known(w));
}

static void who_cannot_be_looked_up_is_not(void **state)
{
    static const char *const fails[] = {"john", "#1001"};
    struct world *w = *state;
    tell(w, "john", SC_KIND_USER_DELETED, NULL);
    for (size_t i = 0; i < 2; i++) {
        struct sc_error err = SC_ERROR_INIT;
        sys.fails = fails[i];
        sys.answers = 1 - (int)i; /* the first question about the name is whether he is root */
        assert_int_equal(follow(w, "john", &err), SC_E_SYS);
        assert_int_equal(err.sys, EMFILE);
        assert_int_equal(sys.forgotten, 0);
        assert_true(is_known(w));
    }
}

/* john becomes jane with another uid, and no look-up of her, be it the first or a later one, says
 * that she is there: john has no name and no uid any more, but is not gone. */
static void a_rename_that_cannot_be_looked_up_ends_nothing(void **state)
{
    struct world *w = *state;
    tell(w, "john", SC_KIND_USER_RENAMED, "jane");
    for (int answers = 0; answers < 6; answers++) {
        struct sc_error err = SC_ERROR_INIT;
        sys.fails = "jane";
        sys.answers = answers;
        int rc = follow(w, "john", &err);
        if (rc != 0)
            assert_int_equal(err.sys, EMFILE);
        assert_int_equal(sys.forgotten, 0);
        assert_true(is_known(w));
    }
    assert_true(sys.answers >= 0); /* all that is asked about her has failed once */
}

/* ---- identity ---- */

static void hints_are_not_used_up_by_an_error(void **state)
{
    (void)state;
    const struct sc_event_row renamed = {
        .user = "john", .kind = SC_KIND_USER_RENAMED, .new_name = "jane"};
    const struct sc_event_row deleted = {.user = "john", .kind = SC_KIND_USER_DELETED};
    sys.name[0] = "jane";
    assert_true(sc_identity_agrees(&renamed, 1001, "jane"));
    assert_true(sc_identity_agrees(&deleted, 1001, "jane"));
    sys.fails = "john";
    assert_false(sc_identity_agrees(&renamed, 1001, "jane"));
    assert_false(sc_identity_agrees(&deleted, 1001, "jane"));
}

/* john's uid was given to mary, who has nothing of his. */
static void a_verdict_needs_every_answer(void **state)
{
    struct world *w = *state;
    SC_CLEANUP(sc_event_list_done) struct sc_event_list hints = {0};
    SC_DOMAINS struct sc_domains none = SC_DOMAINS_INIT;
    const struct sc_identity me = {.uid = 1001,
                                   .gid = 1001,
                                   .user = "mary",
                                   .home = "/nowhere/mary",
                                   .homefd = -EBADF,
                                   .hints = &hints,
                                   .panel = &none};
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_verdict_done) struct sc_verdict v = {0};
    sys.name[0] = "mary";
    assert_int_equal(sc_identity_look(&w->s, &me, &v, &err), 0);
    assert_int_equal(v.n, 1);
    assert_int_equal(v.v[0].is, SC_IDENTITY_ANOTHERS);
    assert_int_equal(v.v[0].policy, SC_IDENTITY_ENDS);
    sc_verdict_done(&v);
    sys.fails = "john";
    assert_int_equal(sc_identity_look(&w->s, &me, &v, &err), SC_E_SYS);
    assert_int_equal(v.n, 0);
}

/* john has moved to uid 1002 and is called jane. */
static void who_moved_is_found_or_an_error(void **state)
{
    static const char *const fails[] = {"john", "#1001"};
    struct world *w = *state;
    SC_CLEANUP(sc_event_list_done) struct sc_event_list hints = {0};
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_verdict_done) struct sc_verdict v = {0};
    tell(w, "john", SC_KIND_USER_RENAMED, "jane");
    assert_ok(sc_store_events_about(w->s.store, "jane", NULL, &hints, ok));
    assert_int_equal(hints.n, 1);
    const struct sc_identity me = {.uid = 1002,
                                   .gid = 1002,
                                   .user = "jane",
                                   .home = "/nowhere/home",
                                   .homefd = -EBADF,
                                   .hints = &hints};
    sys.name[1] = "jane";
    assert_int_equal(sc_identity_look(&w->s, &me, &v, &err), 0);
    assert_int_equal(v.n, 1);
    sc_verdict_done(&v);
    for (size_t i = 0; i < 2; i++) {
        sys.fails = fails[i];
        assert_int_equal(sc_identity_look(&w->s, &me, &v, &err), SC_E_SYS);
        assert_int_equal(v.n, 0);
    }
}

#define with_john(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_john(control_who_is_gone_is_forgotten),
        with_john(who_cannot_be_looked_up_is_not),
        with_john(a_rename_that_cannot_be_looked_up_ends_nothing),
        with_john(hints_are_not_used_up_by_an_error),
        with_john(a_verdict_needs_every_answer),
        with_john(who_moved_is_found_or_an_error),
    };
    return cmocka_run_group_tests_name("lookups", tests, NULL, NULL);
}
