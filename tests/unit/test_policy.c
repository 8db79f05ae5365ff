/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include "core/base/vec.h"
#include "core/policy/policy.h"

#define D "etc/site-isolation.users.denied"
#define A "etc/site-isolation.users.allowed"
#define F "flags/on.flag"

static struct tempdir t;
static struct sc_policy_paths paths;
static char etc[96], flag[96];
static struct sc_error err;

static int setup(void **state)
{
    (void)state;
    tempdir_make(&t);
    snprintf(etc, sizeof(etc), "%s/etc", t.path);
    snprintf(flag, sizeof(flag), "%s/" F, t.path);
    paths = (struct sc_policy_paths){etc, flag, geteuid()};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tempdir_remove(&t);
    return 0;
}

static enum sc_policy_mode mode(void)
{
    enum sc_policy_mode m = SC_MODE_UNSET;
    if (sc_policy_mode(&paths, &m, &err) < 0)
        fail_msg("%s", err.text);
    return m;
}

static bool enabled(void)
{
    bool on = false;
    assert_int_equal(sc_policy_enabled(&paths, &on, NULL), 0);
    return on;
}

static bool allowed(const char *user)
{
    bool yes = false;
    if (sc_policy_user_allowed(&paths, user, &yes, &err) < 0)
        fail_msg("%s", err.text);
    return yes;
}

#define OK(call)                                                                                   \
    do {                                                                                           \
        if ((call) < 0)                                                                            \
            fail_msg("%s", err.text);                                                              \
    } while (0)

static void allow(const char *user)
{
    OK(sc_policy_allow_users(&paths, &user, 1, &err));
}

static void deny(const char *user)
{
    OK(sc_policy_deny_users(&paths, &user, 1, &err));
}

static void nobody_is_allowed_at_first(void **state)
{
    (void)state;
    assert_int_equal(mode(), SC_MODE_UNSET);
    assert_string_equal(sc_policy_mode_name(mode()), "unset");
    assert_false(enabled());
    assert_false(allowed("john"));
    const char *john = "john";
    assert_int_equal(sc_policy_deny_users(&paths, &john, 1, &err), SC_E_NOTENABLED);
    assert_error(&err, SC_E_NOTENABLED, "CloudLinux Isolates is not enabled");
    assert_false(exists(&t, "etc"));
}

static void allow_all_with_exceptions(void **state)
{
    (void)state;
    OK(sc_policy_allow_all(&paths, &err));
    assert_true(enabled());
    assert_int_equal(mode(), SC_MODE_ALLOW_ALL);
    assert_string_equal(sc_policy_mode_name(mode()), "allow_all");
    assert_true(exists(&t, D));
    assert_false(exists(&t, A));
    assert_true(allowed("john"));
    deny("john");
    deny("john");
    assert_true(exists(&t, D "/john"));
    assert_false(allowed("john"));
    assert_true(allowed("jane"));
    OK(sc_policy_allow_all(&paths, &err)); /* keeps exceptions */
    assert_false(allowed("john"));
    allow("john");
    allow("john");
    assert_true(allowed("john"));
    assert_false(exists(&t, D "/john"));
}

static void deny_all_empties_the_allowed_and_saves_the_denied(void **state)
{
    (void)state;
    OK(sc_policy_allow_all(&paths, &err));
    deny("john");
    OK(sc_policy_deny_all(&paths, &err));
    assert_false(enabled());
    assert_int_equal(mode(), SC_MODE_DENY_ALL);
    assert_string_equal(sc_policy_mode_name(mode()), "deny_all");
    assert_false(exists(&t, D));
    assert_true(exists(&t, D ".saved/john"));
    assert_false(allowed("jane"));
    allow("jane");
    allow("john");
    assert_true(enabled());
    assert_true(allowed("jane"));
    assert_true(exists(&t, A "/jane"));
    deny("john");
    assert_false(allowed("john"));
    assert_true(allowed("jane"));
    OK(sc_policy_deny_all(&paths, &err));
    assert_false(allowed("jane"));
    assert_false(exists(&t, A "/jane"));
    OK(sc_policy_deny_all(&paths, &err));
    OK(sc_policy_allow_all(&paths, &err));
    assert_false(allowed("john")); /* denied before, denied again */
    assert_true(allowed("jane"));
    assert_true(exists(&t, A ".saved"));
    OK(sc_policy_deny_all(&paths, &err));
    assert_false(exists(&t, A ".saved"));
}

static void the_first_one_allowed_sets_up_deny_all(void **state)
{
    (void)state;
    const char *const both[] = {"john", "jane"};
    OK(sc_policy_allow_users(&paths, both, 2, &err));
    assert_int_equal(mode(), SC_MODE_DENY_ALL);
    assert_true(enabled());
    assert_true(allowed("john"));
    assert_true(allowed("jane"));
    assert_false(allowed("jim"));
}

static void toggling_keeps_both_lists(void **state)
{
    (void)state;
    enum sc_policy_mode m;
    OK(sc_policy_toggle(&paths, &m, &err));
    assert_int_equal(m, SC_MODE_ALLOW_ALL);
    assert_true(enabled());
    deny("john");
    OK(sc_policy_toggle(&paths, &m, &err));
    assert_int_equal(m, SC_MODE_DENY_ALL);
    assert_int_equal(mode(), SC_MODE_DENY_ALL);
    assert_true(exists(&t, D ".saved/john"));
    assert_false(exists(&t, D));
    allow("jane");
    OK(sc_policy_toggle(&paths, &m, &err));
    assert_int_equal(m, SC_MODE_ALLOW_ALL);
    assert_false(allowed("john"));
    assert_true(allowed("jim"));
    assert_true(exists(&t, A ".saved/jane"));
    assert_false(exists(&t, A));
    assert_false(exists(&t, D ".saved"));
    OK(sc_policy_toggle(&paths, &m, &err));
    assert_true(allowed("jane"));
    assert_false(allowed("jim"));
    assert_false(exists(&t, A ".saved"));
    /* A flag that is off stays off. */
    OK(sc_policy_deny_all(&paths, &err));
    OK(sc_policy_toggle(&paths, &m, &err));
    assert_int_equal(m, SC_MODE_ALLOW_ALL);
    assert_false(enabled());
    assert_false(allowed("john"));
}

static void both_directories_mean_deny_all(void **state)
{
    (void)state;
    enum sc_policy_mode m;
    OK(sc_policy_allow_all(&paths, &err));
    deny("john");
    put_dir(&t, A);
    put_file(&t, A "/jane", "");
    assert_int_equal(mode(), SC_MODE_DENY_ALL);
    assert_true(allowed("jane"));
    assert_false(allowed("jim"));
    allow("jim"); /* repairs */
    assert_int_equal(mode(), SC_MODE_DENY_ALL);
    assert_false(exists(&t, D));
    assert_true(exists(&t, D ".saved/john"));
    assert_true(allowed("jim"));
    /* Lists beside their saved ones: of denied users all count, of allowed ones the active. */
    put_dir(&t, D);
    put_file(&t, D "/joe", "");
    put_dir(&t, A ".saved");
    put_file(&t, A ".saved/mallory", "");
    OK(sc_policy_toggle(&paths, &m, &err));
    assert_int_equal(m, SC_MODE_ALLOW_ALL);
    assert_false(allowed("john"));
    assert_false(allowed("joe"));
    assert_false(exists(&t, D ".saved"));
    assert_true(exists(&t, A ".saved/jane"));
    assert_false(exists(&t, A ".saved/mallory"));
    put_dir(&t, D ".saved");
    put_file(&t, D ".saved/jack", "");
    allow("joe");
    assert_true(allowed("joe"));
    assert_false(allowed("jack"));
    assert_false(exists(&t, D ".saved"));
}

static void takes_only_user_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    ".",    "..",   "a/b",  "../x", "a b",
                                      "a\n", "\x7f", "\xc3", "/etc", NULL};
    char longest[SC_POLICY_USER_MAX + 2];
    memset(longest, 'a', sizeof(longest) - 1);
    longest[SC_POLICY_USER_MAX + 1] = 0;
    for (size_t i = 0; bad[i]; i++) {
        const char *const names[] = {"good", bad[i]};
        bool yes;
        assert_int_equal(sc_policy_allow_users(&paths, names, 2, &err), SC_E_INVAL);
        assert_int_equal(sc_policy_user_allowed(&paths, bad[i], &yes, &err), SC_E_INVAL);
    }
    assert_error(&err, SC_E_INVAL, "'/etc' is not a user name");
    const char *p = longest;
    assert_int_equal(sc_policy_allow_users(&paths, &p, 1, &err), SC_E_INVAL);
    assert_false(exists(&t, "etc"));
    p = longest + 1;
    OK(sc_policy_allow_users(&paths, &p, 1, &err));
    assert_true(allowed(p));
    assert_false(allowed("good"));
}

static void all_users_or_none(void **state)
{
    (void)state;
    allow("john");
    put_dir(&t, "flags/x");
    /* The flag cannot be made: its directory is a file. */
    assert_int_equal(unlinkat(t.fd, F, 0), 0);
    assert_int_equal(unlinkat(t.fd, "flags/x", AT_REMOVEDIR), 0);
    assert_int_equal(unlinkat(t.fd, "flags", AT_REMOVEDIR), 0);
    put_file(&t, "flags", "");
    const char *const two[] = {"john", "jane"};
    assert_int_equal(sc_policy_allow_users(&paths, two, 2, &err), SC_E_SYS);
    assert_true(allowed("john")); /* was before */
    assert_false(allowed("jane"));
    bool on;
    assert_int_equal(sc_policy_enabled(&paths, &on, &err), SC_E_SYS); /* not knowing is not "off" */
}

static void refuses_what_others_could_have_made(void **state)
{
    (void)state;
    enum sc_policy_mode m = SC_MODE_UNSET;
    bool yes = false;
    char want[256];
    OK(sc_policy_allow_all(&paths, &err));
    assert_int_equal(chmod(at(&t, D), 0777), 0);
    assert_int_equal(sc_policy_user_allowed(&paths, "john", &yes, &err), SC_E_DENIED);
    snprintf(want, sizeof(want), "%s can be written by others than its owner: run chmod go-w on it",
             at(&t, D));
    assert_error(&err, SC_E_DENIED, want);
    assert_int_equal(chmod(at(&t, D), 0700), 0);
    assert_int_equal(chmod(at(&t, "etc"), 0777), 0);
    assert_int_equal(sc_policy_mode(&paths, &m, &err), SC_E_DENIED);
    assert_int_equal(chmod(at(&t, "etc"), 0755), 0);
    put_link(&t, A, t.path);
    assert_int_equal(sc_policy_mode(&paths, &m, &err), SC_E_INVAL);
    snprintf(want, sizeof(want), "%s is not a directory: remove it", at(&t, A));
    assert_error(&err, SC_E_INVAL, want);
    assert_false(yes);
}

/* Makes the state that a kill after some step of a change leaves, then checks that nobody gained by
 * it and that the same call completes it. The steps are those of policy.c, in their order. */
static void interrupted_changes_complete(void **state)
{
    (void)state;
    enum sc_policy_mode m;
    /* deny_all from allow_all with a saved allowed list: killed after each of its five steps. */
    for (int steps = 1; steps <= 5; steps++) {
        OK(sc_policy_allow_all(&paths, &err));
        deny("john");
        if (exists(&t, A ".saved"))
            assert_int_equal(sc_remove_tree_beneath(t.fd, A ".saved", NULL), 0);
        put_dir(&t, A ".saved");
        put_file(&t, A ".saved/jane", "");
        if (steps >= 1)
            put_dir(&t, A);
        if (steps >= 2)
            assert_int_equal(unlinkat(t.fd, A ".saved/jane", 0), 0);
        if (steps >= 3)
            assert_int_equal(unlinkat(t.fd, A ".saved", AT_REMOVEDIR), 0);
        if (steps >= 4)
            assert_int_equal(renameat(t.fd, D, t.fd, D ".saved"), 0);
        if (steps >= 5)
            assert_int_equal(unlinkat(t.fd, F, 0), 0);
        assert_int_equal(mode(), SC_MODE_DENY_ALL);
        assert_false(allowed("john"));
        assert_false(allowed("jane"));
        OK(sc_policy_deny_all(&paths, &err));
        assert_false(enabled());
        assert_false(exists(&t, A ".saved"));
        assert_false(exists(&t, D));
        assert_true(exists(&t, D ".saved/john"));
        assert_false(allowed("jane"));
    }
    /* allow_all from deny_all: denied restored; allowed saved; flag. */
    for (int steps = 1; steps <= 2; steps++) {
        OK(sc_policy_deny_all(&paths, &err));
        assert_int_equal(renameat(t.fd, D ".saved", t.fd, D), 0);
        assert_int_equal(mode(), SC_MODE_DENY_ALL);
        assert_false(allowed("jim"));
        if (steps >= 2)
            assert_int_equal(renameat(t.fd, A, t.fd, A ".saved"), 0);
        assert_false(enabled());
        OK(sc_policy_allow_all(&paths, &err));
        assert_true(enabled());
        assert_int_equal(mode(), SC_MODE_ALLOW_ALL);
        assert_false(allowed("john"));
        assert_true(allowed("jim"));
        assert_false(exists(&t, A));
    }
    /* toggle to allow_all, killed after the denied list was restored: still deny_all, so that the
     * same call goes on to allow_all. */
    OK(sc_policy_deny_all(&paths, &err));
    assert_int_equal(renameat(t.fd, D ".saved", t.fd, D), 0);
    OK(sc_policy_toggle(&paths, &m, &err));
    assert_int_equal(m, SC_MODE_ALLOW_ALL);
    assert_false(exists(&t, A));
    assert_true(exists(&t, D "/john"));
    /* Merging two denied lists, killed half-way: the users of both stay denied. */
    put_dir(&t, D ".saved");
    put_file(&t, D ".saved/joe", "");
    put_file(&t, D ".saved/john", "");
    OK(sc_policy_deny_all(&paths, &err));
    assert_true(exists(&t, D ".saved/joe"));
    assert_true(exists(&t, D ".saved/john"));
}

static void changes_exclude_each_other(void **state)
{
    (void)state;
    OK(sc_policy_allow_all(&paths, &err));
    deny("john");
    /* An even number of toggles by four processes at once ends where it began, with nothing
     * lost. */
    pid_t pids[4];
    for (int i = 0; i < 4; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            enum sc_policy_mode m;
            int bad = 0;
            for (int k = 0; k < 10; k++)
                bad |= sc_policy_toggle(&paths, &m, NULL);
            _exit(bad ? 1 : 0);
        }
    }
    /* Readers meanwhile see one of the two modes and never let john in. */
    for (int i = 0; i < 200; i++) {
        assert_true(mode() != SC_MODE_UNSET);
        assert_false(allowed("john"));
    }
    for (int i = 0; i < 4; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(mode(), SC_MODE_ALLOW_ALL);
    assert_true(exists(&t, D "/john"));
    assert_false(exists(&t, D ".saved"));
    struct stat st;
    assert_int_equal(fstatat(t.fd, "etc/.site-isolation.lock", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600); /* no user can hold it */
}

/* Runs `change` in a child that is killed at its `stop`th entry to or return from a system call.
 * Whether it was; false when it came to its end before. */
static bool run_and_kill(int (*change)(void), int stop)
{
    int status = 0;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        _exit(change() < 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    for (int i = 0; WIFSTOPPED(status) && i < stop; i++) {
        assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
    }
    if (WIFSTOPPED(status)) {
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return true;
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return false;
}

static int change_allow_all(void)
{
    return sc_policy_allow_all(&paths, &err);
}

static int change_deny_all(void)
{
    return sc_policy_deny_all(&paths, &err);
}

static int change_toggle(void)
{
    enum sc_policy_mode m;
    return sc_policy_toggle(&paths, &m, &err);
}

static int change_allow_jim(void)
{
    const char *jim = "jim";
    return sc_policy_allow_users(&paths, &jim, 1, &err);
}

/* John denied, jane allowed; in the mode asked for. */
static void start_in(enum sc_policy_mode m)
{
    assert_int_equal(sc_remove_tree_beneath(t.fd, "etc", &err), 0);
    assert_int_equal(sc_remove_tree_beneath(t.fd, "flags", &err), 0);
    if (m == SC_MODE_UNSET)
        return;
    allow("jane");
    OK(change_toggle());
    deny("john");
    if (m == SC_MODE_DENY_ALL)
        OK(change_toggle());
    assert_int_equal(mode(), m);
}

static void kill_9_anywhere(void **state)
{
    (void)state;
    const char *preload = getenv("LD_PRELOAD");
    if (preload && strstr(preload, "vgpreload"))
        skip(); /* the system calls would be valgrind's */
    static const struct {
        int (*change)(void);
        enum sc_policy_mode from, to;
        bool on;
    } cases[] = {
        {change_allow_all, SC_MODE_DENY_ALL, SC_MODE_ALLOW_ALL, true},
        {change_allow_all, SC_MODE_UNSET, SC_MODE_ALLOW_ALL, true},
        {change_deny_all, SC_MODE_ALLOW_ALL, SC_MODE_DENY_ALL, false},
        {change_deny_all, SC_MODE_DENY_ALL, SC_MODE_DENY_ALL, false},
        {change_toggle, SC_MODE_ALLOW_ALL, SC_MODE_DENY_ALL, true},
        {change_toggle, SC_MODE_DENY_ALL, SC_MODE_ALLOW_ALL, true},
        {change_allow_jim, SC_MODE_UNSET, SC_MODE_DENY_ALL, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum sc_policy_mode from = cases[i].from, to = cases[i].to;
        bool killed = true;
        int stop = 1;
        for (; killed; stop++) {
            start_in(from);
            killed = run_and_kill(cases[i].change, stop);
            assert_true(mode() == from || mode() == to);
            if (from != SC_MODE_UNSET)
                assert_false(allowed("john"));
            /* Once more; a toggle that was done would be undone. */
            if (cases[i].change != change_toggle || mode() == from)
                OK(cases[i].change());
            else
                allow("jane"); /* any change puts the directories right */
            assert_int_equal(mode(), to);
            assert_int_equal(enabled(), cases[i].on);
            assert_int_equal(exists(&t, D), to == SC_MODE_ALLOW_ALL);
            assert_int_equal(exists(&t, A), to == SC_MODE_DENY_ALL);
            if (from != SC_MODE_UNSET)
                assert_true(exists(&t, to == SC_MODE_ALLOW_ALL ? D "/john" : D ".saved/john"));
            if (cases[i].change == change_toggle)
                assert_true(exists(&t, to == SC_MODE_ALLOW_ALL ? A ".saved/jane" : A "/jane"));
            if (cases[i].change == change_deny_all)
                assert_false(exists(&t, A "/jane") || exists(&t, A ".saved"));
            if (cases[i].change == change_allow_jim)
                assert_true(allowed("jim"));
        }
        assert_true(stop > 20);
    }
}

static bool locked(const char *user)
{
    bool yes = false;
    if (sc_policy_user_locked(&paths, user, &yes, &err) < 0)
        fail_msg("%s", err.text);
    return yes;
}

static void locks_stay(void **state)
{
    (void)state;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char **names = NULL;
    size_t n = 0;
    bool yes = true;
    assert_false(locked("john"));
    OK(sc_policy_unlock(&paths, "john", &err));
    OK(sc_policy_locked_users(&paths, &names, &n, &err));
    assert_int_equal(n, 0);
    free(names);
    OK(sc_policy_lock_read(&paths, "john", &yes, &text, &err));
    assert_false(yes);
    OK(sc_policy_lock(&paths, "mary", "", 0, &err));
    OK(sc_policy_lock(&paths, "john", "one", 3, &err));
    OK(sc_policy_lock(&paths, "john", "another", 7, &err));
    OK(sc_policy_lock_read(&paths, "john", &yes, &text, &err));
    assert_true(yes);
    assert_string_equal(text.data, "another");
    /* whatever becomes of mode and flag */
    OK(sc_policy_allow_all(&paths, &err));
    OK(sc_policy_deny_all(&paths, &err));
    assert_true(locked("john") && locked("mary"));
    assert_false(locked("jane"));
    /* they go with the account, and end with it */
    OK(sc_policy_user_renamed(&paths, "john", "jack", &err));
    assert_true(locked("jack") && !locked("john"));
    OK(sc_policy_user_gone(&paths, "jack", &err));
    assert_false(locked("jack"));
    OK(sc_policy_locked_users(&paths, &names, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(names[0], "mary");
    sc_strings_free(names, n);
    OK(sc_policy_unlock(&paths, "mary", &err));
    assert_false(locked("mary"));
    assert_int_equal(sc_policy_lock(&paths, "../x", "", 0, &err), SC_E_INVAL);
}

/* Not knowing is an error. */
static void a_lock_that_others_could_have_made_is_none(void **state)
{
    (void)state;
    char dir[160];
    bool yes = false;
    OK(sc_policy_lock(&paths, "john", "", 0, &err));
    snprintf(dir, sizeof(dir), "%s/site-isolation.users.locked", etc);
    assert_int_equal(chmod(dir, 0777), 0);
    assert_int_equal(sc_policy_user_locked(&paths, "jane", &yes, &err), SC_E_DENIED);
    assert_int_equal(chmod(dir, 0700), 0);
    char file[200];
    snprintf(file, sizeof(file), "%s/jane", dir);
    assert_int_equal(symlink("/etc/passwd", file), 0);
    assert_int_equal(sc_policy_user_locked(&paths, "jane", &yes, &err), SC_E_SYS);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(nobody_is_allowed_at_first),
        T(allow_all_with_exceptions),
        T(deny_all_empties_the_allowed_and_saves_the_denied),
        T(the_first_one_allowed_sets_up_deny_all),
        T(toggling_keeps_both_lists),
        T(both_directories_mean_deny_all),
        T(takes_only_user_names),
        T(all_users_or_none),
        T(refuses_what_others_could_have_made),
        T(interrupted_changes_complete),
        T(changes_exclude_each_other),
        T(kill_9_anywhere),
        T(locks_stay),
        T(a_lock_that_others_could_have_made_is_none),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
