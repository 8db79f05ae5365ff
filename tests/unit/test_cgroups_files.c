/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where groups are made, with folders in the place of control groups: nothing above what is ours. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/own_group.h"
#include "core/limits/cgroups.h"
#include "core/limits/cgroups_files.h"

static char mount[] = "/tmp/sc_cgroups_XXXXXX";
static struct sc_cgroups cg;

static int begin(void **state)
{
    (void)state;
    strcpy(mount, "/tmp/sc_cgroups_XXXXXX");
    if (!mkdtemp(mount))
        return -1;
    cg = (struct sc_cgroups){.base = SC_CGROUP_ROOT};
    cg.version[SC_CTRL_PIDS] = 1; /* of folders nothing can be handed down */
    cg.mount[SC_CTRL_PIDS] = mount;
    return 0;
}

static int end(void **state)
{
    char command[64];
    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", mount);
    return system(command) == 0 ? 0 : -1; /* NOLINT(cert-env33-c) */
}

static bool is_there(const char *name)
{
    char path[256];
    struct stat st;
    snprintf(path, sizeof(path), "%s/%s", mount, name);
    return stat(path, &st) == 0;
}

static void names(void **state)
{
    char name[SC_CGROUP_NAME_MAX];
    (void)state;
    sc_cgroup_site_name(&cg, 1000, 60001, name);
    assert_string_equal(name, "sitecage/1000/60001");
    cg.base = SC_SITES_GROUP;
    sc_cgroup_account_name(&cg, 1000, name);
    assert_string_equal(name, "sitecage.slice/sitecage-sites.service/1000");
    sc_cgroup_site_name(&cg, UINT32_MAX, UINT32_MAX, name);
    assert_string_equal(name, "sitecage.slice/sitecage-sites.service/4294967295/4294967295");
}

static void without_systemd(void **state)
{
    char name[SC_CGROUP_NAME_MAX];
    (void)state;
    sc_cgroup_site_name(&cg, 1000, 60001, name);
    assert_int_equal(sc_cgroups_files_make(&cg, SC_CTRL_PIDS, name, NULL), 0);
    assert_true(is_there(name));
    assert_int_equal(sc_cgroups_files_make(&cg, SC_CTRL_PIDS, name, NULL), 0);
}

static void below_the_unit(void **state)
{
    char name[SC_CGROUP_NAME_MAX], path[256];
    struct sc_error err = SC_ERROR_INIT;
    (void)state;
    cg.base = SC_SITES_GROUP;
    cg.delegated = true;
    sc_cgroup_site_name(&cg, 1000, 60001, name);
    /* the unit was stopped meanwhile: its group is systemd's to make */
    assert_error_has((sc_cgroups_files_make(&cg, SC_CTRL_PIDS, name, &err), &err), SC_E_SYS,
                     "make ");
    assert_false(is_there("sitecage.slice"));
    snprintf(path, sizeof(path), "%s/sitecage.slice", mount);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/" SC_SITES_GROUP, mount);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(sc_cgroups_files_make(&cg, SC_CTRL_PIDS, name, NULL), 0);
    assert_true(is_there(name));
    assert_error_has((sc_cgroups_files_make(&cg, SC_CTRL_PIDS, "sitecage/1000", &err), &err),
                     SC_E_INVAL, "sitecage/1000 is no name of a control group of ours");
    assert_false(is_there("sitecage"));
}

/* A folder that is no control group of systemd's is not taken for the unit's. */
static void whose_the_base_is(void **state)
{
    char path[256];
    (void)state;
    cg.version[SC_CTRL_PIDS] = 0;
    cg.version[SC_CTRL_CPU] = 2;
    cg.mount[SC_CTRL_CPU] = mount;
    snprintf(path, sizeof(path), "%s/sitecage.slice", mount);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/" SC_SITES_GROUP, mount);
    assert_int_equal(mkdir(path, 0700), 0);
    sc_cgroup_base_find(&cg);
    assert_false(cg.delegated);
    assert_string_equal(cg.base, SC_CGROUP_ROOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names, begin, end),
        cmocka_unit_test_setup_teardown(without_systemd, begin, end),
        cmocka_unit_test_setup_teardown(below_the_unit, begin, end),
        cmocka_unit_test_setup_teardown(whose_the_base_is, begin, end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
