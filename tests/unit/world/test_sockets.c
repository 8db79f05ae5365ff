/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets of PHP-FPM's pools that sites would see: which directories are closed, and which cannot. */
#include "tests/unit/fakes/world.h"

#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/php/fpm/place.h"
#include "tests/unit/fakes/root.h"

#define PLACES SC_CLEANUP(sc_fpm_places_done) struct sc_fpm_places

static struct sc_fpm_known pools[16];
static struct sc_fpm_known_list listed;

static void socket_at(const char *path, uid_t uid, mode_t mode)
{
    char dir[256];
    snprintf(dir, sizeof(dir), "%s", path);
    *strrchr(dir, '/') = 0;
    root_mkdir(dir);
    assert_int_equal(mknod(root_at(path), S_IFSOCK | mode, 0), 0);
    assert_int_equal(chmod(root_at(path), mode), 0);
    assert_int_equal(chown(root_at(path), uid, 0), 0);
}

static void pool_at(const char *listen)
{
    pools[listed.n++] =
        (struct sc_fpm_known){.pool = (char *)(uintptr_t) "p", .listen = (char *)(uintptr_t)listen};
    listed.v = pools;
}

static void look(struct sc_fpm_places *p)
{
    assert_int_equal(sc_fpm_places_look(&listed, p, &world.err), 0);
}

static void directories_of_sockets_alone_are_closed(void **state)
{
    (void)state;
    listed.n = 0;
    socket_at("/opt/alt/php-fpm81/usr/var/sockets/john.sock", 1001, 0660);
    root_put("/opt/alt/php-fpm81/usr/var/sockets/php-fpm.pid", "1\n");
    socket_at("/usr/local/php81/sockets/john.sock", 1001, 0660);
    socket_at("/usr/local/data/john.sock", 1001, 0660);
    root_put("/usr/local/data/file", "x");
    socket_at("/opt/deep/run/john.sock", 1001, 0660);
    root_mkdir("/opt/deep/run/more");
    socket_at("/run/php/john.sock", 1001, 0666);
    pool_at("/opt/alt/php-fpm81/usr/var/sockets/john.sock");
    pool_at("/opt/alt/php-fpm81/usr/var/sockets/not-there.sock");
    pool_at("/usr/local/php81/sockets/john.sock");
    pool_at("/usr/local/data/john.sock");
    pool_at("/opt/deep/run/john.sock");
    pool_at("/opt/missing/john.sock");
    pool_at("/run/php/john.sock");
    pool_at("/john.sock");
    pool_at("127.0.0.1:9000");
    PLACES p = {0};
    look(&p);
    assert_int_equal(p.n_closed, 2);
    assert_string_equal(p.closed[0], "/opt/alt/php-fpm81/usr/var/sockets");
    assert_string_equal(p.closed[1], "/usr/local/php81/sockets");
    assert_int_equal(p.n_open, 2);
    assert_string_equal(p.open[0].listen, "/usr/local/data/john.sock");
    assert_string_equal(p.open[1].listen, "/opt/deep/run/john.sock");
    assert_int_equal(p.open[0].uid, 1001);
}

static void several_names_of_one_directory_are_one(void **state)
{
    (void)state;
    listed.n = 0;
    socket_at("/opt/fpm/sockets/john.sock", 1001, 0660);
    pool_at("/opt/fpm/sockets/john.sock");
    pool_at("/opt/fpm//sockets/jane.sock");
    pool_at("/opt/fpm/sockets/bob.sock");
    PLACES p = {0};
    look(&p);
    assert_int_equal(p.n_closed, 1);
    assert_int_equal(p.n_open, 0);
}

static void places_elsewhere_are_known(void **state)
{
    (void)state;
    listed.n = 0;
    socket_at("/srv/tools/run/john.sock", 1001, 0666);
    socket_at("/opt/fpm/sockets/john.sock", 1001, 0660);
    pool_at("/srv/tools/run/john.sock");
    pool_at("/srv/tools/run/jane.sock");
    pool_at("/srv/missing/run/jane.sock");
    pool_at("/opt/fpm/sockets/john.sock");
    PLACES p = {0};
    look(&p);
    assert_int_equal(p.n_others, 1);
    assert_true(sc_fpm_places_within(&p, "/srv/tools"));
    assert_true(sc_fpm_places_within(&p, "/srv/tools/run"));
    assert_false(sc_fpm_places_within(&p, "/srv/tool"));
    assert_false(sc_fpm_places_within(&p, "/srv/missing"));
    assert_false(sc_fpm_places_within(&p, "/opt/fpm"));
}

static void who_can_connect(void **state)
{
    (void)state;
    const struct sc_fpm_open own = {.uid = 1001, .gid = 33, .mode = 0660},
                             webs = {.uid = 33, .gid = 33, .mode = 0660},
                             group = {.uid = 0, .gid = 1001, .mode = 0660},
                             all = {.uid = 0, .gid = 0, .mode = 0666},
                             odd = {.uid = 1001, .gid = 1001, .mode = 0466};
    assert_true(sc_fpm_is_open_to(&own, 1001, 1001));
    assert_false(sc_fpm_is_open_to(&own, 1002, 1002));
    assert_false(sc_fpm_is_open_to(&webs, 1001, 1001));
    assert_true(sc_fpm_is_open_to(&group, 1001, 1001));
    assert_true(sc_fpm_is_open_to(&all, 1002, 1002));
    assert_false(sc_fpm_is_open_to(&odd, 1001, 1001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(directories_of_sockets_alone_are_closed),
        world_test(several_names_of_one_directory_are_one),
        world_test(places_elsewhere_are_known),
        world_test(who_can_connect),
    };
    return world_run(tests);
}
