/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/enter/flow.h"

static void undo(const char *in, size_t len, const char *want)
{
    char data[64];
    memcpy(data, in, len);
    size_t n = sc_flow_undo_onlcr(data, len);
    assert_int_equal(n, strlen(want));
    assert_memory_equal(data, want, n);
}

static void test_undo_onlcr(void **state)
{
    (void)state;
    undo("a\r\nb\r\n", 6, "a\nb\n");
    undo("a\r\r\n", 4, "a\r\n"); /* the program's own carriage return stays */
    undo("50%\r60%\r", 8, "50%\r60%\r");
    undo("\n\n", 2, "\n\n");
    undo("x\r", 2, "x\r");
    undo("", 0, "");
}

struct pipes {
    int in[2], out[2];
    struct sc_flow flow;
};

static void open_pipes(struct pipes *p, bool undo_onlcr)
{
    assert_int_equal(pipe2(p->in, O_NONBLOCK | O_CLOEXEC), 0);
    assert_int_equal(pipe2(p->out, O_NONBLOCK | O_CLOEXEC), 0);
    p->flow.at = p->flow.len = 0;
    p->flow.undo_onlcr = undo_onlcr;
}

static void close_pipes(struct pipes *p)
{
    close(p->in[0]);
    close(p->out[0]);
    close(p->out[1]);
}

static void put(struct pipes *p, const char *text)
{
    assert_int_equal(write(p->in[1], text, strlen(text)), (ssize_t)strlen(text));
}

static void test_now_and_the_end(void **state)
{
    (void)state;
    struct pipes p;
    open_pipes(&p, false);
    assert_int_equal(sc_flow_read(&p.flow, p.in[0]), 0);
    assert_true(sc_flow_empty(&p.flow));
    put(&p, "a\r\n");
    assert_int_equal(sc_flow_read(&p.flow, p.in[0]), 3);
    assert_int_equal(sc_flow_write(&p.flow, p.out[1]), 0);
    assert_true(sc_flow_empty(&p.flow));
    char got[8];
    assert_int_equal(read(p.out[0], got, sizeof(got)), 3);
    assert_memory_equal(got, "a\r\n", 3);
    close(p.in[1]);
    assert_int_equal(sc_flow_read(&p.flow, p.in[0]), -1);
    close_pipes(&p);
}

/* A buffer that ends between a carriage return and its line feed. */
static void test_parted(void **state)
{
    (void)state;
    struct pipes p;
    open_pipes(&p, true);
    char text[sizeof(p.flow.data)];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 2] = '\r';
    text[sizeof(text) - 1] = '\n';
    assert_int_equal(write(p.in[1], text, sizeof(text)), (ssize_t)sizeof(text));
    assert_int_equal(sc_flow_read(&p.flow, p.in[0]), (ssize_t)sizeof(text) - 1);
    assert_int_equal(p.flow.len, sizeof(text) - 1);
    assert_int_equal(p.flow.data[p.flow.len - 1], '\n');
    assert_int_equal(p.flow.data[p.flow.len - 2], 'x');
    close(p.in[1]);
    close_pipes(&p);
}

/* Who does not read keeps nobody waiting: the rest stays, and goes on where it was. */
static void test_full(void **state)
{
    (void)state;
    struct pipes p;
    open_pipes(&p, false);
    assert_true(fcntl(p.out[1], F_SETPIPE_SZ, 4096) >= 0);
    char text[10000], got[10000];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('a' + i % 23);
    assert_int_equal(write(p.in[1], text, sizeof(text)), (ssize_t)sizeof(text));
    assert_int_equal(sc_flow_read(&p.flow, p.in[0]), (ssize_t)sizeof(text));
    size_t have = 0;
    while (have < sizeof(text)) {
        assert_int_equal(sc_flow_write(&p.flow, p.out[1]), 0);
        ssize_t n = read(p.out[0], got + have, sizeof(got) - have);
        assert_true(n > 0);
        have += (size_t)n;
    }
    assert_true(sc_flow_empty(&p.flow));
    assert_memory_equal(got, text, sizeof(text));
    close(p.in[1]);
    close_pipes(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undo_onlcr),
        cmocka_unit_test(test_now_and_the_end),
        cmocka_unit_test(test_parted),
        cmocka_unit_test(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
