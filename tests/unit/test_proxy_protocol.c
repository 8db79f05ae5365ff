/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Both ends of the protocol in one process. */
#include "tests/unit/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/proxyexec/calls.h"
#include "core/proxyexec/protocol.h"

static char *args[] = {(char *)(uintptr_t) "one", (char *)(uintptr_t) "",
                       (char *)(uintptr_t) "th ree\n", NULL};
static char *env[] = {(char *)(uintptr_t) "LANG=C", NULL};

static void make(char **message, size_t *len)
{
    struct sc_proxy_request r = {.kind = SC_PROXY_BY_ALIAS,
                                 .cwd = (char *)(uintptr_t) "/home/u",
                                 .name = (char *)(uintptr_t) "NAME",
                                 .args = args,
                                 .n_args = 3,
                                 .env = env,
                                 .n_env = 1};
    assert_int_equal(sc_proxy_request_write(&r, message, len), 0);
}

static void bytes_are_as_described(void **state)
{
    (void)state;
    static const char want[] = "SPX1\0\0\0\x29"
                               "\1\0\0\0\0\3\0\1"
                               "/home/u\0NAME\0one\0\0th ree\n\0LANG=C";
    char *message;
    size_t len;
    make(&message, &len);
    assert_int_equal(len, sizeof(want));
    assert_memory_equal(message, want, sizeof(want));
    free(message);
}

static void a_request_round_trips(void **state)
{
    (void)state;
    char *message;
    size_t len;
    int s[2], fds[SC_PROXY_FDS];
    make(&message, &len);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    const int mine[SC_PROXY_FDS] = {0, 1, 2, s[0]};
    assert_int_equal(sc_proxy_send(s[0], message, len, mine), 0);
    struct sc_proxy_request r;
    assert_int_equal(sc_proxy_receive(s[1], 2000, &r, fds), 0);
    assert_int_equal(r.kind, SC_PROXY_BY_ALIAS);
    assert_string_equal(r.cwd, "/home/u");
    assert_string_equal(r.name, "NAME");
    assert_int_equal(r.n_args, 3);
    assert_string_equal(r.args[0], "one");
    assert_string_equal(r.args[1], "");
    assert_string_equal(r.args[2], "th ree\n");
    assert_null(r.args[3]);
    assert_int_equal(r.n_env, 1);
    assert_string_equal(r.env[0], "LANG=C");
    for (unsigned i = 0; i < SC_PROXY_FDS; i++) {
        struct stat a, b;
        assert_int_equal(fstat(fds[i], &a), 0);
        assert_int_equal(fstat(mine[i], &b), 0);
        assert_int_equal(a.st_ino, b.st_ino);
        assert_int_equal(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
        close(fds[i]);
    }
    sc_proxy_request_done(&r);
    free(message);
    close(s[0]);
    close(s[1]);
}

/* Sends bytes with a number of descriptors; what the other end makes of it. */
static int hand(const char *bytes, size_t len, unsigned n_fds, bool hang_up)
{
    union {
        char bytes[CMSG_SPACE(8 * sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    int s[2], fds[SC_PROXY_FDS], null[8] = {0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    struct iovec iov = {(char *)(uintptr_t)bytes, len};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    if (n_fds) {
        m.msg_control = control.bytes;
        m.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(c), null, n_fds * sizeof(int));
    }
    if (len)
        assert_int_equal(sendmsg(s[0], &m, 0), (ssize_t)len);
    if (hang_up)
        close(s[0]);
    int lowest = dup(0);
    close(lowest);
    struct sc_proxy_request r;
    int rc = sc_proxy_receive(s[1], hang_up ? 2000 : 50, &r, fds);
    if (rc == 0) {
        sc_proxy_request_done(&r);
        for (unsigned i = 0; i < SC_PROXY_FDS; i++)
            close(fds[i]);
    }
    int now = dup(0); /* nothing stays open */
    assert_int_equal(now, lowest);
    close(now);
    if (!hang_up)
        close(s[0]);
    close(s[1]);
    return rc;
}

static void what_is_no_request_is_refused(void **state)
{
    (void)state;
    char *good;
    size_t len;
    make(&good, &len);
    assert_int_equal(hand(good, len, 4, false), 0);
    for (unsigned n = 0; n < 8; n++)
        if (n != 4)
            assert_int_equal(hand(good, len, n, false), -EPROTO);
    /* cut anywhere: the rest does not come, or the caller has ended */
    for (size_t cut = 1; cut < len; cut++) {
        assert_int_equal(hand(good, cut, 4, true), -ENODATA);
    }
    assert_int_equal(hand(good, 4, 4, false), -ETIME);
    assert_int_equal(hand(good, len - 1, 4, false), -ETIME);
    assert_int_equal(hand("", 0, 0, false), -ETIME);
    assert_int_equal(hand("", 0, 0, true), -ENODATA);
    /* each byte of the fixed part changed */
    for (size_t i = 0; i < SC_PROXY_HEAD + 8; i++) {
        char *bad = malloc(len);
        assert_non_null(bad);
        memcpy(bad, good, len);
        bad[i] = (char)(bad[i] ^ 0x40);
        if (hand(bad, len, 4, true) == 0)
            fail_msg("byte %zu changed is taken", i);
        free(bad);
    }
    free(good);
}

static int parses(const char *body, size_t len)
{
    struct sc_proxy_request r;
    int rc = sc_proxy_request_parse(body, len, &r);
    if (rc == 0)
        sc_proxy_request_done(&r);
    return rc;
}

#define BODY(literal) parses(literal, sizeof(literal) - 1)

static void bodies_are_exact(void **state)
{
    (void)state;
    assert_int_equal(BODY("\1\0\0\0\0\0\0\0/\0N\0"), 0);
    assert_int_equal(BODY("\2\0\0\0\0\0\0\0\0N\0"), -EPROTO); /* too short to be one */
    assert_int_equal(BODY("\2\0\0\0\0\1\0\0\0N\0a\0"), 0);
    assert_int_equal(BODY("\3\0\0\0\0\0\0\0/\0N\0"), -EPROTO);
    assert_int_equal(BODY("\1\1\0\0\0\0\0\0/\0N\0"), -EPROTO);
    assert_int_equal(BODY("\1\0\0\0\0\0\0\0/\0N"), -EPROTO);
    assert_int_equal(BODY("\1\0\0\0\0\0\0\0/\0\0\0"), -EPROTO);
    assert_int_equal(BODY("\1\0\0\0\0\0\0\0x\0N\0"), -EPROTO);
    assert_int_equal(BODY("\1\0\0\0\0\1\0\0/\0N\0"), -EPROTO);
    assert_int_equal(BODY("\1\0\0\0\0\0\0\0/\0N\0a\0"), -EPROTO);
    assert_int_equal(BODY("\1\0\0\0\0\0\0\1/\0N\0"), -EPROTO);
    assert_int_equal(BODY("\1\0\0\0\xff\xff\0\0/\0N\0"), -EPROTO);
}

static void writing_has_limits(void **state)
{
    (void)state;
    char *message;
    size_t len;
    struct sc_proxy_request r = {
        .kind = 1, .cwd = (char *)(uintptr_t) "", .name = (char *)(uintptr_t) "", .args = args};
    assert_int_equal(sc_proxy_request_write(&r, &message, &len), -EINVAL);
    r.name = (char *)(uintptr_t) "N";
    r.n_args = SC_PROXY_ARGS_MAX + 1;
    assert_int_equal(sc_proxy_request_write(&r, &message, &len), -E2BIG);
    char *big = malloc(SC_PROXY_BODY_MAX);
    assert_non_null(big);
    memset(big, 'x', SC_PROXY_BODY_MAX - 1);
    big[SC_PROXY_BODY_MAX - 1] = 0;
    char *one[] = {big, NULL};
    r.args = one;
    r.n_args = 1;
    assert_int_equal(sc_proxy_request_write(&r, &message, &len), -E2BIG);
    big[SC_PROXY_BODY_MAX - 8 - 1 - 2 - 1] = 0; /* just fits */
    assert_int_equal(sc_proxy_request_write(&r, &message, &len), 0);
    assert_int_equal(len, SC_PROXY_HEAD + SC_PROXY_BODY_MAX);
    assert_int_equal(parses(message + SC_PROXY_HEAD, len - SC_PROXY_HEAD), 0);
    free(message);
    free(big);
}

static void answers_round_trip(void **state)
{
    (void)state;
    int s[2];
    struct sc_proxy_answer got;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    struct sc_proxy_answer a = {SC_PROXY_ERROR, 126, "wh\033y\n"};
    assert_int_equal(sc_proxy_answer_send(s[0], &a), 0);
    assert_int_equal(sc_proxy_answer_receive(s[1], &got), 0);
    assert_int_equal(got.type, 'E');
    assert_int_equal(got.value, 126);
    assert_string_equal(got.text, "wh?y?");
    assert_int_equal(write(s[0], "Z\0\0\0", 4), 4);
    assert_int_equal(sc_proxy_answer_receive(s[1], &got), -EPROTO);
    assert_int_equal(write(s[0], "E\1\xff\xff", 4), 4);
    assert_int_equal(sc_proxy_answer_receive(s[1], &got), -EPROTO);
    assert_int_equal(write(s[0], "X\1\0\5ab", 6), 6);
    close(s[0]);
    assert_int_equal(sc_proxy_answer_receive(s[1], &got), -ENODATA);
    close(s[1]);
}

static void only_harmless_variables_pass(void **state)
{
    (void)state;
    static const char *const good[] = {"TERM=xterm-256color",
                                       "LANG=de_DE.UTF-8",
                                       "LC_ALL=C",
                                       "LC_TIME=C",
                                       "TZ=Europe/Berlin",
                                       "TZ=UTC",
                                       "TZ=<-03>3",
                                       "COLUMNS=80",
                                       "LINES=24",
                                       "LANG="};
    static const char *const bad[] = {"PATH=/x",     "LD_PRELOAD=x",    "TERM",       "TERMINFO=/x",
                                      "TERM=../x",   "LANG=/x",         "LC_=x",      "LC_all=x",
                                      "TZ=/etc/x",   "TZ=:x",           "TZ=../x",    "TZ=a/../x",
                                      "LC_ALL=a\nb", "PROXYEXEC_UID=0", "=x",         "",
                                      "LANGUAGE=x",  "TZ=a b",          "LC_A/../B=x"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!sc_proxy_env_passes(good[i]))
            fail_msg("%s does not pass", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (sc_proxy_env_passes(bad[i]))
            fail_msg("%s passes", bad[i]);
    assert_true(sc_proxy_signal_passes(SIGINT));
    assert_false(sc_proxy_signal_passes(SIGKILL));
    assert_false(sc_proxy_signal_passes(SIGSTOP));
    assert_false(sc_proxy_signal_passes(255));
}

static void places_are_shared_out(void **state)
{
    (void)state;
    struct sc_calls *c = calloc(1, sizeof(*c));
    assert_non_null(c);
    pid_t pid = 1;
    while (sc_calls_free(c, 1000, 60000))
        sc_calls_add(c, pid++, 1000, 60000);
    assert_int_equal(c->n, SC_CALLS_SITE_MAX);
    assert_true(sc_calls_free(c, 1000, 60001));
    for (unsigned site = 60001; sc_calls_free(c, 1000, site); site++)
        while (sc_calls_free(c, 1000, site))
            sc_calls_add(c, pid++, 1000, site);
    assert_int_equal(c->n, SC_CALLS_SITES_MAX);
    while (sc_calls_free(c, 1000, 0)) /* the account has its own */
        sc_calls_add(c, pid++, 1000, 0);
    assert_int_equal(c->n, SC_CALLS_SITES_MAX + SC_CALLS_ACCOUNT_MAX);
    assert_true(sc_calls_free(c, 1001, 0));
    sc_calls_remove(c, 1);
    assert_false(sc_calls_free(c, 1000, 0));
    assert_true(sc_calls_free(c, 1000, 60000));
    sc_calls_remove(c, 1);
    sc_calls_remove(c, -5);
    assert_int_equal(c->n, SC_CALLS_SITES_MAX + SC_CALLS_ACCOUNT_MAX - 1);
    for (uid_t uid = 2000; sc_calls_free(c, uid, 0); uid++)
        while (sc_calls_free(c, uid, 0))
            sc_calls_add(c, pid++, uid, 0);
    assert_int_equal(c->n, SC_CALLS_MAX);
    assert_false(sc_calls_free(c, 9999, 0));
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_as_described),
        cmocka_unit_test(a_request_round_trips),
        cmocka_unit_test(what_is_no_request_is_refused),
        cmocka_unit_test(bodies_are_exact),
        cmocka_unit_test(writing_has_limits),
        cmocka_unit_test(answers_round_trip),
        cmocka_unit_test(only_harmless_variables_pass),
        cmocka_unit_test(places_are_shared_out),
    };
    return cmocka_run_group_tests_name("proxy_protocol", tests, NULL, NULL);
}
