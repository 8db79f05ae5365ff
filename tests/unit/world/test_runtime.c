/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that the hot path reads, as passes write them: core/runtime itself, below the test's
 * directory. */
#include "tests/unit/fakes/world.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/vec.h"
#include "core/runtime/runtime.h"
#include "core/runtime/steady.h"

static struct sc_tools tools;

static int real_runtime(void **state)
{
    int rc = world_setup(state);
    tools_all(&tools);
    tools.runtime.dir = sc_runtime_dir;
    tools.runtime.write_passwd = sc_runtime_write_passwd;
    tools.runtime.write_plan = sc_runtime_write_plan;
    tools.runtime.remove_plan = sc_runtime_remove_plan;
    tools.runtime.write_table = sc_runtime_write_table;
    tools.runtime.has_groups = sc_runtime_has_groups;
    tools.runtime.mark = sc_runtime_mark;
    tools.runtime.unlist = sc_runtime_unlist;
    tools.runtime.sites = sc_runtime_sites;
    tools.runtime.sweep = sc_runtime_sweep;
    world.s.tools = &tools;
    root_mkdir(SC_MARK_DIR);
    root_put("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"
                            "daemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n"
                            "mary:x:1002:1002:Mary:/home/mary:/bin/bash\n"
                            "nobody:x:65534:65534::/:/usr/sbin/nologin\n");
    root_put("/etc/group", "root:x:0:\nwww-data:x:33:mary,john\nmary:x:1002:\nfriends:x:1500:john\n"
                           "john:x:1001:\n");
    return rc;
}

#define runtime_test(f) cmocka_unit_test_setup_teardown(f, real_runtime, world_teardown)

static void assert_table(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void assert_table(const char *fmt, ...)
{
    SC_FREE char *want = NULL;
    va_list ap;
    va_start(ap, fmt);
    assert_true(vasprintf(&want, fmt, ap) > 0);
    va_end(ap);
    root_assert_file("/run/sitecage/1001/sites", want);
}

static void a_table_says_what_each_site_is(void **state)
{
    (void)state;
    account("john", "a b");
    domain("john", "www", "a.example");
    domain("john", "xn--mnchen-3ya", "a.example");
    home_mkdir("john", "share");
    home_mkdir("john", "read only");
    wants_text("john", "{\"domains\": {\"a.example\": {\"limits\": {\"nproc\": 5}, \"paths\": "
                       "{\"rw\": [\"share\"], \"ro\": [\"read only\"]}}}}");
    assert_pass("john");
    const char *home = users_of("john")->home;
    assert_table("sitecage-sites 1\n"
                 "isolated 60000 %s/a.example\n"
                 "cgroup 60000 /sys/fs/cgroup/sitecage\n"
                 "owns 60000 %s/share\n"
                 "name 60000 a.example\n"
                 "name 60000 www.example\n"
                 "name 60000 xn--mnchen-3ya.example\n"
                 "name 60000 m%%C3%%BCnchen.example\n"
                 "open 0 %s/b.example\n"
                 "name 0 b.example\n"
                 "end\n",
                 home, home, home);
    assert_true(sc_runtime_has_groups(1001));
    home_remove("john", "a.example");
    assert_pass("john");
    assert_table("sitecage-sites 1\n"
                 "open 0 %s/b.example\n"
                 "name 0 b.example\n"
                 "broken 0 %s/a.example\n"
                 "name 0 a.example\n"
                 "name 0 www.example\n"
                 "name 0 xn--mnchen-3ya.example\n"
                 "name 0 m%%C3%%BCnchen.example\n"
                 "end\n",
                 home, home);
    assert_false(sc_runtime_has_groups(1001));
    assert_false(root_has("/run/sitecage/1001/60000.plan"));
    assert_true(root_has("/var/lib/sitecage/isolated/1001"));
}

static void people_of_the_server_are_not_told(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    assert_pass("john");
    SC_FREE char *want = NULL;
    assert_true(asprintf(&want,
                         "root:x:0:0:root:/root:/bin/bash\n"
                         "daemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n"
                         "nobody:x:65534:65534::/:/usr/sbin/nologin\n"
                         "john:x:1001:1001::%s:/bin/sh\n",
                         users_of("john")->home) > 0);
    root_assert_file("/run/sitecage/1001/passwd", want);
    root_assert_file("/run/sitecage/1001/group",
                     "root:x:0:\nwww-data:x:33:john\nfriends:x:1500:john\njohn:x:1001:\n");
    /* half a list is none */
    assert_int_equal(unlink(root_at("/etc/group")), 0);
    assert_bad(pass("john"), SC_E_SYS, "/etc/group");
}

static void plans_are_written_when_they_differ(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    struct stat before, after;
    assert_int_equal(stat(root_at("/run/sitecage/1001/60000.plan"), &before), 0);
    assert_pass("john");
    assert_int_equal(stat(root_at("/run/sitecage/1001/60000.plan"), &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    domain("john", "c", NULL);
    assert_pass("john");
    assert_int_equal(stat(root_at("/run/sitecage/1001/60000.plan"), &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    assert_true(root_has("/run/sitecage/1001/60000.build"));
    assert_int_equal(stat(root_at("/run/sitecage/1001"), &after), 0);
    assert_int_equal(after.st_mode & 0777, 0700);
}

static void nothing_is_left(void **state)
{
    (void)state;
    account("john", "a b");
    wants("john", "a b");
    assert_pass("john");
    root_put("/run/sitecage/1001/60000.keeper", "");
    root_put("/run/sitecage/1001/.leftover.new", "");
    unsigned *ids = NULL;
    size_t n = 0;
    assert_good(sc_runtime_sites(1001, &ids, &n, &world.err));
    free(ids);
    assert_int_equal(n, 2);
    assert_good(change("john", NULL, "a"));
    assert_false(root_has("/run/sitecage/1001/60000.keeper"));
    assert_false(root_has("/run/sitecage/1001/.leftover.new"));
    assert_true(root_has("/run/sitecage/1001/60001.plan"));
    assert_true(root_has("/run/sitecage/1001/sites"));
    assert_good(change("john", NULL, "b"));
    assert_false(root_has("/run/sitecage/1001"));
    assert_false(root_has("/var/lib/sitecage/isolated/1001"));
    assert_good(sc_runtime_sites(1001, &ids, &n, &world.err));
    free(ids);
    assert_int_equal(n, 0);
}

static void a_table_that_cannot_be_read_may_tell_of_groups(void **state)
{
    (void)state;
    assert_false(sc_runtime_has_groups(1001));
    root_mkdir("/run/sitecage/1001/sites");
    assert_true(sc_runtime_has_groups(1001));
}

static void directories_with_ways_of_nginx_are_told(void **state)
{
    (void)state;
    struct sc_plan_steady at[] = {{.rel = (char[]){"app dir"}},
                                  {.rel = (char[]){"app dir/x"}, .is_open = true},
                                  {.rel = (char[]){"b/releases"}}};
    const struct sc_plan some = {.steady = at, .n_steady = 3}, none = {.n_sites = 0};
    char **rels = NULL;
    size_t n = 0;
    assert_good(sc_runtime_dir(1001, &world.err));
    assert_good(sc_runtime_steady(1001, &rels, &n, &world.err));
    assert_int_equal(n, 0);
    free(rels);
    assert_good(sc_runtime_write_table(1001, "/home/john", &some, NULL, NULL, &world.err));
    root_assert_file("/run/sitecage/1001/steady", "app%20dir\nb/releases\n");
    assert_good(sc_runtime_steady(1001, &rels, &n, &world.err));
    assert_int_equal(n, 2);
    assert_string_equal(rels[0], "app dir");
    assert_string_equal(rels[1], "b/releases");
    sc_strings_free(rels, n);
    assert_good(sc_runtime_write_table(1001, "/home/john", &none, NULL, NULL, &world.err));
    assert_int_not_equal(access(root_at("/run/sitecage/1001/steady"), F_OK), 0);
    root_mkdir("/run/sitecage/1001/steady");
    assert_bad(sc_runtime_steady(1001, &rels, &n, &world.err), SC_E_INVAL, "/steady");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        runtime_test(a_table_says_what_each_site_is),
        runtime_test(people_of_the_server_are_not_told),
        runtime_test(plans_are_written_when_they_differ),
        runtime_test(nothing_is_left),
        runtime_test(a_table_that_cannot_be_read_may_tell_of_groups),
        runtime_test(directories_with_ways_of_nginx_are_told),
    };
    return world_run(tests);
}
