/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits in the words of the kernel's files, what those files say, and a site's limits in the table
 * of the hot path. */
#include "tests/unit/fixture.h"

#include <errno.h>
#include <stdio.h>
#include "core/enter/table.h"
#include "core/limits/device.h"
#include "core/limits/values.h"

#define LIMIT(which, v)                                                                            \
    (struct sc_limits)                                                                             \
    {                                                                                              \
        .set = 1u << (which), .value = { [which] = (v) }                                           \
    }

static const int v1[SC_CTRL_COUNT] = {1, 1, 1, 1, 1};
static const int v2[SC_CTRL_COUNT] = {2, 0, 2, 2, 2};

static const char *setting(const struct sc_limits *limits, const int *version, const char *file)
{
    static struct sc_setting s[SC_SETTINGS_MAX];
    size_t n = 0;
    assert_int_equal(sc_limits_settings(limits, version, "8:0", s, &n, NULL), 0);
    assert_in_range(n, 1, SC_SETTINGS_MAX);
    for (size_t i = 0; i < n; i++)
        if (strcmp(s[i].file, file) == 0)
            return s[i].value;
    return NULL;
}

static void expect(struct sc_limits limits, const int *version, const char *file, const char *value)
{
    const char *got = setting(&limits, version, file);
    if (!got)
        fail_msg("no setting of %s", file);
    assert_string_equal(got, value);
}

static void cpu_is_a_share_of_one_core(void **state)
{
    (void)state;
    expect(LIMIT(SC_LIMIT_CPU, 2500), v1, "cpu.cfs_quota_us", "25000");
    expect(LIMIT(SC_LIMIT_CPU, 2500), v1, "cpu.cfs_period_us", "100000");
    expect(LIMIT(SC_LIMIT_CPU, 2500), v2, "cpu.max", "25000 100000");
    expect(LIMIT(SC_LIMIT_CPU, 40000), v2, "cpu.max", "400000 100000");
    expect(LIMIT(SC_LIMIT_CPU, 100), v2, "cpu.max", "1000 100000");
    /* below the kernel's least quota: a longer period */
    expect(LIMIT(SC_LIMIT_CPU, 99), v2, "cpu.max", "9900 1000000");
    expect(LIMIT(SC_LIMIT_CPU, 10), v1, "cpu.cfs_quota_us", "1000");
    expect(LIMIT(SC_LIMIT_CPU, 10), v1, "cpu.cfs_period_us", "1000000");
    expect(LIMIT(SC_LIMIT_CPU, SC_LIMIT_VALUE_MAX), v1, "cpu.cfs_quota_us", "1000000000");
    struct sc_setting s[SC_SETTINGS_MAX];
    struct sc_error err = SC_ERROR_INIT;
    struct sc_limits small = LIMIT(SC_LIMIT_CPU, 9);
    size_t n = 77;
    assert_int_equal(sc_limits_settings(&small, v1, NULL, s, &n, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL,
                 "limit cpu: 9 is too little; the least is 10 (0.1 % of a core), 0 takes the limit "
                 "away");
    assert_int_equal(n, 77);
}

static void the_others_in_both_versions(void **state)
{
    (void)state;
    expect(LIMIT(SC_LIMIT_PMEM, 268435456), v1, "memory.limit_in_bytes", "268435456");
    expect(LIMIT(SC_LIMIT_PMEM, 268435456), v1, "memory.memsw.limit_in_bytes", "268435456");
    expect(LIMIT(SC_LIMIT_PMEM, 268435457), v2, "memory.max", "268439552");
    expect(LIMIT(SC_LIMIT_PMEM, 1), v2, "memory.swap.max", "0");
    expect(LIMIT(SC_LIMIT_NPROC, 30), v1, "pids.max", "30");
    expect(LIMIT(SC_LIMIT_NPROC, SC_LIMIT_VALUE_MAX), v2, "pids.max", "4194304");
    expect(LIMIT(SC_LIMIT_IO, 2048), v1, "blkio.throttle.read_bps_device", "8:0 2097152");
    expect(LIMIT(SC_LIMIT_IO, 2048), v1, "blkio.throttle.write_bps_device", "8:0 2097152");
    expect(LIMIT(SC_LIMIT_IO, 2048), v1, "blkio.throttle.read_iops_device", "8:0 0");
    expect(LIMIT(SC_LIMIT_IOPS, 500), v1, "blkio.throttle.write_iops_device", "8:0 500");
    expect(LIMIT(SC_LIMIT_IOPS, 1ull << 32), v1, "blkio.throttle.read_iops_device",
           "8:0 4294967294");
    expect(LIMIT(SC_LIMIT_IO, 1), v2, "io.max", "8:0 rbps=1024 wbps=1024 riops=max wiops=max");
    expect(LIMIT(SC_LIMIT_IOPS, 5), v2, "io.max", "8:0 rbps=max wbps=max riops=5 wiops=5");
}

static void what_is_not_limited_is_taken_away(void **state)
{
    (void)state;
    struct sc_limits zero = {.set = (1u << SC_LIMIT_COUNT) - 1};
    assert_int_equal(sc_limits_active(&zero), 0);
    expect(zero, v1, "cpu.cfs_quota_us", "-1");
    expect(zero, v1, "memory.memsw.limit_in_bytes", "-1");
    expect(zero, v1, "pids.max", "max");
    expect(zero, v1, "blkio.throttle.read_bps_device", "8:0 0");
    expect(zero, v2, "cpu.max", "max 100000");
    expect(zero, v2, "memory.max", "max");
    expect(zero, v2, "memory.swap.max", "max");
    expect(zero, v2, "io.max", "8:0 rbps=max wbps=max riops=max wiops=max");
}

static void only_controllers_that_are_there(void **state)
{
    (void)state;
    static const int some[SC_CTRL_COUNT] = {[SC_CTRL_PIDS] = 2};
    struct sc_setting s[SC_SETTINGS_MAX];
    struct sc_limits none = {0};
    size_t n = 0;
    assert_int_equal(sc_limits_settings(&none, some, "8:0", s, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_string_equal(s[0].file, "pids.max");
    static const int mixed[SC_CTRL_COUNT] = {2, 0, 1, 1, 0};
    struct sc_limits l = LIMIT(SC_LIMIT_PMEM, 4096);
    assert_string_equal(setting(&l, mixed, "memory.limit_in_bytes"), "4096");
    assert_string_equal(setting(&l, mixed, "cpu.max"), "max 100000");
    assert_null(setting(&l, mixed, "io.max"));
}

static void a_setting_is_compared_with_the_file(void **state)
{
    (void)state;
    struct sc_setting plain = {.ctrl = SC_CTRL_PIDS, .value = "30"};
    assert_true(sc_setting_holds(&plain, "30\n"));
    assert_false(sc_setting_holds(&plain, "300\n"));
    assert_false(sc_setting_holds(&plain, "3\n"));
    struct sc_setting none = {.ctrl = SC_CTRL_MEMORY, .value = "-1"};
    assert_true(sc_setting_holds(&none, "9223372036854771712\n"));
    assert_false(sc_setting_holds(&none, "4096\n"));
    struct sc_setting line = {.ctrl = SC_CTRL_IO,
                              .file = "blkio.throttle.read_bps_device",
                              .value = "8:0 1024",
                              .limits = true,
                              .by_device = true};
    assert_true(sc_setting_holds(&line, "8:16 5\n8:0 1024\n"));
    assert_false(sc_setting_holds(&line, "8:0 10240\n"));
    assert_false(sc_setting_holds(&line, "18:0 1024\n"));
    assert_false(sc_setting_holds(&line, ""));
    line.limits = false;
    assert_true(sc_setting_holds(&line, "8:16 5\n"));
    assert_false(sc_setting_holds(&line, "8:0 5\n"));
}

static void other_disks_are_let_go(void **state)
{
    (void)state;
    struct sc_setting s = {.file = "blkio.throttle.read_bps_device", .value = "8:0 1024"};
    const char *at = "8:0 1024\n8:16 5\n253:1 7\n";
    char out[96];
    assert_true(sc_setting_foreign(&s, &at, out, sizeof(out)));
    assert_string_equal(out, "8:16 0");
    assert_true(sc_setting_foreign(&s, &at, out, sizeof(out)));
    assert_string_equal(out, "253:1 0");
    assert_false(sc_setting_foreign(&s, &at, out, sizeof(out)));
    s.file = "io.max";
    at = "8:16 rbps=5 wbps=max riops=max wiops=max\n";
    assert_true(sc_setting_foreign(&s, &at, out, sizeof(out)));
    assert_string_equal(out, "8:16 rbps=max wbps=max riops=max wiops=max");
}

static void figures_are_read(void **state)
{
    (void)state;
    uint64_t v = 7, ops = 7;
    assert_true(sc_stat_key("low 0\noom 3\noom_kill 2\n", "oom_kill", &v));
    assert_int_equal(v, 2);
    assert_true(sc_stat_key("low 0\noom 3\noom_kill 2\n", "oom", &v));
    assert_int_equal(v, 3);
    assert_false(sc_stat_key("oom_kill 2\n", "kill", &v));
    assert_false(sc_stat_key("", "oom", &v));
    assert_int_equal(v, 3);
    assert_true(sc_stat_number("18446744073709551615\n", &v));
    assert_true(v == UINT64_MAX);
    assert_false(sc_stat_number("max\n", &v));
    assert_int_equal(sc_stat_blkio("8:0 Read 1\n8:0 Write 2\n8:0 Total 3\n8:16 Total 4\nTotal 7\n"),
                     7);
    sc_stat_io("8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=9 dios=9\n8:16 rbytes=5 wbytes=0 "
               "rios=1 wios=0\n",
               &v, &ops);
    assert_int_equal(v, 35);
    assert_int_equal(ops, 4);
}

static void a_home_without_a_disk(void **state)
{
    (void)state;
    char out[SC_DEVICE_MAX] = "x";
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_device_of("/proc", out, &err), SC_E_UNSUPPORTED);
    assert_error(&err, SC_E_UNSUPPORTED,
                 "/proc does not lie on a block device of its own (it is on a tmpfs, an overlay, "
                 "btrfs or a network file system)");
    assert_string_equal(out, "x");
    assert_int_equal(sc_device_of("/no/such/place", out, &err), SC_E_SYS);
}

static int limits_of(const char *lines, struct sc_site_limits *ret)
{
    char text[1024];
    int n = snprintf(text, sizeof(text), "sitecage-sites 1\nisolated 60001 /h/a\n%send\n", lines);
    struct sc_table t = {.data = text, .len = (size_t)n};
    struct sc_site_ref ref = sc_table_docroot(&t, "/h/a");
    assert_int_equal(ref.state, SC_SITE_ISOLATED);
    return sc_table_limits(&t, &ref, ret);
}

static void the_table_tells_a_sites_limits(void **state)
{
    (void)state;
    struct sc_site_limits l;
    assert_int_equal(limits_of("name 60001 a.example\n", &l), 0);
    assert_true(l.ep == 0 && l.vmem == 0 && l.nproc == 0 && l.n_groups == 0);
    assert_int_equal(limits_of("cgroup 60001 /g/a%20b\ncgroup 60001 /g/c\nep 60001 20\n"
                               "vmem 60001 9007199254740992\nnproc 60001 30 /g/c/pids.current\n"
                               "name 60001 a.example\nisolated 60002 /h/b\nep 60002 1\n",
                               &l),
                     0);
    assert_int_equal(l.n_groups, 2);
    assert_string_equal(l.group[0], "/g/a b");
    assert_string_equal(l.group[1], "/g/c");
    assert_int_equal(l.ep, 20);
    assert_true(l.vmem == SC_LIMIT_VALUE_MAX);
    assert_int_equal(l.nproc, 30);
    assert_string_equal(l.current, "/g/c/pids.current");
    assert_false(l.counts);
}

static void groups_that_only_count_are_told_apart(void **state)
{
    (void)state;
    struct sc_site_limits l;
    assert_int_equal(limits_of("ep 60001 20\ncounts 60001 /g/a%20b\ncounts 60001 /g/c\n"
                               "name 60001 a.example\n",
                               &l),
                     0);
    assert_true(l.counts && l.n_groups == 2 && l.ep == 20);
    assert_string_equal(l.group[0], "/g/a b");
    /* one that limits must be joined, whatever stands around it */
    assert_int_equal(limits_of("cgroup 60001 /g/a\ncounts 60001 /g/c\n", &l), 0);
    assert_false(l.counts);
    assert_int_equal(limits_of("counts 60001 /g/c\ncgroup 60001 /g/a\n", &l), 0);
    assert_false(l.counts);
}

static void limits_that_are_broken_let_nothing_run(void **state)
{
    (void)state;
    static const char nine_groups[] =
        "cgroup 60001 1\ncgroup 60001 2\ncgroup 60001 3\ncgroup 60001 4\ncgroup 60001 5\n"
        "cgroup 60001 6\ncgroup 60001 7\ncgroup 60001 8\ncgroup 60001 9\n";
    static const char *const broken[] = {
        "ep 60002 5\n",
        "ep 60001\n",
        "ep 60001 x\n",
        "ep 60001 5 6\n",
        "vmem 60001 -1\n",
        "nproc 60001 5\n",
        "ep 60001 1234567890123456789\n",
        "cgroup 60001 /g/%zz\n",
        "counts 60002 /g\n",
        nine_groups,
    };
    struct sc_site_limits l;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        if (limits_of(broken[i], &l) != -EBADMSG)
            fail_msg("not refused: %s", broken[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cpu_is_a_share_of_one_core),
        cmocka_unit_test(the_others_in_both_versions),
        cmocka_unit_test(what_is_not_limited_is_taken_away),
        cmocka_unit_test(only_controllers_that_are_there),
        cmocka_unit_test(a_setting_is_compared_with_the_file),
        cmocka_unit_test(other_disks_are_let_go),
        cmocka_unit_test(figures_are_read),
        cmocka_unit_test(a_home_without_a_disk),
        cmocka_unit_test(the_table_tells_a_sites_limits),
        cmocka_unit_test(groups_that_only_count_are_told_apart),
        cmocka_unit_test(limits_that_are_broken_let_nothing_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
