/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/base/beneath.h, resolve.h and asuser.h against a home that works against root. */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "core/base/asuser.h"
#include "core/base/beneath_private.h"
#include "core/base/cleanup.h"
#include "core/base/resolve.h"

#define SOME_UID 23456u
#define SOME_GID 23457u

/* Each test has a directory with "home" and "outside" in it. */
struct world {
    struct tempdir t;
    char base[TEMPDIR_MAX + 8];
    int home;
};

static int setup(void **state)
{
    static struct world w;
    tempdir_make(&w.t);
    put_dir(&w.t, "home");
    put_dir(&w.t, "outside");
    put_dir(&w.t, "outside/www");
    put_file(&w.t, "outside/secret", "secret");
    snprintf(w.base, sizeof(w.base), "%s/home", w.t.path);
    w.home = openat(w.t.fd, "home", O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(w.home >= 0);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    close(w->home);
    tempdir_remove(&w->t);
    return 0;
}

static void put_tree(struct world *w)
{
    put_dir(&w->t, "home/a");
    put_dir(&w->t, "home/a/b");
    put_file(&w->t, "home/a/b/file", "text");
    put_file(&w->t, "home/a/we ird\n%\xff", "odd");
    put_link(&w->t, "home/out", "../outside");
    put_link(&w->t, "home/a/secret", at(&w->t, "outside/secret"));
    put_link(&w->t, "home/a/file", "b/file");
    assert_int_equal(mkfifoat(w->t.fd, "home/fifo", 0666), 0);
}

static const struct {
    const char *rel;
    int flags;
    int want; /* 0, or an errno */
} open_cases[] = {
    {"a/b/file", O_RDONLY, 0},
    {"a/we ird\n%\xff", O_RDONLY, 0},
    {"a//./b/", O_RDONLY | O_DIRECTORY, 0},
    {".", O_RDONLY | O_DIRECTORY, 0},
    {"./.", O_PATH, 0},
    {"fifo", O_RDONLY, 0},
    {"fifo", O_WRONLY, ENXIO},
    {"a/none", O_RDONLY, ENOENT},
    {"none/x", O_RDONLY, ENOENT},
    {"a/b/file/x", O_RDONLY, ENOTDIR},
    {"a/b/file/", O_RDONLY, ENOTDIR},
    {"a/b/file", O_RDONLY | O_DIRECTORY, ENOTDIR},
    {"out", O_RDONLY, ELOOP},
    {"out", O_PATH, ELOOP},
    {"out", O_PATH | O_NOFOLLOW, 0},
    {"out/secret", O_RDONLY, ELOOP},
    {"out/secret", O_PATH | O_NOFOLLOW, ELOOP},
    {"a/secret", O_RDONLY, ELOOP},
    {"a/secret", O_WRONLY | O_CREAT, ELOOP},
    {"a/file", O_RDONLY, ELOOP},
    {"../outside/secret", O_RDONLY, EXDEV},
    {"/etc/passwd", O_RDONLY, EXDEV},
    {"a/b/file", O_WRONLY | O_CREAT | O_EXCL, EEXIST},
    {"a/b", O_WRONLY, EISDIR},
    {"", O_RDONLY, ENOENT},
};

static int check_open_cases(int home, int how)
{
    for (size_t i = 0; i < sizeof(open_cases) / sizeof(open_cases[0]); i++) {
        int fd = sc_beneath_open(home, open_cases[i].rel, open_cases[i].flags, 0644, how);
        int got = fd < 0 ? -fd : 0;
        if (got != open_cases[i].want) {
            fprintf(stderr, "case %zu, how %d: %s gives %d (%s)\n", i, how, open_cases[i].rel, got,
                    strerror(got));
            return 1;
        }
        if (fd >= 0 && !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
            return 2;
        if (fd >= 0)
            close(fd);
    }
    return 0;
}

static void opens_the_same_by_kernel_and_by_walk(void **state)
{
    struct world *w = *state;
    put_tree(w);
    assert_int_equal(check_open_cases(w->home, 0), 0);
    assert_int_equal(check_open_cases(w->home, SC_BENEATH_NO_XDEV), 0);
    assert_int_equal(check_open_cases(w->home, SC_BENEATH_ANY_MOUNT), 0);
    assert_int_equal(check_open_cases(w->home, SC_BENEATH_WALK), 0);
    assert_int_equal(check_open_cases(w->home, SC_BENEATH_WALK | SC_BENEATH_ANY_MOUNT), 0);
    assert_int_equal(check_open_cases(w->home, SC_BENEATH_WALK | SC_BENEATH_NO_XDEV), 0);
}

/* Runs `body` in a child and gives its exit status; 1000 + the signal when one ended it. */
static int in_child(int (*body)(struct world *), struct world *w)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(120); /* a hang is a failure */
        _exit(body(w));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int without_openat2(struct world *w)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    if (!f || seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0) || seccomp_load(f))
        return 77;
    seccomp_release(f);
    if (check_open_cases(w->home, 0) || check_open_cases(w->home, SC_BENEATH_NO_XDEV))
        return 1;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    if (sc_read_file_beneath(w->home, "a/b/file", 10, &b, NULL, NULL) || strcmp(b.data, "text"))
        return 2;
    if (sc_mkdirs_beneath(w->home, "n/e/w", 0755, NULL, NULL) || !exists(&w->t, "home/n/e/w"))
        return 3;
    if (sc_remove_tree_beneath(w->home, "a", NULL) || exists(&w->t, "home/a"))
        return 4;
    return exists(&w->t, "outside/secret") ? 0 : 5;
}

static void works_on_a_kernel_without_openat2(void **state)
{
    struct world *w = *state;
    put_tree(w);
    int status = in_child(without_openat2, w);
    if (status == 77)
        skip();
    assert_int_equal(status, 0);
}

static void open_says_what_is_wrong(void **state)
{
    struct world *w = *state;
    put_tree(w);
    struct sc_error err = SC_ERROR_INIT;
    int fd = -7;
    assert_int_equal(sc_open_beneath(w->home, "a/none", O_RDONLY, 0, &fd, &err), SC_E_NOTFOUND);
    assert_error(&err, SC_E_NOTFOUND, "a/none does not exist");
    assert_int_equal(sc_open_beneath(w->home, "out/secret", O_RDONLY, 0, &fd, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED, "out/secret is, or lies behind, a symbolic link");
    assert_int_equal(sc_open_beneath(w->home, "a/../a", O_RDONLY, 0, &fd, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "'a/../a' is not a path below the directory");
    assert_int_equal(sc_open_beneath(w->home, "/etc", O_RDONLY, 0, &fd, &err), SC_E_INVAL);
    assert_int_equal(sc_open_beneath(w->home, "", O_RDONLY, 0, &fd, &err), SC_E_INVAL);
    assert_int_equal(sc_open_beneath(w->home, "a/b/file/x", O_RDONLY, 0, &fd, &err), SC_E_SYS);
    assert_int_equal(err.sys, ENOTDIR);
    assert_int_equal(fd, -7);
    assert_int_equal(sc_open_beneath(w->home, "a/new", O_WRONLY | O_CREAT, 0600, &fd, &err), 0);
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    close(fd);
}

static void reads_regular_files_only(void **state)
{
    struct world *w = *state;
    put_tree(w);
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    struct stat st;
    sc_buf_str(&b, "old");
    /* Neither a FIFO without a writer nor a socket may hold us up; alarm() turns a hang into a
     * failure. */
    alarm(60);
    assert_int_equal(sc_read_file_beneath(w->home, "fifo", 10, &b, NULL, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "fifo is not a regular file");
    alarm(0);
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    snprintf(sa.sun_path, sizeof(sa.sun_path), "%.90s", at(&w->t, "home/sock"));
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(sock, (struct sockaddr *)&sa, sizeof(sa)), 0);
    assert_int_equal(sc_read_file_beneath(w->home, "sock", 10, &b, NULL, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "sock is not a regular file");
    close(sock);
    assert_int_equal(sc_read_file_beneath(w->home, "a", 10, &b, NULL, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "a is not a regular file");
    assert_int_equal(sc_read_file_beneath(w->home, "a/secret", 10, &b, NULL, &err), SC_E_DENIED);
    put_file(&w->t, "home/huge", "");
    assert_int_equal(truncate(at(&w->t, "home/huge"), 100 << 20), 0);
    assert_int_equal(sc_read_file_beneath(w->home, "huge", 1 << 20, &b, NULL, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "huge is larger than 1048576 bytes");
    assert_string_equal(b.data, "old");
    assert_int_equal(linkat(w->t.fd, "home/a/b/file", w->t.fd, "home/second", 0), 0);
    assert_int_equal(sc_read_file_beneath(w->home, "a/b/file", 4, &b, &st, &err), 0);
    assert_string_equal(b.data, "text");
    assert_int_equal(st.st_nlink, 2);
    assert_int_equal(st.st_uid, geteuid());
    assert_int_equal(sc_read_file_beneath(w->home, "a/b/file", 3, &b, &st, &err), SC_E_TOOBIG);
    put_file(&w->t, "home/empty", "");
    assert_int_equal(sc_read_file_beneath(w->home, "empty", 0, &b, &st, &err), 0);
    assert_string_equal(b.data, "");
}

static void makes_directories(void **state)
{
    struct world *w = *state;
    put_tree(w);
    struct sc_error err = SC_ERROR_INIT;
    SC_FD int fd = -EBADF;
    mode_t old = umask(0);
    assert_int_equal(sc_mkdirs_beneath(w->home, "a/x/y", 0710, &fd, &err), 0);
    umask(old);
    struct stat st, here;
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(stat(at(&w->t, "home/a/x/y"), &here), 0);
    assert_int_equal(st.st_ino, here.st_ino);
    assert_int_equal(st.st_mode & 07777, 0710);
    assert_int_equal(fsync(fd), 0);
    assert_int_equal(sc_mkdirs_beneath(w->home, "a/x/y", 0710, NULL, &err), 0);
    assert_int_equal(sc_mkdirs_beneath(w->home, "out/x", 0700, NULL, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED, "out is, or lies behind, a symbolic link");
    assert_false(exists(&w->t, "outside/x"));
    assert_int_equal(sc_mkdirs_beneath(w->home, "../outside/x", 0700, NULL, &err), SC_E_INVAL);
    assert_false(exists(&w->t, "outside/x"));
    assert_int_equal(sc_mkdirs_beneath(w->home, "a/b/file/x", 0700, NULL, &err), SC_E_SYS);
    assert_int_equal(err.sys, ENOTDIR);
    put_link(&w->t, "home/dangling", at(&w->t, "outside/made"));
    assert_int_equal(sc_mkdirs_beneath(w->home, "dangling", 0700, NULL, &err), SC_E_DENIED);
    assert_false(exists(&w->t, "outside/made"));
}

static void replaces_files(void **state)
{
    struct world *w = *state;
    put_tree(w);
    struct sc_error err = SC_ERROR_INIT;
    mode_t old = umask(0077);
    assert_int_equal(sc_replace_file_beneath(w->home, "a/b", "file", 0644, "new", 3, &err), 0);
    umask(old);
    struct stat st;
    assert_file(&w->t, "home/a/b/file", "new");
    assert_int_equal(fstatat(w->t.fd, "home/a/b/file", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_false(exists(&w->t, "home/a/b/.file.new"));
    /* Links on the way are replaced, not written through. */
    put_link(&w->t, "home/a/.secret.new", at(&w->t, "outside/secret"));
    assert_int_equal(sc_replace_file_beneath(w->home, "a", "secret", 0600, "mine", 4, &err), 0);
    assert_file(&w->t, "home/a/secret", "mine");
    assert_file(&w->t, "outside/secret", "secret");
    assert_int_equal(sc_replace_file_beneath(w->home, "out", "secret", 0600, "x", 1, &err),
                     SC_E_DENIED);
    assert_file(&w->t, "outside/secret", "secret");
    assert_int_equal(sc_replace_file_beneath(w->home, "a", "../f", 0600, "x", 1, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "a: '../f' is not a file name");
    assert_int_equal(sc_replace_file_beneath(w->home, "a", "b", 0600, "x", 1, &err), SC_E_SYS);
    assert_false(exists(&w->t, "home/a/.b.new"));
}

static void removes_trees(void **state)
{
    struct world *w = *state;
    put_tree(w);
    struct sc_error err = SC_ERROR_INIT;
    put_link(&w->t, "home/a/b/dir-out", at(&w->t, "outside"));
    assert_int_equal(linkat(w->t.fd, "outside/secret", w->t.fd, "home/a/hard", 0), 0);
    assert_int_equal(sc_remove_tree_beneath(w->home, "a/none", &err), 0);
    assert_int_equal(sc_remove_tree_beneath(w->home, "none/none", &err), 0);
    assert_int_equal(sc_remove_tree_beneath(w->home, ".", &err), SC_E_INVAL);
    assert_int_equal(sc_remove_tree_beneath(w->home, "", &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "'' does not name a thing to remove");
    assert_int_equal(sc_remove_tree_beneath(w->home, "a/..", &err), SC_E_INVAL);
    assert_int_equal(sc_remove_tree_beneath(w->home, "out/www", &err), SC_E_DENIED);
    assert_true(exists(&w->t, "home/a/b/file"));
    assert_int_equal(sc_remove_tree_beneath(w->home, "out", &err), 0);
    assert_int_equal(sc_remove_tree_beneath(w->home, "fifo", &err), 0);
    assert_int_equal(sc_remove_tree_beneath(w->home, "a/", &err), 0);
    assert_false(exists(&w->t, "home/a"));
    assert_file(&w->t, "outside/secret", "secret");
    assert_true(exists(&w->t, "outside/www"));
}

static void removes_a_very_deep_tree(void **state)
{
    struct world *w = *state;
    struct sc_error err = SC_ERROR_INIT;
    put_dir(&w->t, "home/deep");
    put_file(&w->t, "home/deep/.sc-deep-0", "the name that the removal would use");
    put_dir(&w->t, "home/deep/.sc-deep-1");
    put_file(&w->t, "home/deep/.sc-deep-1/x", "");
    int fd = openat(w->home, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(mkdirat(fd, "d", 0755), 0);
        int next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(next >= 0);
        close(fd);
        fd = next;
        if (i % 100 == 0)
            assert_int_equal(symlinkat(w->t.path, fd, "up"), 0);
    }
    close(fd);
    if (sc_remove_tree_beneath(w->home, "deep", &err) < 0)
        fail_msg("%s", err.text);
    assert_false(exists(&w->t, "home/deep"));
    assert_true(exists(&w->t, "outside/secret"));
}

static void removes_what_is_not_writable(void **state)
{
    if (geteuid() != 0)
        skip();
    struct world *w = *state;
    struct sc_error err = SC_ERROR_INIT;
    put_dir(&w->t, "home/ro");
    put_dir(&w->t, "home/ro/sub");
    put_file(&w->t, "home/ro/sub/file", "x");
    const char *const all[] = {"home", "home/ro", "home/ro/sub", "home/ro/sub/file"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(fchownat(w->t.fd, all[i], SOME_UID, SOME_GID, 0), 0);
    assert_int_equal(fchmodat(w->t.fd, "home/ro/sub", 0, 0), 0);
    assert_int_equal(fchmodat(w->t.fd, "home/ro", 0500, 0), 0);
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    assert_int_equal(sc_asuser_begin(&as, SOME_UID, SOME_GID, &err), 0);
    int rc = sc_remove_tree_beneath(w->home, "ro", &err);
    sc_asuser_end(&as);
    if (rc < 0)
        fail_msg("%s", err.text);
    assert_false(exists(&w->t, "home/ro"));
}

static void takes_a_users_rights_and_gives_them_back(void **state)
{
    if (geteuid() != 0)
        skip();
    struct world *w = *state;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(fchownat(w->t.fd, "home", SOME_UID, SOME_GID, 0), 0);
    assert_int_equal(fchmodat(w->t.fd, "outside/secret", 0600, 0), 0);
    struct sc_asuser as = SC_ASUSER_INIT;
    gid_t before[64], inside[64];
    int n = getgroups(64, before);
    assert_int_equal(sc_asuser_begin(&as, SOME_UID, SOME_GID, &err), 0);
    /* Nothing may fail the test while the rights are the user's. */
    int secret = openat(w->t.fd, "outside/secret", O_RDONLY | O_CLOEXEC);
    int why = errno;
    int mine = openat(w->t.fd, "home/mine", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int other = openat(w->t.fd, "outside/x", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int n_inside = getgroups(64, inside);
    errno = EDOM;
    sc_asuser_end(&as);
    assert_int_equal(errno, EDOM);
    sc_asuser_end(&as);
    assert_int_equal(secret, -1);
    assert_int_equal(why, EACCES);
    assert_int_equal(other, -1);
    assert_int_equal(n_inside, 1);
    assert_int_equal(inside[0], SOME_GID);
    struct stat st;
    assert_int_equal(fstat(mine, &st), 0);
    assert_int_equal(st.st_uid, SOME_UID);
    assert_int_equal(st.st_gid, SOME_GID);
    close(mine);
    gid_t after[64];
    assert_int_equal(getgroups(64, after), n);
    assert_memory_equal(after, before, (size_t)n * sizeof(gid_t));
    assert_file(&w->t, "outside/secret", "secret");
    assert_int_equal(sc_asuser_begin(&as, 0, 0, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "uid 0, gid 0 is not a hosting user");
    assert_int_equal(sc_asuser_begin(&as, (uid_t)-1, 1, &err), SC_E_INVAL);
}

static int as_a_user_without_root(struct world *w)
{
    (void)w;
    if (setgid(SOME_GID) || setuid(SOME_UID))
        return 1;
    struct sc_asuser as = SC_ASUSER_INIT;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_asuser_begin(&as, SOME_UID, SOME_GID, &err) != 0)
        return 2;
    sc_asuser_end(&as);
    if (sc_asuser_begin(&as, SOME_UID + 1, SOME_GID, &err) != SC_E_DENIED)
        return 3;
    return strcmp(err.text, "only root can act as uid 23457") ? 4 : 0;
}

static void a_user_is_only_himself(void **state)
{
    if (geteuid() != 0)
        skip();
    assert_int_equal(in_child(as_a_user_without_root, *state), 0);
}

static void resolves_paths(void **state)
{
    struct world *w = *state;
    char alias[] = "/alias/of/home", loop_alias[64];
    put_tree(w);
    put_link(&w->t, "home/www", "a/b");
    put_link(&w->t, "home/abs", at(&w->t, "home/a/"));
    put_link(&w->t, "home/by-alias", "/alias//of/./home/a/b");
    put_link(&w->t, "home/a/b/up", "../..");
    put_link(&w->t, "home/a/b/out", "../../../outside");
    put_link(&w->t, "home/a/b/in-again", "../../../home/a");
    put_link(&w->t, "home/loop", "loop");
    put_link(&w->t, "home/near", "/alias/of/homeless");
    put_dir(&w->t, "home/a/\xe9 t\n%41");
    snprintf(loop_alias, sizeof(loop_alias), "link39/b");
    put_link(&w->t, "home/link0", "a");
    for (int i = 1; i <= 40; i++) {
        char name[32], to[32];
        snprintf(name, sizeof(name), "home/link%d", i);
        snprintf(to, sizeof(to), "link%d", i - 1);
        put_link(&w->t, name, to);
    }
    static const struct {
        const char *path; /* after base */
        int want;
        const char *rel; /* or the error after "BASE" with BASE for the base */
    } cases[] = {
        {"", 0, ""},
        {"/", 0, ""},
        {"/.", 0, ""},
        {"/a/b", 0, "a/b"},
        {"//a/./b//", 0, "a/b"},
        {"/a/../a/b/..", 0, "a"},
        {"/www", 0, "a/b"},
        {"/www/..", 0, "a"},
        {"/abs/b", 0, "a/b"},
        {"/by-alias", 0, "a/b"},
        {"/a/b/up/www", 0, "a/b"},
        {"/a/\xe9 t\n%41", 0, "a/\xe9 t\n%41"},
        {"/link39/b", 0, "a/b"},
        {"/link40/b", SC_E_DENIED, "BASE/link40/b goes through more than 40 symbolic links"},
        {"/loop", SC_E_DENIED, "BASE/loop goes through more than 40 symbolic links"},
        {"/a/none/x", SC_E_NOTFOUND, "BASE/a/none does not exist"},
        {"/..", SC_E_DENIED, "BASE/.. is outside BASE"},
        {"/../home/a", SC_E_DENIED, "BASE/../home/a is outside BASE"},
        {"/a/../../outside", SC_E_DENIED, "BASE/a/../../outside is outside BASE"},
        {"/out", SC_E_DENIED, "BASE/out is outside BASE"},
        {"/a/b/out/www", SC_E_DENIED, "BASE/a/b/out/www is outside BASE"},
        {"/a/b/in-again", SC_E_DENIED, "BASE/a/b/in-again is outside BASE"},
        {"/near", SC_E_DENIED,
         "BASE/near is outside BASE: the symbolic link BASE/near points to /alias/of/homeless"},
        {"/a/b/file", SC_E_INVAL, "BASE/a/b/file is not a directory"},
        {"/a/b/file/..", SC_E_INVAL, "BASE/a/b/file is not a directory"},
        {"/a/b/file/x", SC_E_INVAL, "BASE/a/b/file is not a directory"},
        {"less/a", SC_E_DENIED, "BASEless/a is outside BASE"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[256];
        SC_FREE char *rel = NULL;
        SC_FD int fd = -EBADF;
        struct sc_error err = SC_ERROR_INIT;
        snprintf(path, sizeof(path), "%s%s", w->base, cases[i].path);
        int rc = sc_resolve_beneath(w->base, alias, w->home, path, true, &rel, &fd, &err);
        if (rc != cases[i].want)
            fail_msg("%s gives %d: %s %s", cases[i].path, rc, rel ? rel : "", err.text);
        if (rc == 0) {
            assert_string_equal(rel, cases[i].rel);
            struct stat got, want;
            assert_int_equal(fstat(fd, &got), 0);
            assert_int_equal(fstatat(w->home, *rel ? rel : ".", &want, AT_SYMLINK_NOFOLLOW), 0);
            assert_int_equal(got.st_ino, want.st_ino);
            continue;
        }
        SC_BUF struct sc_buf want = SC_BUF_INIT;
        for (const char *p = cases[i].rel; *p;) {
            bool is_base = !strncmp(p, "BASE", 4);
            sc_buf_add(&want, is_base ? w->base : p, is_base ? strlen(w->base) : 1);
            p += is_base ? 4 : 1;
        }
        assert_error(&err, cases[i].want, want.data);
        assert_null(rel);
        assert_int_equal(fd, -EBADF);
    }
    SC_FREE char *rel = NULL;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(
        sc_resolve_beneath(w->base, alias, w->home, "/alias/of/home/www", true, &rel, NULL, &err),
        0);
    assert_string_equal(rel, "a/b");
    free(sc_steal_ptr(&rel));
    assert_int_equal(sc_resolve_beneath(w->base, NULL, w->home, at(&w->t, "home/a/file"), false,
                                        &rel, NULL, &err),
                     0);
    assert_string_equal(rel, "a/b/file");
    assert_int_equal(
        sc_resolve_beneath(w->base, NULL, w->home, "/alias/of/home/www", true, &rel, NULL, &err),
        SC_E_DENIED);
    assert_int_equal(sc_resolve_beneath(w->base, NULL, w->home, "a", true, &rel, NULL, &err),
                     SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "'a' is not an absolute path");
}

/* ---- a path that cannot be followed to its end ---- */

/* sc_resolve_known() of BASE/path: the code, with what is known in `known` ("-": nothing). */
static int resolve_known(struct world *w, const char *path, char *known, size_t size,
                         struct sc_error *err)
{
    char whole[PATH_MAX + 64];
    SC_FREE char *rel = NULL, *dir = NULL;
    snprintf(whole, sizeof(whole), "%s/%s", w->base, path);
    int rc = sc_resolve_known(w->base, NULL, w->home, whole, true, &rel, NULL, &dir, err);
    snprintf(known, size, "%s", rc == 0 ? rel : dir ? dir : "-");
    return rc;
}

static void tells_what_is_known_of_a_path(void **state)
{
    struct world *w = *state;
    put_tree(w);
    put_link(&w->t, "home/loop", "loop");
    put_link(&w->t, "home/dangling", "a/none");
    char target[256]; /* taken, it makes the path longer than PATH_MAX */
    for (size_t i = 0; i < sizeof(target); i++)
        target[i] = i % 2 ? '/' : '.';
    target[sizeof(target) - 1] = 0;
    put_link(&w->t, "home/a/long", target);
    static const struct {
        const char *path;
        int want;
        const char *known;
    } cases[] = {
        {"a/b", 0, "a/b"},
        {"a/none", SC_E_NOTFOUND, "-"},
        {"a/none/x", SC_E_NOTFOUND, "-"},
        {"dangling", SC_E_NOTFOUND, "-"},
        {"a/b/file", SC_E_INVAL, "-"},
        {"a/b/file/x", SC_E_INVAL, "-"},
        {"loop", SC_E_DENIED, "-"},
        {"out", SC_E_DENIED, "-"},
        {"..", SC_E_DENIED, "-"},
    };
    char known[PATH_MAX];
    struct sc_error err = SC_ERROR_INIT;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int rc = resolve_known(w, cases[i].path, known, sizeof(known), &err);
        if (rc != cases[i].want || strcmp(known, cases[i].known) != 0)
            fail_msg("%s gives %d, '%s': %s", cases[i].path, rc, known, err.text);
    }
    char path[4000];
    memset(path, '/', sizeof(path));
    memcpy(path, "a/long", 6);
    path[sizeof(path) - 1] = 0;
    path[sizeof(path) - 2] = 'x';
    assert_int_equal(resolve_known(w, path, known, sizeof(known), &err), SC_E_INVAL);
    assert_string_equal(known, "a");
}

/* Each kind of failure that is no absence, at each system call that asks. */
static int fails_with(struct world *w, int call, int errnum, const char *want)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    if (!f || seccomp_rule_add(f, SCMP_ACT_ERRNO((unsigned)errnum), call, 0) || seccomp_load(f))
        return 77;
    seccomp_release(f);
    char known[64] = "";
    struct sc_error err = SC_ERROR_INIT;
    int rc = resolve_known(w, "a/b", known, sizeof(known), &err);
    bool told = rc == SC_E_SYS && err.sys == errnum;
    if (!told || strcmp(known, want) != 0)
        fprintf(stderr, "call %d, %s: %d '%s' %s\n", call, strerror(errnum), rc, known, err.text);
    return told && strcmp(known, want) == 0 ? 0 : 1;
}

static int fails_at_openat2(struct world *w, int errnum)
{
    return fails_with(w, SCMP_SYS(openat2), errnum, "");
}

static int fails_at_fstat(struct world *w, int errnum)
{
    int rc = fails_with(w, SCMP_SYS(newfstatat), errnum, "");
    return rc ? rc : fails_with(w, SCMP_SYS(fstat), errnum, "");
}

static void no_error_is_an_absence(void **state)
{
    struct world *w = *state;
    put_tree(w);
    static const int errors[] = {EMFILE, ENFILE, ENOMEM,    EIO,       EACCES,
                                 EPERM,  ELOOP,  ETIMEDOUT, EOVERFLOW, ESTALE};
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        for (int at = 0; at < 2; at++) {
            pid_t pid = fork();
            assert_true(pid >= 0);
            if (pid == 0)
                _exit(at ? fails_at_fstat(w, errors[i]) : fails_at_openat2(w, errors[i]));
            int status;
            assert_int_equal(waitpid(pid, &status, 0), pid);
            if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
                skip();
            assert_int_equal(status, 0);
        }
}

static int behind_a_closed_directory(struct world *w)
{
    if (setgid(SOME_GID) || setuid(SOME_UID))
        return 1;
    char known[64] = "";
    struct sc_error err = SC_ERROR_INIT;
    if (resolve_known(w, "a/b", known, sizeof(known), &err) != SC_E_SYS || err.sys != EACCES)
        return 2;
    return strcmp(known, "a") == 0 ? 0 : 3;
}

static void a_closed_directory_hides_nothing_from_root(void **state)
{
    if (geteuid() != 0)
        skip();
    struct world *w = *state;
    char known[64] = "";
    struct sc_error err = SC_ERROR_INIT;
    put_tree(w);
    assert_int_equal(fchmodat(w->t.fd, "home/a", 0, 0), 0);
    assert_int_equal(in_child(behind_a_closed_directory, w), 0);
    assert_int_equal(resolve_known(w, "a/b", known, sizeof(known), &err), 0);
    assert_string_equal(known, "a/b");
}

/* Swaps home/site (a directory) and home/evil (a link out) for as long as it lives. */
static pid_t start_swapper(struct world *w)
{
    put_dir(&w->t, "home/site");
    put_dir(&w->t, "home/site/www");
    put_file(&w->t, "home/site/secret", "mine");
    put_link(&w->t, "home/evil", "../outside");
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(300);
        for (;;)
            if (renameat2(w->home, "site", w->home, "evil", RENAME_EXCHANGE) < 0)
                _exit(1);
    }
    return pid;
}

static void assert_inside(struct world *w, int fd)
{
    char magic[40], where[256];
    snprintf(magic, sizeof(magic), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(magic, where, sizeof(where) - 1);
    assert_true(n > 0);
    where[n] = 0;
    if (strncmp(where, w->base, strlen(w->base)) || where[strlen(w->base)] != '/')
        fail_msg("%s is outside %s", where, w->base);
}

static void is_not_fooled_by_renames(void **state)
{
    struct world *w = *state;
    pid_t swapper = start_swapper(w);
    char path[128];
    snprintf(path, sizeof(path), "%s/site/www", w->base);
    unsigned good = 0, refused = 0;
    for (int i = 0; i < 2000; i++) {
        SC_FREE char *rel = NULL;
        SC_FD int fd = -EBADF;
        struct sc_error err = SC_ERROR_INIT;
        int rc = sc_resolve_beneath(w->base, NULL, w->home, path, true, &rel, &fd, &err);
        if (rc == 0) {
            assert_inside(w, fd);
            assert_string_equal(rel, "site/www");
        } else {
            assert_int_equal(rc, SC_E_DENIED);
        }
        for (int how = 0; how <= SC_BENEATH_WALK; how += SC_BENEATH_WALK) {
            SC_FD int file = sc_beneath_open(w->home, "site/secret", O_RDONLY, 0, how);
            char text[8] = "";
            if (file >= 0) {
                assert_int_equal(read(file, text, 7), 4);
                assert_string_equal(text, "mine");
                good++;
            } else {
                assert_int_equal(file, -ELOOP);
                refused++;
            }
        }
        if (i % 10 == 0) {
            SC_FD int made = -EBADF;
            if (sc_mkdirs_beneath(w->home, "site/new", 0755, &made, NULL) == 0)
                assert_inside(w, made);
            (void)sc_replace_file_beneath(w->home, "site", "secret", 0644, "mine", 4, NULL);
        }
    }
    assert_int_equal(good + refused, 4000);
    assert_int_equal(kill(swapper, SIGKILL), 0);
    int status;
    assert_int_equal(waitpid(swapper, &status, 0), swapper);
    assert_true(WIFSIGNALED(status)); /* it swapped to the end */
    assert_false(exists(&w->t, "outside/new"));
    assert_file(&w->t, "outside/secret", "secret");
}

static void removal_is_not_fooled_by_renames(void **state)
{
    struct world *w = *state;
    pid_t swapper = start_swapper(w);
    for (int i = 0; i < 300; i++) {
        (void)sc_remove_tree_beneath(w->home, "site/www", NULL);
        (void)mkdirat(w->t.fd, "home/site/www", 0755);
    }
    kill(swapper, SIGKILL);
    waitpid(swapper, NULL, 0);
    assert_true(exists(&w->t, "outside/www"));
    assert_file(&w->t, "outside/secret", "secret");
}

/* Descriptors opened before unshare() stay in the old namespace and would not show the new
 * mounts. */
static int reopen(struct world *w)
{
    w->t.fd = open(w->t.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    w->home = openat(w->t.fd, "home", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return w->home < 0;
}

/* In a mount namespace of its own, so that nothing reaches the machine's. */
static int with_mounts(struct world *w)
{
    if (unshare(CLONE_NEWNS) || mount("none", "/", "none", MS_REC | MS_PRIVATE, ""))
        return 77;
    if (mount("none", at(&w->t, "home/a/b"), "tmpfs", 0, ""))
        return 77;
    if (reopen(w))
        return 9;
    put_file(&w->t, "home/a/b/on-tmpfs", "there");
    struct sc_error err = SC_ERROR_INIT;
    SC_FREE char *rel = NULL;
    SC_FD int fd = -EBADF;
    if (sc_open_beneath_mounts(w->home, "a/b/on-tmpfs", O_RDONLY, 0, &fd, &err) < 0)
        return 11;
    for (int walk = 0; walk <= SC_BENEATH_WALK; walk += SC_BENEATH_WALK) {
        if (sc_beneath_open(w->home, "a/b/on-tmpfs", O_RDONLY, 0, walk) < 0)
            return 1;
        if (sc_beneath_open(w->home, "a/b", O_RDONLY | O_DIRECTORY, 0, walk) < 0)
            return 2;
        if (sc_beneath_open(w->home, "a/b/on-tmpfs", O_RDONLY, 0, walk | SC_BENEATH_NO_XDEV) !=
            -EXDEV)
            return 3;
        if (sc_beneath_open(w->home, "a/b", O_PATH, 0, walk | SC_BENEATH_NO_XDEV) != -EXDEV)
            return 4;
        if (sc_beneath_open(w->home, "a/b/on-tmpfs", O_RDONLY, 0, walk | SC_BENEATH_ANY_MOUNT) < 0)
            return 10;
    }
    if (sc_resolve_beneath(w->base, NULL, w->home, at(&w->t, "home/a/b"), true, &rel, NULL, &err) ||
        strcmp(rel, "a/b"))
        return 5;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    if (sc_read_file_beneath(w->home, "a/b/on-tmpfs", 10, &b, NULL, &err) != SC_E_DENIED ||
        strcmp(err.text, "a/b/on-tmpfs is on a file system that may not be entered"))
        return 6;
    if (sc_remove_tree_beneath(w->home, "a", &err) != SC_E_DENIED ||
        strcmp(err.text, "a: b is a mount point: unmount it first"))
        return 7;
    return exists(&w->t, "home/a/b/on-tmpfs") ? 0 : 8;
}

static void keeps_to_its_mount(void **state)
{
    if (geteuid() != 0)
        skip();
    struct world *w = *state;
    put_dir(&w->t, "home/a");
    put_dir(&w->t, "home/a/b");
    int status = in_child(with_mounts, w);
    if (status == 77)
        skip();
    assert_int_equal(status, 0);
}

/* A FUSE file system whose server never answers, as a user's `fusermount -o allow_other` makes. */
static int with_fuse(struct world *w)
{
    int dev = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    char options[128];
    snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=%u,group_id=%u,allow_other",
             dev, SOME_UID, SOME_GID);
    if (dev < 0 || unshare(CLONE_NEWNS) || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") ||
        mount("bad", at(&w->t, "home/a"), "fuse.bad", MS_NOSUID | MS_NODEV, options))
        return 77;
    if (reopen(w))
        return 9;
    struct sc_error err = SC_ERROR_INIT;
    int fd = -EBADF;
    SC_FREE char *rel = NULL;
    if (sc_open_beneath(w->home, "a/b/file", O_RDONLY, 0, &fd, &err) != SC_E_DENIED ||
        strcmp(err.text, "a/b/file is on a file system that may not be entered"))
        return 1;
    if (sc_open_beneath(w->home, "a", O_RDONLY | O_DIRECTORY, 0, &fd, &err) != SC_E_DENIED)
        return 2;
    if (sc_beneath_open(w->home, "a/b", O_PATH, 0, SC_BENEATH_WALK) != -EXDEV)
        return 3;
    if (sc_resolve_beneath(w->base, NULL, w->home, at(&w->t, "home/a/b"), true, &rel, NULL, &err) !=
        SC_E_DENIED)
        return 4;
    SC_FREE char *known = NULL;
    if (sc_resolve_known(w->base, NULL, w->home, at(&w->t, "home/a/b"), true, &rel, NULL, &known,
                         &err) != SC_E_DENIED ||
        !known || strcmp(known, "a") != 0)
        return 8;
    if (sc_mkdirs_beneath(w->home, "a/new", 0700, NULL, &err) != SC_E_DENIED)
        return 5;
    if (sc_replace_file_beneath(w->home, "a", "f", 0600, "x", 1, &err) != SC_E_DENIED)
        return 6;
    return sc_remove_tree_beneath(w->home, "a", &err) == SC_E_DENIED ? 0 : 7;
}

static void does_not_enter_a_users_fuse(void **state)
{
    if (geteuid() != 0)
        skip();
    struct world *w = *state;
    put_dir(&w->t, "home/a");
    int status = in_child(with_fuse, w);
    if (status == 77)
        skip();
    assert_int_equal(status, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(opens_the_same_by_kernel_and_by_walk),
        T(works_on_a_kernel_without_openat2),
        T(open_says_what_is_wrong),
        T(reads_regular_files_only),
        T(makes_directories),
        T(replaces_files),
        T(removes_trees),
        T(removes_a_very_deep_tree),
        T(removes_what_is_not_writable),
        T(takes_a_users_rights_and_gives_them_back),
        T(a_user_is_only_himself),
        T(resolves_paths),
        T(tells_what_is_known_of_a_path),
        T(no_error_is_an_absence),
        T(a_closed_directory_hides_nothing_from_root),
        T(is_not_fooled_by_renames),
        T(removal_is_not_fooled_by_renames),
        T(keeps_to_its_mount),
        T(does_not_enter_a_users_fuse),
    };
    return cmocka_run_group_tests_name("beneath", tests, NULL, NULL);
}
