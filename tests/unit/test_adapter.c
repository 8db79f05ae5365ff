/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main() of all adapters, with an adapter made for the test: answers, duties, a hook's
 * manners. */
#include "tests/unit/test_store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/inventory/envelope.h"
#include "hooks/adapter/adapter.h"
#include "hooks/adapter/answer.h"
#include "hooks/adapter/hook.h"

/* The log's lines, instead of /var/log. */
static char logged[4096];
void sc_log_at(enum sc_log_level level, const char *fmt, ...)
{
    if (level == SC_LOG_DEBUG)
        return;
    va_list ap;
    va_start(ap, fmt);
    size_t n = strlen(logged);
    vsnprintf(logged + n, sizeof(logged) - n, fmt, ap);
    va_end(ap);
    strncat(logged, "\n", sizeof(logged) - strlen(logged) - 1);
}

/* ---- the adapter ---- */

static struct {
    int fail;       /* what the next call returns */
    size_t len;     /* of the hook's data */
    bool cut, null; /* as the hook saw them */
    bool no_hooks;  /* what status says */
    char event[32], arg[32], env[32];
} seen;

static int fake_domains(const struct sc_caller *c, const struct sc_question *q,
                        struct sc_domains *ret, struct sc_error *err)
{
    (void)c;
    (void)q; /* it always tells all */
    if (seen.fail)
        return sc_error_set(err, seen.fail, "the panel says so");
    assert_ok(sc_domains_add(ret, "b.de", "mary", "/home/mary/b", true, ok));
    assert_ok(sc_domains_add(ret, "a.de", "john", "/home/john/a", true, ok));
    sc_domains_finish(ret);
    return 0;
}

static int fake_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                      struct sc_error *err)
{
    (void)c;
    (void)q;
    if (seen.fail)
        return sc_error_set(err, seen.fail, "the panel says so");
    *ret = json_pack("[{s:i, s:s, s:s}, {s:i, s:s, s:s}]", "id", 1001, "username", "john", "owner",
                     "root", "id", 1002, "username", "mary", "owner", "res");
    return 0;
}

static int fake_info(const struct sc_caller *c, json_t **ret, struct sc_error *err)
{
    (void)c;
    (void)err;
    *ret = json_pack("{s:s}", "name", "Fake");
    return 0;
}

static int fake_hook(const struct sc_hook_input *in, struct sc_events *ret, struct sc_error *err)
{
    seen.len = in->len;
    seen.cut = in->cut;
    seen.null = in->data == NULL;
    snprintf(seen.event, sizeof(seen.event), "%s", in->event ? in->event : "(none)");
    snprintf(seen.arg, sizeof(seen.arg), "%s", in->args[0] ? in->args[0] : "(none)");
    snprintf(seen.env, sizeof(seen.env), "%s", in->env[0] ? in->env[0] : "(none)");
    if (in->data && in->data[in->len] != 0)
        fail_msg("the data has no end");
    if (in->data && strcmp(in->data, "nothing") == 0)
        return 0;
    if (seen.fail) {
        sc_event_add(ret, SC_EVENT_USER_DELETED, &(struct sc_event_words){.user = "half"});
        return sc_error_set(err, seen.fail, "password=geheim");
    }
    sc_event_add(ret, SC_EVENT_USER_CHANGED, &(struct sc_event_words){.user = "john"});
    return 0;
}

static int fake_enroll(struct sc_error *err)
{
    return seen.fail ? sc_error_set(err, seen.fail, "the panel says so") : 0;
}

static int fake_status(struct sc_buf *out, struct sc_error *err)
{
    sc_buf_str(out, "Fake panel: all hooks are in place");
    return seen.no_hooks ? sc_error_set(err, SC_E_NOTFOUND, "no hooks") : 0;
}

static int fake_describe(struct sc_buf *out, struct sc_error *err)
{
    (void)err;
    sc_buf_str(out, "[]");
    return 0;
}

static int fake_paths(struct sc_buf *out, struct sc_error *err)
{
    (void)err;
    sc_buf_str(out, "/etc/fake\n/etc/fake.d\n");
    return 0;
}

static const struct sc_adapter_ops ops = {.name = "fake",
                                          .title = "Fake panel",
                                          .domains = fake_domains,
                                          .users = fake_users,
                                          .panel_info = fake_info,
                                          .hook = fake_hook,
                                          .hook_reads_stdin = true,
                                          .hook_answer = "1 well done\n",
                                          .describe = fake_describe,
                                          .enroll = fake_enroll,
                                          .unenroll = fake_enroll,
                                          .status = fake_status,
                                          .paths = fake_paths};
static struct sc_adapter_ops few; /* the same, with less */

/* ---- answers ---- */

static void expect(const struct sc_caller *c, int status, const char *json, const char *a,
                   const char *b, const char *value)
{
    char *argv[] = {(char *)a, (char *)b, (char *)value, NULL};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    int got = sc_adapter_answer(&ops, c, value ? 3 : b ? 2 : 1, argv, &out);
    assert_string_equal(out.data, json);
    assert_int_equal(got, status);
}
#define OK(data) "{\"data\": " data ", \"metadata\": {\"result\": \"ok\"}}\n"
#define NO(class, text)                                                                            \
    "{\"data\": null, \"metadata\": {\"result\": \"" class "\", \"message\": \"" text "\"}}\n"
#define A    "\"a.de\": {\"owner\": \"john\", \"document_root\": \"/home/john/a\", \"is_main\": true}"
#define B    "\"b.de\": {\"owner\": \"mary\", \"document_root\": \"/home/mary/b\", \"is_main\": true}"
#define JOHN "{\"id\": 1001, \"username\": \"john\", \"owner\": \"root\"}"
#define MARY "{\"id\": 1002, \"username\": \"mary\", \"owner\": \"res\"}"

static void answers_are_filtered_and_limited(void **state)
{
    (void)state;
    seen.fail = 0;
    const struct sc_caller root = {.timeout_ms = 1000};
    const struct sc_caller john = {.timeout_ms = 1000, .user = "john", .uid = 1001};
    const struct sc_caller peter = {.timeout_ms = 1000, .user = "peter", .uid = 1003};
    expect(&root, 0, OK("{" A ", " B "}"), "domains", NULL, NULL);
    expect(&root, 0, OK("{" B "}"), "domains", "-o", "mary");
    expect(&root, 0, OK("{" A "}"), "domains", "--name", "A.DE");
    expect(&root, 1, NO("NotFound", "domain 'c.de' does not exist"), "domains", "-n", "c.de");
    expect(&john, 0, OK("{" A "}"), "domains", NULL, NULL);
    expect(&john, 1, NO("NotFound", "domain 'b.de' does not exist"), "domains", "-n", "b.de");
    expect(&john, 1, NO("PermissionDenied", "domains: 'john' may not ask for domains of 'mary'"),
           "domains", "-o", "mary");
    expect(&peter, 0, OK("{}"), "domains", NULL, NULL);
    expect(&root, 0, OK("[" JOHN ", " MARY "]"), "users", NULL, NULL);
    expect(&root, 0, OK("[" MARY "]"), "users", "--unix-id", "1002");
    expect(&root, 0, OK("[{\"id\": 1001}, {\"id\": 1002}]"), "users", "--fields", "id");
    expect(&john, 0, OK("[" JOHN "]"), "users", NULL, NULL);
    expect(&john, 0, OK("[" JOHN "]"), "users", "--unix-id", "1001");
    expect(&john, 1, NO("PermissionDenied", "users: 'john' may ask only for 'john'"), "users",
           "--unix-id", "1002");
    expect(&peter, 0, OK("[]"), "users", NULL, NULL);
    expect(&peter, 1, NO("NotFound", "user 'peter' does not exist"), "users", "--username",
           "peter");
    expect(&john, 0, OK("{\"name\": \"Fake\"}"), "panel_info", NULL, NULL);
    expect(&root, 1, NO("BadRequest", "unknown command 'hook'"), "hook", NULL, NULL);

    seen.fail = SC_E_DENIED;
    expect(&root, 1, NO("PermissionDenied", "the panel says so"), "domains", "-n", "a.de");
    expect(&john, 1, NO("NotFound", "domain 'a.de' does not exist"), "domains", "-n", "a.de");
    seen.fail = SC_E_TIMEOUT;
    expect(&john, 1, NO("InternalAPIError", "the panel says so"), "domains", "-n", "a.de");
    expect(&john, 1, NO("InternalAPIError", "the panel says so"), "users", NULL, NULL);
    seen.fail = 0;
}

/* ---- the program ---- */

static struct {
    int status;
    struct sc_buf out, err;
} ran;

static void drain(int fd, struct sc_buf *b)
{
    sc_buf_free(b);
    assert_ok(sc_read_fd(fd, 65536, "a pipe", b, ok));
    close(fd);
}

/* sc_adapter_main() in a process of its own. A hook there is not root: it changes nothing here. */
static void run(const struct sc_adapter_ops *o, const char *command, const char *arg, int in)
{
    int out[2], err[2];
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(err, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        char *argv[] = {(char *)"/x/sitecage-fake", (char *)command, (char *)arg, NULL};
        bool hook = command && strcmp(command, "hook") == 0;
        if ((hook && geteuid() == 0 && setresuid(65534, 65534, 65534) < 0) || dup2(out[1], 1) < 0 ||
            dup2(err[1], 2) < 0 || (in >= 0 && dup2(in, 0) < 0))
            _exit(99);
        if (in == -2)
            close(0);
        _exit(sc_adapter_main(o, command ? arg ? 3 : 2 : 1, argv));
    }
    close(out[1]);
    close(err[1]);
    drain(out[0], &ran.out);
    drain(err[0], &ran.err);
    assert_int_equal(waitpid(pid, &ran.status, 0), pid);
}

static void expect_run(const struct sc_adapter_ops *o, const char *command, int status,
                       const char *out, const char *err)
{
    run(o, command, NULL, -1);
    assert_string_equal(ran.out.data, out);
    assert_string_equal(ran.err.data, err);
    assert_int_equal(ran.status, status << 8);
}

#define NO_PAGE                                                                                    \
    "the page: visible: no, Sitecage puts none into Fake panel; docs/page.md says how another "    \
    "program shows it\n"

static void duties_are_done(void **state)
{
    (void)state;
    seen.fail = 0;
    expect_run(&ops, "--describe", 0, "[]", "");
    expect_run(&ops, "paths", 0, "/etc/fake\n/etc/fake.d\n", "");
    few = ops;
    few.describe = NULL;
    few.paths = NULL;
    expect_run(&few, "paths", 0, "", "");
    static const char usage[] =
        "usage: sitecage-fake domains [--owner USER] [--name DOMAIN]\n"
        "       sitecage-fake users [--owner USER] [--username USER] [--unix-id ID]\n"
        "             [--package-name NAME --package-owner USER] [--fields FIELD,...]\n"
        "       sitecage-fake panel_info | hook [EVENT] [ARGUMENT...] | paths |\n"
        "             register | unregister | status\n";
    expect_run(&few, "--describe", 2, "", usage);
    expect_run(&few, "nonsense", 2, "", usage);
    expect_run(&few, NULL, 2, "", usage);
    run(&few, "status", "now", -1);
    assert_int_equal(ran.status, 2 << 8);
    if (geteuid() != 0) {
        expect_run(&ops, "register", 1, "", "sitecage-fake: register needs root\n");
        return;
    }
    expect_run(&ops, "register", 0, "Fake panel: all hooks are in place\n" NO_PAGE, "");
    expect_run(&ops, "status", 0, "Fake panel: all hooks are in place\n" NO_PAGE, "");
    expect_run(&ops, "unregister", 0, "Fake panel: no hooks of Sitecage are registered\n" NO_PAGE,
               "");
    seen.no_hooks = 1; /* the page is told of all the same */
    expect_run(&ops, "status", 1, NO_PAGE, "no hooks\n");
    seen.no_hooks = 0;
    seen.fail = SC_E_PANEL;
    expect_run(&ops, "register", 1, "", "the panel says so\n");
    expect_run(&ops, "unregister", 1, "", "the panel says so\n");
    few.unenroll = NULL; /* nothing was put into the panel */
    expect_run(&few, "unregister", 0, "Fake panel: no hooks of Sitecage are registered\n" NO_PAGE,
               "");
    seen.fail = 0;
}

/* ---- hooks ---- */

static struct sc_queue_conf conf;

static void queue_at(const char *store)
{
    static char marks[128];
    snprintf(marks, sizeof(marks), "%s.resync", store);
    conf =
        (struct sc_queue_conf){.store = store, .resync_dirs = {marks, NULL, NULL}, .panel = "fake"};
    logged[0] = 0;
}

static char *const no_words[] = {NULL};

/* Runs the hook on `len` bytes; what the panel reads is checked. */
static void hook_on(const char *data, size_t len, const char *answer)
{
    char name[] = "/tmp/sc_in_XXXXXX", got[64] = "";
    SC_FD int in = mkostemp(name, O_CLOEXEC);
    assert_true(in >= 0);
    unlink(name);
    assert_int_equal(pwrite(in, data, len, 0), len);
    int out[2];
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    sc_hook_run(&few, &conf, no_words, no_words, in, out[1]);
    close(out[1]);
    assert_int_equal(read(out[0], got, sizeof(got) - 1), strlen(answer));
    assert_string_equal(got, answer);
    close(out[0]);
}

static void a_hook_queues_and_answers(void **state)
{
    queue_at(*state);
    few = ops;
    seen.fail = 0;
    char *const args[] = {(char *)"created", (char *)"--x", NULL};
    char *const env[] = {(char *)"user=john", NULL};
    SC_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    sc_hook_run(&few, &conf, args, env, null, null);
    assert_string_equal(seen.event, "created");
    assert_string_equal(seen.arg, "--x");
    assert_string_equal(seen.env, "user=john");
    assert_string_equal(logged, "event fake user-changed john\n");

    hook_on("{}", 2, "1 well done\n");
    assert_string_equal(seen.event, "(none)");
    assert_string_equal(seen.arg, "(none)");
    assert_int_equal(seen.len, 2);
    few.hook_reads_stdin = false;
    few.hook_answer = "";
    hook_on("{}", 2, "");
    assert_true(seen.null);
    few.hook_answer = NULL;
    hook_on("{}", 2, "");
    STORE *s = store_open(*state);
    assert_int_equal(store_int(s, "SELECT count(*) FROM event WHERE user = 'john'"), 1);
    assert_int_equal(store_int(s, "SELECT count(*) FROM event"), 1);
}

static void all_input_is_read_and_the_surplus_dropped(void **state)
{
    queue_at(*state);
    few = ops;
    seen.fail = 0;
    SC_FREE char *big = calloc(1, SC_HOOK_INPUT_MAX + 10000);
    memset(big, 'x', SC_HOOK_INPUT_MAX + 10000);
    hook_on(big, SC_HOOK_INPUT_MAX, "1 well done\n");
    assert_int_equal(seen.len, SC_HOOK_INPUT_MAX);
    assert_false(seen.cut);
    hook_on(big, SC_HOOK_INPUT_MAX + 10000, "1 well done\n");
    assert_int_equal(seen.len, SC_HOOK_INPUT_MAX);
    assert_true(seen.cut);
    hook_on("", 0, "1 well done\n");
    assert_int_equal(seen.len, 0);
    assert_false(seen.null);
    /* What cannot be read has nothing: a folder, nothing at all. */
    SC_FD int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    SC_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    seen.len = 7;
    sc_hook_run(&few, &conf, no_words, no_words, dir, null);
    assert_int_equal(seen.len, 0);
    seen.len = 7;
    sc_hook_run(&few, &conf, no_words, no_words, -1, null);
    assert_int_equal(seen.len, 0);
    assert_false(seen.null);
}

static void what_is_not_understood_is_a_look_at_all(void **state)
{
    queue_at(*state);
    few = ops;
    seen.fail = SC_E_INVAL;
    hook_on("pass=geheim", 11, "1 well done\n");
    assert_string_equal(logged, "hook of fake: what the panel sent is malformed: all users are "
                                "looked at\nevent fake user-deleted half\nevent fake resync-all\n");
    seen.fail = SC_E_SYS;
    logged[0] = 0;
    hook_on("nothing", 7, "1 well done\n"); /* the control: no event, no word */
    assert_string_equal(logged, "");
    hook_on("pass=geheim", 11, "1 well done\n");
    seen.fail = 0;
    assert_null(strstr(logged, "geheim"));
    STORE *s = store_open(*state);
    /* What it found before it failed counts as well. */
    assert_int_equal(store_int(s, "SELECT count(*) FROM event WHERE user = 'half'"), 1);
    assert_int_equal(store_int(s, "SELECT count(*) FROM event WHERE kind = 'resync-all'"), 1);
}

static void who_is_not_root_changes_nothing(void **state)
{
    queue_at(*state);
    few = ops;
    SC_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    seen.len = 7;
    sc_hook_run(&few, NULL, no_words, no_words, null, null);
    assert_int_equal(seen.len, 7); /* it was not called */
    assert_string_equal(logged, "");
    for (int in = -2; in <= -1; in++) { /* as a program; with standard input closed, too */
        SC_FD int empty = open("/dev/null", O_RDONLY | O_CLOEXEC);
        run(&ops, "hook", "x", in == -1 ? empty : in);
        assert_string_equal(ran.out.data, "1 well done\n");
        assert_string_equal(ran.err.data, "");
        assert_int_equal(ran.status, 0);
    }
}

static void an_input_without_end_is_answered(void **state)
{
    (void)state;
    int p[2];
    assert_int_equal(pipe2(p, O_CLOEXEC), 0); /* p[1] stays open and silent */
    run(&ops, "hook", "x", p[0]);
    assert_string_equal(ran.out.data, "1 well done\n");
    assert_string_equal(ran.err.data, "");
    assert_int_equal(ran.status, 0);
    close(p[0]);
    close(p[1]);
}

static int done(void **state)
{
    sc_buf_free(&ran.out);
    sc_buf_free(&ran.err);
    char command[160];
    snprintf(command, sizeof(command), "rm -rf '%s.resync'", (char *)*state);
    return system(command) | store_teardown(state);
}

#define hook_test(f) cmocka_unit_test_setup_teardown(f, store_setup, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        hook_test(answers_are_filtered_and_limited),
        hook_test(duties_are_done),
        hook_test(a_hook_queues_and_answers),
        hook_test(all_input_is_read_and_the_surplus_dropped),
        hook_test(what_is_not_understood_is_a_look_at_all),
        hook_test(who_is_not_root_changes_nothing),
        hook_test(an_input_without_end_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
