/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/web/apache/suexec_bin.h"
#include "core/web/suexec_aside.h"

static bool says(const char *text, size_t len, char out[PATH_MAX])
{
    struct tempdir t;
    char path[256];
    tempdir_make(&t);
    snprintf(path, sizeof(path), "%s/httpd", t.path);
    int fd = open(path, O_WRONLY | O_CREAT, 0755);
    assert_true(fd >= 0 && write(fd, text, len) == (ssize_t)len);
    close(fd);
    bool is = sc_web_suexec_bin(path, out);
    tempdir_remove(&t);
    return is;
}

static void a_server_says_where_it_looks(void **state)
{
    (void)state;
    static const char rhel[] =
        "\177ELF\0 -D SERVER_CONFIG_FILE=\"x\"\n\0 -D SUEXEC_BIN=\"/usr/sbin/suexec\"\n\0more";
    static const char none[] = "\177ELF\0SUEXEC_BIN\0/usr/sbin/suexec\0";
    static const char cut[] = "\177ELF\0 -D SUEXEC_BIN=\"/usr/sbin/suex";
    static const char relative[] = "\0 -D SUEXEC_BIN=\"bin/suexec\"\n";
    static const char broken[] = "\0 -D SUEXEC_BIN=\"/usr\0/suexec\"\n";
    char out[PATH_MAX] = "as before";
    assert_true(says(rhel, sizeof(rhel), out));
    assert_string_equal(out, "/usr/sbin/suexec");
    assert_false(says(none, sizeof(none), out));
    assert_false(says(cut, sizeof(cut) - 1, out));
    assert_false(says(relative, sizeof(relative), out));
    assert_false(says(broken, sizeof(broken), out));
    assert_false(says("", 0, out));
    assert_false(sc_web_suexec_bin("/no/such/httpd", out));
    assert_false(sc_web_suexec_bin("/", out));
    assert_string_equal(out, "/usr/sbin/suexec");
}

static void names_aside(void **state)
{
    (void)state;
    char aside[PATH_MAX], place[PATH_MAX];
    sc_suexec_aside_name("/usr/sbin/suexec", aside);
    assert_string_equal(aside, "/usr/sbin/suexec.sitecage");
    assert_true(sc_suexec_aside_place(aside, place));
    assert_string_equal(place, "/usr/sbin/suexec");
    assert_false(sc_suexec_aside_place("/usr/sbin/suexec", place));
    assert_false(sc_suexec_aside_place(".sitecage", place));
    assert_false(sc_suexec_aside_place("/usr/sbin/suexec.sitecage.new", place));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_says_where_it_looks),
        cmocka_unit_test(names_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
