/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/cleanup.h"
#include "directadmin/enroll.h"
#include "directadmin/event.h"
#include "tests/unit/tempdir.h"

#define CUSTOM "usr/local/directadmin/scripts/custom"
#define HOOK   CUSTOM "/domain_create_post"
#define SCRIPT HOOK "/sitecage.sh"

static struct tempdir root;
static struct sc_da da;

static int make_server(void **state)
{
    (void)state;
    tempdir_make(&root);
    da = (struct sc_da){.prefix = root.path, .trusted = geteuid()};
    umask(022);
    put_dir(&root, "etc");
    put_file(&root, "etc/passwd", "diradmin:x:998:998::/usr/local/directadmin:/bin/false\n");
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_mkdirs_beneath(root.fd, CUSTOM, 0755, NULL, &err), 0);
    return 0;
}

static int remove_server(void **state)
{
    (void)state;
    tempdir_remove(&root);
    return 0;
}

static void enrolled(void)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_da_enroll(&da, &err) < 0)
        fail_msg("%s", err.text);
}

static struct stat stat_of(const char *rel)
{
    struct stat st;
    assert_int_equal(fstatat(root.fd, rel, &st, AT_SYMLINK_NOFOLLOW), 0);
    return st;
}

/* The kernel runs the adapter; a shell that reads the file does so too. */
static void every_hook_gets_its_script(void **state)
{
    (void)state;
    umask(077);
    enrolled();
    umask(022);
    assert_file(&root, SCRIPT,
                "#!" SC_LIBEXECDIR "/sitecage-directadmin hook\n"
                "exec " SC_LIBEXECDIR "/sitecage-directadmin hook domain_create_post\n");
    for (size_t i = 0; i < sc_da_hooks_n; i++) {
        char rel[256];
        snprintf(rel, sizeof(rel), CUSTOM "/%s", sc_da_hooks[i]);
        assert_int_equal(stat_of(rel).st_mode, S_IFDIR | 0755);
        snprintf(rel, sizeof(rel), CUSTOM "/%s/sitecage.sh", sc_da_hooks[i]);
        assert_int_equal(stat_of(rel).st_mode, S_IFREG | 0755);
        assert_int_equal(stat_of(rel).st_uid, geteuid());
    }
}

static void twice_changes_nothing(void **state)
{
    (void)state;
    enrolled();
    struct stat before = stat_of(SCRIPT), dir = stat_of(HOOK);
    enrolled();
    struct stat after = stat_of(SCRIPT), dir_after = stat_of(HOOK);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_memory_equal(&before.st_ctim, &after.st_ctim, sizeof(before.st_ctim));
    assert_memory_equal(&dir.st_mtim, &dir_after.st_mtim, sizeof(dir.st_mtim));
}

static void what_is_old_or_has_other_rights_is_put_right(void **state)
{
    (void)state;
    enrolled();
    put_file(&root, SCRIPT, "#!/bin/sh\nexec /old/sitecage-directadmin hook domain_create_post\n");
    assert_int_equal(fchmodat(root.fd, CUSTOM "/user_destroy_post/sitecage.sh", 0777, 0), 0);
    struct sc_buf text = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_da_status(&da, &text, &err), SC_E_NOTFOUND);
    assert_error_has(&err, SC_E_NOTFOUND, "domain_create_post, user_destroy_post (run '");
    sc_buf_free(&text);
    enrolled();
    assert_int_equal(stat_of(CUSTOM "/user_destroy_post/sitecage.sh").st_mode, S_IFREG | 0755);
    assert_int_equal(sc_da_status(&da, &text, &err), 0);
    sc_buf_free(&text);
}

static void status_says_what_is_missing(void **state)
{
    (void)state;
    struct sc_buf text = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    char want[512];
    assert_int_equal(sc_da_status(&da, &text, &err), SC_E_NOTFOUND);
    snprintf(want, sizeof(want), "0 of %zu of DirectAdmin's hooks are in place in %s/" CUSTOM,
             sc_da_hooks_n, root.path);
    assert_string_equal(text.data, want);
    sc_buf_free(&text);
    enrolled();
    assert_int_equal(sc_da_status(&da, &text, &err), 0);
    sc_buf_free(&text);
    assert_int_equal(unlinkat(root.fd, SCRIPT, 0), 0);
    assert_int_equal(sc_da_status(&da, &text, &err), SC_E_NOTFOUND);
    snprintf(want, sizeof(want),
             "1 of %zu of DirectAdmin's hooks are missing or not as they should be: "
             "domain_create_post (run '" SC_LIBEXECDIR "/sitecage-directadmin register')",
             sc_da_hooks_n);
    assert_error(&err, SC_E_NOTFOUND, want);
    sc_buf_free(&text);
}

static void only_ours_is_removed(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    put_dir(&root, CUSTOM "/mine");
    put_dir(&root, CUSTOM "/user_destroy_post");
    put_file(&root, CUSTOM "/user_destroy_post/other.sh", "other\n");
    put_file(&root, CUSTOM "/user_destroy_post.sh", "shared\n");
    enrolled();
    assert_int_equal(sc_da_unenroll(&da, &err), 0);
    assert_false(exists(&root, HOOK));
    assert_false(exists(&root, CUSTOM "/user_destroy_post/sitecage.sh"));
    assert_file(&root, CUSTOM "/user_destroy_post/other.sh", "other\n");
    assert_file(&root, CUSTOM "/user_destroy_post.sh", "shared\n");
    assert_true(exists(&root, CUSTOM "/mine"));
    assert_int_equal(sc_da_unenroll(&da, &err), 0); /* nothing there any more */
}

static void a_file_of_others_with_our_name_stays(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    char want[512];
    put_dir(&root, HOOK);
    put_file(&root, SCRIPT, "#!/bin/sh\necho mine\n");
    snprintf(want, sizeof(want),
             "%s/" SCRIPT " is not Sitecage's: move it elsewhere, then run '" SC_LIBEXECDIR
             "/sitecage-directadmin register'",
             root.path);
    assert_int_equal(sc_da_enroll(&da, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED, want);
    assert_int_equal(sc_da_unenroll(&da, &err), 0);
    assert_file(&root, SCRIPT, "#!/bin/sh\necho mine\n");
    /* Nor is a link followed, to our own file or any other. */
    assert_int_equal(unlinkat(root.fd, SCRIPT, 0), 0);
    put_link(&root, SCRIPT, at(&root, "target"));
    assert_int_equal(sc_da_enroll(&da, &err), SC_E_DENIED);
    assert_false(exists(&root, "target"));
}

static void folders_that_others_can_write_are_refused(void **state)
{
    (void)state;
    static const char *const folders[] = {"usr/local/directadmin", "usr/local/directadmin/scripts",
                                          CUSTOM, HOOK};
    put_dir(&root, HOOK);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        struct sc_error err = SC_ERROR_INIT;
        char want[600];
        assert_int_equal(fchmodat(root.fd, folders[i], 0757, 0), 0);
        snprintf(want, sizeof(want),
                 "%s/%s is writable by others than root, who could change what root runs from it "
                 "(chmod go-w %s/%s)",
                 root.path, folders[i], root.path, folders[i]);
        assert_int_equal(sc_da_enroll(&da, &err), SC_E_DENIED);
        assert_error(&err, SC_E_DENIED, want);
        assert_false(exists(&root, SCRIPT));
        assert_int_equal(fchmodat(root.fd, folders[i], 0755, 0), 0);
    }
    enrolled(); /* the control */
    assert_true(exists(&root, SCRIPT));
}

static void a_folder_that_is_a_link_is_refused(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    put_dir(&root, "elsewhere");
    put_link(&root, HOOK, at(&root, "elsewhere"));
    assert_int_equal(sc_da_enroll(&da, &err), SC_E_DENIED);
    assert_error_has(&err, SC_E_DENIED, "domain_create_post is not a folder, or a link to one");
    assert_false(exists(&root, "elsewhere/sitecage.sh"));
}

static void folders_of_others_are_refused(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    if (geteuid() == 0)
        assert_int_equal(fchownat(root.fd, CUSTOM, 12345, 0, 0), 0);
    else
        da.trusted = geteuid() + 1;
    assert_int_equal(sc_da_enroll(&da, &err), SC_E_DENIED);
    assert_error_has(&err, SC_E_DENIED, "who could change what root runs from it (chown root ");
}

static void without_directadmin(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    char want[512];
    assert_int_equal(renameat(root.fd, "usr", root.fd, "away"), 0);
    snprintf(want, sizeof(want), "there is no DirectAdmin: %s/usr/local/directadmin is missing",
             root.path);
    assert_int_equal(sc_da_enroll(&da, &err), SC_E_PLATFORM);
    assert_error(&err, SC_E_PLATFORM, want);
}

static void scripts_custom_is_made(void **state)
{
    (void)state;
    assert_int_equal(unlinkat(root.fd, CUSTOM, AT_REMOVEDIR), 0);
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_da_unenroll(&da, &err), 0);
    assert_false(exists(&root, CUSTOM));
    enrolled();
    assert_int_equal(stat_of(CUSTOM).st_mode, S_IFDIR | 0755);
}

#define ON_SERVER(f) cmocka_unit_test_setup_teardown(f, make_server, remove_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SERVER(every_hook_gets_its_script),
        ON_SERVER(twice_changes_nothing),
        ON_SERVER(what_is_old_or_has_other_rights_is_put_right),
        ON_SERVER(status_says_what_is_missing),
        ON_SERVER(only_ours_is_removed),
        ON_SERVER(a_file_of_others_with_our_name_stays),
        ON_SERVER(folders_that_others_can_write_are_refused),
        ON_SERVER(a_folder_that_is_a_link_is_refused),
        ON_SERVER(folders_of_others_are_refused),
        ON_SERVER(without_directadmin),
        ON_SERVER(scripts_custom_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
