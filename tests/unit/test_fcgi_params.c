/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "core/enter/fcgi_params.h"

#define MAX (SC_FCGI_BEGIN_MAX + 70000)

static unsigned char data[MAX], params[SC_FCGI_BEGIN_MAX];
static size_t used;
static struct sc_fcgi_said said;

static void add(const void *bytes, size_t n)
{
    assert_true(used + n <= MAX);
    memcpy(data + used, bytes, n);
    used += n;
}

static void record(unsigned char type, unsigned char id, const void *content, size_t n,
                   unsigned char padding)
{
    static const unsigned char zeros[255];
    const unsigned char head[] = {1,       type, 0, id, (unsigned char)(n >> 8), (unsigned char)n,
                                  padding, 0};
    add(head, sizeof(head));
    if (n)
        add(content, n);
    add(zeros, padding);
}

static void begin(unsigned char role)
{
    const unsigned char body[8] = {0, role};
    used = 0;
    record(1, 7, body, sizeof(body), 0);
}

/* A pair with lengths of one byte. */
static size_t pair(char *out, const char *name, const char *value, size_t n)
{
    size_t len = strlen(name);
    out[0] = (char)len;
    out[1] = (char)n;
    memcpy(out + 2, name, len);
    memcpy(out + 2 + len, value, n);
    return 2 + len + n;
}

static int parse(void)
{
    return sc_fcgi_said(data, used, params, &said);
}

static void test_what_it_says(void **state)
{
    (void)state;
    char p[512];
    size_t n = pair(p, "HTTP_DOCUMENT_ROOT", "/no", 3);
    n += pair(p + n, "DOCUMENT_ROOT", "/home/john/a", 12);
    n += pair(p + n, "SCRIPT_FILENAME", "/home/john/a/x.php", 18);
    n += pair(p + n, "PATH_TRANSLATED", "/t", 2);
    begin(1);
    record(4, 7, p, n, 5);
    record(4, 7, NULL, 0, 0);
    size_t whole = used;
    for (used = 0; used < whole; used++)
        assert_int_equal(parse(), 0);
    assert_int_equal(parse(), 1);
    assert_int_equal(said.id, 7);
    assert_string_equal(said.docroot, "/home/john/a");
    assert_string_equal(said.script, "/home/john/a/x.php");
    assert_string_equal(said.translated, "/t");

    /* in pieces, and with what follows */
    begin(3);
    for (size_t i = 0; i < n; i++)
        record(4, 7, p + i, 1, (unsigned char)(i % 8));
    record(4, 7, NULL, 0, 3);
    record(5, 7, "body", 4, 0);
    memset(&said, 1, sizeof(said));
    assert_int_equal(parse(), 1);
    assert_string_equal(said.docroot, "/home/john/a");
    assert_string_equal(said.translated, "/t");
}

static void test_nothing_said(void **state)
{
    (void)state;
    begin(2);
    record(4, 7, NULL, 0, 0);
    assert_int_equal(parse(), 1);
    assert_string_equal(said.docroot, "");
    assert_string_equal(said.script, "");
    assert_string_equal(said.translated, "");
}

static int one(const void *content, size_t n)
{
    begin(1);
    record(4, 7, content, n, 0);
    record(4, 7, NULL, 0, 0);
    return parse();
}

static void test_refused(void **state)
{
    (void)state;
    char p[512];
    size_t n = pair(p, "DOCUMENT_ROOT", "/a", 2);
    assert_int_equal(one(p, n), 1);
    assert_int_equal(one(p, n - 1), -1); /* cut off */
    assert_int_equal(one("\x80", 1), -1);
    assert_int_equal(one("\xff\xff\xff\xff\xff\xff\xff\xff", 8), -1);
    size_t two = n + pair(p + n, "DOCUMENT_ROOT", "/a", 2);
    assert_int_equal(one(p, two), -1); /* twice, even the same */
    n = pair(p, "DOCUMENT_ROOT", "/a\0b", 4);
    assert_int_equal(one(p, n), -1);

    static char long_one[8 + 13 + PATH_MAX];
    size_t v = PATH_MAX - 1;
    memcpy(long_one, "\x0d\x80\x00", 3);
    long_one[3] = (char)(v >> 8);
    long_one[4] = (char)(v & 0xff);
    memcpy(long_one + 5, "DOCUMENT_ROOT", 13);
    memset(long_one + 18, 'a', PATH_MAX);
    assert_int_equal(one(long_one, 18 + v), 1);
    assert_int_equal(strlen(said.docroot), PATH_MAX - 1);
    long_one[3] = (char)(PATH_MAX >> 8);
    long_one[4] = (char)(PATH_MAX & 0xff);
    assert_int_equal(one(long_one, 18 + PATH_MAX), -1);

    begin(0);
    assert_int_equal(parse(), -1);
    begin(4);
    assert_int_equal(parse(), -1);
    begin(1);
    record(4, 8, p, n, 0); /* another request */
    assert_int_equal(parse(), -1);
    begin(1);
    record(5, 7, "x", 1, 0); /* a body before the parameters' end */
    assert_int_equal(parse(), -1);
    begin(1);
    data[0] = 2;
    assert_int_equal(parse(), -1);
    begin(1);
    data[3] = 0; /* a management record */
    assert_int_equal(parse(), -1);
    used = 0;
    record(9, 0, "x", 1, 0);
    assert_int_equal(parse(), -1);
}

static void test_no_end(void **state)
{
    (void)state;
    static unsigned char much[60000];
    begin(1);
    while (used + sizeof(much) + 8 <= SC_FCGI_BEGIN_MAX) {
        assert_int_equal(parse(), 0);
        record(4, 7, much, sizeof(much), 0);
    }
    assert_int_equal(parse(), 0);
    record(4, 7, much, sizeof(much), 0);
    assert_int_equal(parse(), -1);
}

/* nginx sends a parameter as often as its configuration names it; php-fpm takes the last. */
static void test_the_last_one_counts(void **state)
{
    (void)state;
    char p[512];
    size_t n = pair(p, "SCRIPT_FILENAME", "/a", 2);
    n += pair(p + n, "SCRIPT_FILENAME", "/b", 2);
    begin(1);
    record(4, 7, p, n, 0);
    record(4, 7, NULL, 0, 0);
    assert_int_equal(parse(), -1);
    assert_int_equal(sc_fcgi_said_last(data, used, params, &said), 1);
    assert_string_equal(said.script, "/b");
    n += pair(p + n, "SCRIPT_FILENAME", "/c\0d", 4);
    begin(1);
    record(4, 7, p, n, 0);
    record(4, 7, NULL, 0, 0);
    assert_int_equal(sc_fcgi_said_last(data, used, params, &said), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_it_says), cmocka_unit_test(test_the_last_one_counts),
        cmocka_unit_test(test_nothing_said), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
