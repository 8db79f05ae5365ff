/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mod_sitecage's guard without httpd: files as a site's view shows them, and the slots by which the
 * server's libraries come to it. A directory stands for the view's root. */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <jansson.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "core/web/apache/context.h"
#include "core/web/apache/slots.h"
#include "core/web/apache/stand_in.h"

/* real: what the server could open; view: what the site sees. The home is /…/real/home/u in both.
 *     home/u/a   the site       home/u/b   a sibling, which the view has not */
struct guard {
    struct tempdir real, view;
    char home[128], alias[128];
    struct sc_web_table *table;
    struct sc_web_context c;
    int root;
};

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

/* `path` below `top`; good for the next seven calls. */
static const char *in(const char *top, const char *path)
{
    static char out[8][1024];
    static unsigned turn;
    char *o = out[turn++ % 8];
    assert_true(strlen(top) + strlen(path) < sizeof(out[0]));
    stpcpy(stpcpy(o, top), path);
    return o;
}

static void make_dirs(const char *top, const char *path)
{
    char full[512];
    assert_true(strlen(top) + strlen(path) < sizeof(full));
    stpcpy(stpcpy(full, top), path);
    for (char *p = full + strlen(top) + 1;; p++)
        if (*p == '/' || *p == 0) {
            char c = *p;
            *p = 0;
            assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
            *p = c;
            if (c == 0)
                return;
        }
}

static int set_up(void **state)
{
    static struct guard g;
    char text[2048];
    struct sc_error err = SC_ERROR_INIT;
    g = (struct guard){0};
    tempdir_make(&g.real);
    tempdir_make(&g.view);
    snprintf(g.home, sizeof(g.home), "%s/home/u", g.real.path);
    snprintf(g.alias, sizeof(g.alias), "%s/home2/u", g.real.path);
    make_dirs(g.real.path, "/home/u/a/dir");
    make_dirs(g.real.path, "/home/u/b");
    make_dirs(g.real.path, "/srv");
    make_dirs(g.view.path, in(g.home, "/a/dir"));
    make_dirs(g.view.path, in(g.home, "/shared"));
    write_file(in(g.home, "/b/secret"), "secret of b");
    write_file(in(g.view.path, in(g.home, "/a/own")), "own");
    write_file(in(g.view.path, in(g.home, "/shared/it")), "shared");
    assert_int_equal(symlink(in(g.home, "/b/secret"), in(g.view.path, in(g.home, "/a/link"))), 0);
    assert_int_equal(symlink("own", in(g.view.path, in(g.home, "/a/near"))), 0);
    assert_int_equal(symlink("/proc/self/root/etc/passwd", in(g.view.path, in(g.home, "/a/magic"))),
                     0);
    assert_int_equal(mkfifo(in(g.view.path, in(g.home, "/a/fifo")), 0666), 0);
    snprintf(text, sizeof(text),
             SC_WEB_HEAD "account 4000000001 4000000001 %s\nhome %s\nopen %s/b\n"
                         "site 7 isolated a.example %s/a\nalias /by/another/name\nend\n",
             g.home, g.alias, g.home, g.home);
    if (sc_web_table_parse(text, strlen(text), &g.table, &err) < 0)
        fail_msg("%s", err.text);
    g.root = open(g.view.path, O_PATH | O_DIRECTORY);
    g.c = (struct sc_web_context){
        .table = g.table, .site = sc_web_table_site(g.table, 0), .root = g.root};
    *state = &g;
    return 0;
}

static int tear_down(void **state)
{
    struct guard *g = *state;
    *sc_web_now() = (struct sc_web_context){.root = -1};
    close(g->root);
    sc_web_table_free(g->table);
    tempdir_remove(&g->real);
    tempdir_remove(&g->view);
    return 0;
}

/* The errno, or 0. */
static int opens(const struct sc_web_context *c, const char *path)
{
    int fd = sc_web_open(c, path, O_RDONLY, 0), e = errno;
    if (fd < 0)
        return e;
    close(fd);
    return 0;
}

static int stats(const struct sc_web_context *c, const char *path)
{
    struct stat st;
    return sc_web_stat(c, path, true, &st) < 0 ? errno : 0;
}

static void passwords_of_its_own_directories_are_real(void **state)
{
    struct guard *g = *state;
    make_dirs(g->real.path, "/home/u/.htpasswds/a/dir");
    make_dirs(g->real.path, "/home/u/.htpasswds/b");
    write_file(in(g->home, "/.htpasswds/a/passwd"), "own");
    write_file(in(g->home, "/.htpasswds/a/dir/passwd"), "own");
    write_file(in(g->home, "/.htpasswds/b/passwd"), "b's");
    write_file(in(g->home, "/.htpasswds/passwd"), "the home's");
    assert_int_equal(symlink(in(g->home, "/.htpasswds/b/passwd"), in(g->home, "/.htpasswds/a/l")),
                     0);
    assert_int_equal(symlink(in(g->home, "/.htpasswds/b"), in(g->home, "/.htpasswds/a/d")), 0);
    assert_int_equal(opens(&g->c, in(g->home, "/.htpasswds/a/passwd")), 0);
    assert_int_equal(opens(&g->c, in(g->home, "//.htpasswds/a/dir/passwd")), 0);
    assert_int_equal(opens(&g->c, in(g->alias, "/.htpasswds/a/passwd")), 0);
    assert_int_equal(stats(&g->c, in(g->home, "/.htpasswds/a/passwd")), 0);
    assert_int_equal(opens(&g->c, in(g->home, "/.htpasswds/b/passwd")), ENOENT);
    assert_int_equal(opens(&g->c, in(g->home, "/.htpasswds/passwd")), ENOENT);
    assert_int_equal(opens(&g->c, in(g->home, "/.htpasswds/a/../b/passwd")), ENOENT);
    assert_int_equal(opens(&g->c, in(g->home, "/a/.htpasswds/a/passwd")), ENOENT);
    assert_int_equal(opens(&g->c, in(g->home, "/.htpasswds/a/l")), EACCES);
    assert_int_equal(opens(&g->c, in(g->home, "/.htpasswds/a/d/passwd")), EACCES);
    assert_int_equal(sc_web_open(&g->c, in(g->home, "/.htpasswds/a/new"), O_WRONLY | O_CREAT, 0600),
                     -1);
    make_dirs(g->real.path, "/home/u/.htpasswd/a/dir");
    make_dirs(g->real.path, "/home/u/.htpasswd/b");
    write_file(in(g->home, "/.htpasswd/a/dir/passwd"), "own");
    write_file(in(g->home, "/.htpasswd/b/passwd"), "b's");
    assert_int_equal(opens(&g->c, in(g->home, "/.htpasswd/a/dir/passwd")), 0);
    assert_int_equal(opens(&g->c, in(g->home, "/.htpasswd/b/passwd")), ENOENT);
    assert_int_equal(opens(&g->c, in(g->home, "/b/.htpasswd/a/dir/passwd")), ENOENT);
}

static void passwords_that_the_configuration_names_are_real(void **state)
{
    struct guard *g = *state;
    char named[256], linked[256];
    make_dirs(g->real.path, "/home/u/conf");
    snprintf(named, sizeof(named), "%s/conf/passwd", g->home);
    snprintf(linked, sizeof(linked), "%s/a/linked", g->home);
    write_file(named, "the panel's");
    assert_int_equal(symlink(named, in(g->view.path, linked)), 0);
    assert_int_equal(symlink(in(g->home, "/b/secret"), linked), 0);
    assert_int_equal(getuid() == 0 ? lchown(linked, 9, 9) : 0, 0); /* a user's */
    const char *const names[] = {linked, named};
    assert_int_equal(opens(&g->c, named), ENOENT);
    g->c.passwords = names;
    g->c.n_passwords = 2;
    assert_int_equal(opens(&g->c, named), 0);
    assert_int_equal(sc_web_open(&g->c, named, O_RDWR, 0), -1);
    assert_int_equal(opens(&g->c, linked), ENOENT);
    assert_int_equal(opens(&g->c, in(g->home, "/b/secret")), ENOENT);
    g->c.root = -1;
    assert_int_equal(opens(&g->c, named), EACCES);
}

static void names_in_the_home_are_the_views(void **state)
{
    struct guard *g = *state;
    assert_int_equal(opens(&g->c, in(g->home, "/a/own")), 0);
    assert_int_equal(opens(&g->c, in(g->home, "/a/near")), 0);
    assert_int_equal(opens(&g->c, in(g->home, "/a/dir/../own")), 0);
    assert_int_equal(opens(&g->c, in(g->home, "/shared/it")), 0);
    assert_int_equal(access(in(g->home, "/b/secret"), R_OK), 0); /* the server could */
    assert_int_equal(opens(&g->c, in(g->home, "/b/secret")), ENOENT);
    assert_int_equal(opens(&g->c, in(g->home, "/a/link")), ENOENT);
    assert_int_equal(opens(&g->c, in(g->home, "/a/../b/secret")), ENOENT);
    assert_int_equal(opens(&g->c, in("/usr/..", in(g->home, "/b/secret"))), ENOENT);
    assert_int_equal(opens(&g->c, in("//", in(g->home, "/./b/secret"))), ENOENT);
    assert_int_equal(stats(&g->c, in(g->home, "/a/link")), ENOENT);
    assert_int_equal(stats(&g->c, in(g->home, "/a/own")), 0);
    assert_int_equal(opens(&g->c, in(g->home, "/a/magic")), ENOENT);
    assert_int_equal(opens(&g->c, in(g->home, "/a/own/")), ENOTDIR);
}

static void other_names_of_the_home_are_the_same(void **state)
{
    struct guard *g = *state;
    assert_int_equal(opens(&g->c, in(g->alias, "/a/own")), 0);
    assert_int_equal(opens(&g->c, in(g->alias, "/b/secret")), ENOENT);
    assert_int_equal(opens(&g->c, "/by/another/name/own"), 0);
    assert_int_equal(opens(&g->c, "/by/another//name/dir/"), 0);
    assert_int_equal(opens(&g->c, "/by/another/name/../own"), ENOENT);
}

static void a_view_that_is_missing_opens_nothing(void **state)
{
    struct guard *g = *state;
    g->c.root = -1;
    assert_int_equal(opens(&g->c, in(g->home, "/a/own")), EACCES);
    assert_int_equal(stats(&g->c, in(g->home, "/a/own")), EACCES);
    assert_int_equal(opens(&g->c, "/etc/passwd"), 0);
}

static void outside_are_the_servers_own_files(void **state)
{
    struct guard *g = *state;
    assert_int_equal(opens(&g->c, "/etc/passwd"), 0);
    assert_int_equal(opens(&g->c, "/dev/null"), 0);
    assert_int_equal(opens(&g->c, "/proc/self/status"), EACCES);
    assert_int_equal(opens(&g->c, "/proc/version"), EACCES);
    assert_int_equal(stats(&g->c, "/proc/version"), EACCES);
    assert_int_equal(opens(&g->c, "/proc/self/root/etc/passwd"), EACCES);
    assert_int_equal(opens(&g->c, "/nothing/here"), ENOENT);
    /* the home by a name that the table does not know */
    assert_int_equal(symlink(g->home, in(g->real.path, "/srv/way")), 0);
    assert_int_equal(access(in(g->real.path, "/srv/way/b/secret"), R_OK), 0);
    assert_int_equal(opens(&g->c, in(g->real.path, "/srv/way/b/secret")), EACCES);
    assert_int_equal(stats(&g->c, in(g->real.path, "/srv/way/b/secret")), EACCES);
    assert_int_equal(
        sc_web_open(&g->c, in(g->real.path, "/srv/way/b/new"), O_CREAT | O_WRONLY, 0644), -1);
    assert_int_equal(access(in(g->home, "/b/new"), F_OK), -1);
}

/* A panel's files in the home of an account that the table does not know are root's. */
static void other_homes_are_closed(void **state)
{
    struct guard *g = *state;
    char home[160], file[192];
    snprintf(home, sizeof(home), "%s/home/v", g->real.path);
    snprintf(file, sizeof(file), "%s/home/v/conf/passwd", g->real.path);
    make_dirs(g->real.path, "/home/v/conf");
    write_file(file, "bob:x");
    assert_int_equal(sc_web_table_above(g->table, file), strlen(g->real.path) + strlen("/home"));
    assert_int_equal(sc_web_table_above(g->table, "/srv/x"), 0);
    if (getuid() != 0)
        return;
    assert_int_equal(opens(&g->c, file), 0); /* nobody's home */
    assert_int_equal(chown(home, 12345, 12345), 0);
    assert_int_equal(opens(&g->c, file), EACCES);
    assert_int_equal(opens(&g->c, in(g->home, "/a/own")), 0);
}

static void nobody_waits_for_a_fifo(void **state)
{
    struct guard *g = *state;
    assert_int_equal(opens(&g->c, in(g->home, "/a/fifo")), EACCES);
    assert_int_equal(mkfifo(in(g->real.path, "/srv/fifo"), 0666), 0);
    assert_int_equal(opens(&g->c, in(g->real.path, "/srv/fifo")), EACCES);
}

static void names_are_made_and_removed_in_the_view(void **state)
{
    struct guard *g = *state;
    char name[NAME_MAX + 1];
    int fd = sc_web_open(&g->c, in(g->home, "/a/new"), O_CREAT | O_EXCL | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(access(in(g->view.path, in(g->home, "/a/new")), F_OK), 0);
    assert_int_equal(access(in(g->home, "/a/new"), F_OK), -1);
    int dir = sc_web_open_parent(&g->c, in(g->home, "/a/new//"), name);
    assert_true(dir >= 0);
    assert_string_equal(name, "new");
    close(dir);
    assert_int_equal(sc_web_open_parent(&g->c, in(g->home, "/a/.."), name), -1);
    assert_int_equal(sc_web_open_parent(&g->c, in(g->real.path, "/srv/../home/u/x"), name), -1);
}

static void above_all_sites_links_do_not_count(void **state)
{
    struct guard *g = *state;
    g->c.above = true;
    write_file(in(g->home, "/.htaccess"), "x");
    assert_int_equal(opens(&g->c, in(g->home, "/.htaccess")), 0);
    assert_int_equal(unlink(in(g->home, "/.htaccess")), 0);
    assert_int_equal(symlink("b/secret", in(g->home, "/.htaccess")), 0);
    assert_int_equal(opens(&g->c, in(g->home, "/.htaccess")), EACCES);
}

/* ---- slots ---- */

static bool loads(const char *path)
{
    json_t *j = json_load_file(path, 0, NULL);
    json_decref(j);
    return j != NULL;
}

static void libraries_come_to_the_stand_ins(void **state)
{
    struct guard *g = *state;
    struct sc_web_slots s = {.names = sc_web_stand_ins, .n_names = sc_web_n_stand_ins};
    write_file(in(g->home, "/b/json"), "[]");
    write_file(in(g->view.path, in(g->home, "/a/json")), "[]");
    assert_true(loads(in(g->home, "/b/json")));
    *sc_web_now() = g->c;
    assert_true(loads(in(g->home, "/b/json"))); /* nothing stands in yet */
    assert_true(sc_web_slots_write(&s) > 0);
    assert_true(sc_web_slots_has(&s, "libjansson.so", "fopen"));
    assert_false(sc_web_slots_has(&s, "libjansson.so", "connect"));
    assert_int_equal(sc_web_slots_write(&s), 0);
    assert_false(loads(in(g->home, "/b/json")));
    assert_true(loads(in(g->home, "/a/json")));
    sc_web_now()->site = NULL;
    assert_true(loads(in(g->home, "/b/json")));
    *sc_web_now() = g->c;
    sc_web_slots_restore(&s);
    assert_true(loads(in(g->home, "/b/json")));
    assert_false(loads(in(g->home, "/a/json")));
}

/* ---- each stand-in ---- */

static void *stand_in(const char *name)
{
    for (size_t i = 0; i < sc_web_n_stand_ins; i++)
        if (strcmp(sc_web_stand_ins[i].name, name) == 0)
            return (void *)sc_web_stand_ins[i].function;
    fail_msg("no stand-in for %s", name);
    return NULL;
}

typedef int (*of_path)(const char *path);
typedef int (*of_mode)(const char *path, int mode);
typedef int (*of_two)(const char *from, const char *to);
typedef int (*of_stat)(const char *path, struct stat *st);

/* Each makes, changes or removes something of the sibling's; -1 with errno is right. */
static void each_stands_in_for_the_libcs(void **state)
{
    struct guard *g = *state;
    char template[512];
    struct stat st;
    *sc_web_now() = g->c;
    const char *secret = in(g->home, "/b/secret");
    static const char *const reading[] = {"open", "open64", "__open_2", "openat"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(((of_mode)stand_in(reading[i]))(secret, O_RDONLY), -1);
    assert_int_equal(((int (*)(int, const char *, int))stand_in("openat"))(AT_FDCWD, secret, 0),
                     -1);
    assert_int_equal(((of_mode)stand_in("creat"))(secret, 0600), -1);
    assert_null(((void *(*)(const char *, const char *))stand_in("fopen"))(secret, "r"));
    assert_null(((void *(*)(const char *))stand_in("realpath"))(secret));
    assert_int_equal(((of_stat)stand_in("stat"))(secret, &st), -1);
    assert_int_equal(((of_stat)stand_in("lstat"))(secret, &st), -1);
    assert_int_equal(((int (*)(int, const char *, void *))stand_in("__xstat"))(1, secret, &st), -1);
    assert_int_equal(((int (*)(int, const char *, void *))stand_in("__lxstat"))(1, secret, &st),
                     -1);
    assert_int_equal(
        ((int (*)(int, const char *, void *, int))stand_in("fstatat"))(AT_FDCWD, secret, &st, 0),
        -1);
    assert_int_equal(((of_mode)stand_in("access"))(secret, F_OK), -1);
    assert_int_equal(((of_path)stand_in("unlink"))(secret), -1);
    assert_int_equal(((of_path)stand_in("remove"))(secret), -1);
    assert_int_equal(((of_mode)stand_in("chmod"))(secret, 0600), -1);
    assert_int_equal(((int (*)(const char *, const void *))stand_in("utimes"))(secret, NULL), -1);
    assert_int_equal(((of_two)stand_in("rename"))(secret, in(g->home, "/a/got")), -1);
    assert_int_equal(((of_two)stand_in("link"))(secret, in(g->home, "/a/got")), -1);
    assert_int_equal(access(secret, F_OK), 0);
    /* its own */
    assert_int_equal(((of_mode)stand_in("mkdir"))(in(g->home, "/a/made"), 0755), 0);
    assert_int_equal(((of_two)stand_in("symlink"))("x", in(g->home, "/a/made/l")), 0);
    assert_int_equal(((of_two)stand_in("rename"))(in(g->home, "/a/made/l"), in(g->home, "/a/l")),
                     0);
    assert_int_equal(((of_path)stand_in("unlink"))(in(g->home, "/a/l")), 0);
    assert_int_equal(((of_path)stand_in("rmdir"))(in(g->home, "/a/made")), 0);
    assert_int_equal(((of_mode)stand_in("chmod"))(in(g->home, "/a/own"), 0604), 0);
    assert_int_equal(((of_stat)stand_in("stat"))(in(g->home, "/a/own"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0604);
    snprintf(template, sizeof(template), "%s/a/tmpXXXXXX", g->home);
    int fd = ((int (*)(char *))stand_in("mkstemp"))(template);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(access(template, F_OK), -1);
    assert_int_equal(access(in(g->view.path, template), F_OK), 0);
    assert_null(((void *(*)(const char *))stand_in("opendir"))(in(g->home, "/b")));
    DIR *d = ((void *(*)(const char *))stand_in("opendir"))(in(g->home, "/shared"));
    assert_non_null(d);
    closedir(d);
}

/* ---- a look, and an opening after it ---- */

static int looks(const char *path, struct stat *st)
{
    return ((of_stat)stand_in("stat"))(path, st) < 0 ? errno : 0;
}

/* The descriptor, or -1; looked at before, as servers do. */
static int serves(const char *path)
{
    struct stat st;
    assert_int_equal(looks(path, &st), 0);
    return ((of_mode)stand_in("open"))(path, O_RDONLY | O_CLOEXEC);
}

/* Whether `fd` is open, and is closed by this. */
static bool ends(int fd)
{
    return fd >= 0 && close(fd) == 0;
}

/* Puts another file in the place of `path` in the view. */
static void replace(const struct guard *g, const char *path)
{
    write_file(in(g->view.path, in(g->home, "/a/next")), "the next one");
    assert_int_equal(rename(in(g->view.path, in(g->home, "/a/next")), in(g->view.path, path)), 0);
}

static off_t size_of(int fd)
{
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    return st.st_size;
}

static void what_is_looked_at_and_opened_is_walked_to_once(void **state)
{
    struct guard *g = *state;
    struct stat st;
    char own[256];
    snprintf(own, sizeof(own), "%s/a/own", g->home);
    *sc_web_now() = g->c;
    assert_true(ends(serves(own))); /* from now on it is expected */
    assert_int_equal(looks(own, &st), 0);
    replace(g, own);
    int fd = ((of_mode)stand_in("open"))(own, O_RDONLY);
    assert_int_equal(size_of(fd), strlen("own")); /* the one that was looked at */
    assert_true(ends(fd));
    fd = ((of_mode)stand_in("open"))(own, O_RDONLY); /* once */
    assert_int_equal(size_of(fd), strlen("the next one"));
    assert_true(ends(fd));
    assert_int_equal(looks(own, &st), 0);
    assert_int_equal(((of_mode)stand_in("open"))(in(own, "/.htaccess"), O_RDONLY), -1);
    assert_int_equal(errno, ENOTDIR); /* without a look */
    assert_int_equal(((of_mode)stand_in("open"))(in(own, ".htaccess"), O_RDONLY), -1);
    assert_int_equal(errno, ENOENT);
    fd = ((of_mode)stand_in("open"))(own, O_RDWR); /* and for reading only */
    assert_int_equal(write(fd, "x", 1), 1);
    assert_true(ends(fd));
    sc_web_forget_looks();
}

static void what_was_looked_at_is_forgotten_in_time(void **state)
{
    struct guard *g = *state;
    struct stat st;
    char own[256], shared[256];
    snprintf(own, sizeof(own), "%s/a/own", g->home);
    snprintf(shared, sizeof(shared), "%s/shared/it", g->home);
    *sc_web_now() = g->c;
    assert_true(ends(serves(own)));
    assert_int_equal(looks(own, &st), 0);
    sc_web_forget_looks(); /* another request */
    replace(g, own);
    int fd = ((of_mode)stand_in("open"))(own, O_RDONLY);
    assert_int_equal(size_of(fd), strlen("the next one"));
    assert_true(ends(fd));
    assert_int_equal(looks(own, &st), 0);
    assert_int_equal(looks(shared, &st), 0); /* another file */
    assert_int_equal(truncate(in(g->view.path, own), 3), 0);
    replace(g, own);
    fd = ((of_mode)stand_in("open"))(own, O_RDONLY);
    assert_int_equal(size_of(fd), strlen("the next one"));
    assert_true(ends(fd));
    assert_int_equal(looks(own, &st), 0);
    assert_int_equal(((of_path)stand_in("unlink"))(own), 0); /* names change */
    assert_int_equal(((of_mode)stand_in("open"))(own, O_RDONLY), -1);
    assert_int_equal(errno, ENOENT);
}

static void a_fifo_in_its_place_waits_for_nobody(void **state)
{
    struct guard *g = *state;
    struct stat st;
    char own[256];
    snprintf(own, sizeof(own), "%s/a/own", g->home);
    *sc_web_now() = g->c;
    assert_true(ends(serves(own)));
    assert_int_equal(unlink(in(g->view.path, own)), 0);
    assert_int_equal(mkfifo(in(g->view.path, own), 0666), 0);
    assert_int_equal(looks(own, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(open(in(g->view.path, own), O_WRONLY | O_NONBLOCK), -1); /* nobody reads */
    assert_int_equal(errno, ENXIO);
    assert_int_equal(((of_mode)stand_in("open"))(own, O_RDONLY), -1);
    assert_int_equal(errno, EACCES);
    const char *secret = in(g->home, "/b/secret");
    assert_int_equal(looks(secret, &st), ENOENT);
    assert_int_equal(((of_mode)stand_in("open"))(secret, O_RDONLY), -1);
}

/* ---- connections ---- */

static int listen_at(const char *path)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
    assert_int_equal(listen(fd, 5), 0);
    return fd;
}

static int connects(const char *path)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
    int rc = ((int (*)(int, const void *, socklen_t))stand_in("connect"))(fd, &sa, sizeof(sa));
    int e = errno;
    close(fd);
    return rc < 0 ? e : 0;
}

static void connections_go_where_was_decided(void **state)
{
    struct guard *g = *state;
    char own[128], pool[128];
    snprintf(own, sizeof(own), "%s/own.sock", g->real.path);
    snprintf(pool, sizeof(pool), "%s/pool.sock", g->real.path);
    int a = listen_at(own), b = listen_at(pool);
    assert_int_equal(chdir(g->view.path), 0);
    int c = listen_at(in(g->home, "/a/app.sock") + 1);
    assert_int_equal(chdir(g->home), 0);
    int d = listen_at("a/s"), e = listen_at("b/s");
    assert_int_equal(chdir("/"), 0);
    struct sc_web_table *t = NULL;
    char text[1024];
    struct sc_error err = SC_ERROR_INIT;
    snprintf(text, sizeof(text), SC_WEB_HEAD "account 9 9 /h\npool %s\nend\n", pool);
    assert_int_equal(sc_web_table_parse(text, strlen(text), &t, &err), 0);
    struct sc_web_connection *now = sc_web_connection();
    assert_int_equal(connects(own), 0);
    *now = (struct sc_web_connection){.how = SC_WEB_CONNECT_ROUTE, .route = own};
    assert_int_equal(connects(own), 0);
    assert_int_equal(connects(pool), EACCES);
    *now = (struct sc_web_connection){.how = SC_WEB_CONNECT_OTHER, .table = t};
    assert_int_equal(connects(own), 0);
    assert_int_equal(connects(pool), EACCES);
    assert_int_equal(symlink(pool, in(g->real.path, "/srv/s")), 0);
    assert_int_equal(connects(in(g->real.path, "/srv/s")), EACCES);
    now->own = sc_web_table_uid(t, 9);
    assert_int_equal(connects(in(g->real.path, "/srv/s")), 0);
    /* of a request that is in no site: what a site has is for its own host, or for whom the administrator says */
    *now = (struct sc_web_connection){.how = SC_WEB_CONNECT_OTHER, .table = g->table};
    assert_int_equal(connects(in(g->home, "/a/s")), EACCES);
    assert_int_equal(connects(in(g->home, "/b/s")), 0);
    now->allowed = true;
    assert_int_equal(connects(in(g->home, "/a/s")), 0);
    /* of a library's, while it works for a site: none in a home */
    *now = (struct sc_web_connection){0};
    assert_int_equal(connects(in(g->home, "/b/s")), 0);
    *sc_web_now() = g->c;
    assert_int_equal(connects(in(g->home, "/b/s")), EACCES);
    assert_int_equal(connects(own), 0);
    *now = (struct sc_web_connection){.how = SC_WEB_CONNECT_INSIDE};
    *sc_web_now() = g->c;
    assert_int_equal(connects(in(g->home, "/a/app.sock")), 0);
    assert_int_equal(connects(own), EACCES);
    assert_int_equal(connects(in(g->home, "/a/own")), ENOTSOCK);
    *now = (struct sc_web_connection){0};
    sc_web_table_free(t);
    close(a);
    close(b);
    close(c);
    close(d);
    close(e);
}

/* ---- programs ---- */

static void no_program_starts_while_directives_are_read(void **state)
{
    struct guard *g = *state;
    pid_t (*fork_it)(void) = (pid_t(*)(void))stand_in("fork");
    *sc_web_now() = g->c;
    sc_web_now()->walks = true;
    assert_int_equal(fork_it(), -1);
    assert_int_equal(errno, EPERM);
    sc_web_now()->walks = false;
    pid_t pid = fork_it();
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* `sh` says whether it was told X; its status. */
static int told_x(void)
{
    int status;
    char *const argv[] = {"sh", "-c", "test \"$X\" = y", NULL}, *const env[] = {"X=y", NULL};
    int (*exec)(const char *, char *const *, char *const *) =
        (int (*)(const char *, char *const *, char *const *))stand_in("execve");
    pid_t pid = fork();
    if (pid == 0) {
        exec("/bin/sh", argv, env);
        _exit(99);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

static void programs_outside_get_httpds_variables_only(void **state)
{
    struct guard *g = *state;
    assert_int_equal(told_x(), 0);
    *sc_web_now() = g->c;
    assert_int_equal(told_x(), 0);
    sc_web_now()->from_site = true;
    assert_int_equal(told_x(), 1);
}

/* ---- whose links ---- */

static void only_roots_links_lead_to_a_sites_code(void **state)
{
    struct guard *g = *state;
    char link[128], real[160];
    snprintf(real, sizeof(real), "%s/a/x.php", g->home);
    snprintf(link, sizeof(link), "%s/link", g->real.path);
    assert_int_equal(symlink(g->home, link), 0);
    assert_true(sc_web_is_roots_name(real, real));
    assert_int_equal(sc_web_is_roots_name(in(link, "/a/x.php"), real), getuid() == 0);
    assert_false(sc_web_is_roots_name(in(link, "/b/x.php"), real));
    assert_false(sc_web_is_roots_name("x.php", real));
    if (getuid() != 0)
        return;
    assert_int_equal(lchown(link, 9, 9), 0);
    assert_false(sc_web_is_roots_name(in(link, "/a/x.php"), real));
}

int main(void)
{
#define GUARD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        GUARD(names_in_the_home_are_the_views),
        GUARD(passwords_of_its_own_directories_are_real),
        GUARD(passwords_that_the_configuration_names_are_real),
        GUARD(other_names_of_the_home_are_the_same),
        GUARD(a_view_that_is_missing_opens_nothing),
        GUARD(outside_are_the_servers_own_files),
        GUARD(other_homes_are_closed),
        GUARD(nobody_waits_for_a_fifo),
        GUARD(names_are_made_and_removed_in_the_view),
        GUARD(above_all_sites_links_do_not_count),
        GUARD(libraries_come_to_the_stand_ins),
        GUARD(each_stands_in_for_the_libcs),
        GUARD(what_is_looked_at_and_opened_is_walked_to_once),
        GUARD(what_was_looked_at_is_forgotten_in_time),
        GUARD(a_fifo_in_its_place_waits_for_nobody),
        GUARD(connections_go_where_was_decided),
        GUARD(no_program_starts_while_directives_are_read),
        GUARD(programs_outside_get_httpds_variables_only),
        GUARD(only_roots_links_lead_to_a_sites_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
