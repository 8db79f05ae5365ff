/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process that cannot be looked at is not none: it may be Apache, or a master of PHP-FPM at a port. The kernel's
 * /proc is the real one; the linker puts what is below before readlinkat(2) and fstatat(2). */
#include "tests/unit/world/engine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/loopback/processes.h"
#include "core/web/httpd.h"
#include "core/web/process.h"

static const char *fails; /* what a link that is looked at ends with */
static int fails_with;

ssize_t __real_readlinkat(int dirfd, const char *name, char *out, size_t size);
ssize_t __wrap_readlinkat(int dirfd, const char *name, char *out, size_t size);
int __real_fstatat64(int dirfd, const char *name, struct stat *st, int flags);
int __wrap_fstatat64(int dirfd, const char *name, struct stat *st, int flags);

static bool is_to_fail(const char *name)
{
    size_t n = strlen(name), m = fails ? strlen(fails) : 0;
    bool is = fails && n >= m && strcmp(name + n - m, fails) == 0;
    if (is)
        errno = fails_with;
    return is;
}

ssize_t __wrap_readlinkat(int dirfd, const char *name, char *out, size_t size)
{
    return is_to_fail(name) ? -1 : __real_readlinkat(dirfd, name, out, size);
}

int __wrap_fstatat64(int dirfd, const char *name, struct stat *st, int flags)
{
    return is_to_fail(name) ? -1 : __real_fstatat64(dirfd, name, st, flags);
}

static void fail_at(const char *name, int errnum)
{
    fails = name;
    fails_with = errnum;
}

/* ---- Apache ---- */

static void an_apache_that_cannot_be_told(void **state)
{
    char exe[PATH_MAX] = "";
    (void)state;
    assert_true(__real_readlinkat(AT_FDCWD, "/proc/self/exe", exe, sizeof(exe) - 1) > 0);
    assert_int_equal(sc_httpd_find(exe), getpid()); /* the control: this test */
    fail_at("exe", EIO);
    assert_int_equal(sc_httpd_find(exe), -EIO);
    fail_at("ns/pid", ENOMEM); /* a container's is none of ours */
    assert_int_equal(sc_httpd_find(exe), -ENOMEM);
    fail_at("exe", ENOENT); /* the kernel's own threads, and what ends */
    assert_int_equal(sc_httpd_find(exe), 0);
}

/* ---- PHP-FPM ---- */

/* A process with that name that waits; *ret: the socket at which it listens. */
static pid_t master(const char *name, int *ret)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int ready[2];
    char c;
    *ret = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(*ret >= 0 && bind(*ret, (struct sockaddr *)&a, sizeof(a)) == 0 &&
                listen(*ret, 1) == 0);
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)prctl(PR_SET_NAME, name);
        (void)!write(ready[1], "", 1);
        for (;;)
            (void)pause();
    }
    assert_true(pid > 0);
    assert_int_equal(read(ready[0], &c, 1), 1); /* it has its name */
    (void)close(ready[0]);
    (void)close(ready[1]);
    return pid;
}

static int look(uint64_t inode, bool *ret_closed)
{
    struct sc_tcp_listener one = {.port = 9, .inode = inode};
    const struct sc_tcp_listeners ls = {.v = &one, .n = 1};
    struct sc_loopback l = {0};
    int rc = sc_loopback_processes(&ls, &l, &world.err);
    *ret_closed = sc_loopback_port_of(&l, one.port) != NULL;
    sc_loopback_done(&l);
    return rc;
}

static void a_masters_socket_that_cannot_be_told(void **state)
{
    int fd;
    struct stat st;
    bool closed = false;
    char name[16];
    (void)state;
    pid_t pid = master("php-fpm8.2", &fd);
    assert_int_equal(fstat(fd, &st), 0);
    snprintf(name, sizeof(name), "%d", fd);
    assert_good(look(st.st_ino, &closed));
    assert_true(closed);
    fail_at(name, EIO); /* it would stay open to every site */
    assert_bad(look(st.st_ino, &closed), SC_E_SYS, "socket of a master");
    fail_at(name, ENOENT); /* closed since */
    assert_good(look(st.st_ino, &closed));
    assert_false(closed);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    (void)close(fd);
}

/* Its user would be kept from the ports of all sites' pools. */
static void a_web_server_that_cannot_be_told(void **state)
{
    int fd;
    bool closed;
    (void)state;
    pid_t pid = master("nginx", &fd);
    assert_good(look(0, &closed));
    fail_at("exe", EIO);
    assert_bad(look(0, &closed), SC_E_SYS, "web servers");
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    (void)close(fd);
}

static int nothing_fails(void **state)
{
    fail_at(NULL, 0);
    return world_teardown(state);
}

#define process_test(f) cmocka_unit_test_setup_teardown(f, world_setup, nothing_fails)

int main(void)
{
    const struct CMUnitTest tests[] = {
        process_test(an_apache_that_cannot_be_told),
        process_test(a_masters_socket_that_cannot_be_told),
        process_test(a_web_server_that_cannot_be_told),
    };
    return world_run(tests);
}
