/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site whose keeper lives is running; the keeper here is a process that holds the lock. */
#include "tests/unit/world/engine.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

static int status(const char *domains, struct sc_status *ret)
{
    struct word_list *l = list_of(domains);
    sc_status_done(ret);
    return sc_engine_status(&world.s, l->v, l->n, ret, &world.err);
}

static void a_keeper_that_lives_is_running(void **state)
{
    (void)state;
    SC_CLEANUP(sc_status_done) struct sc_status st = {0};
    account("john", "a");
    assert_good(enable("a.example"));
    root_put("/run/sitecage/1001/60000.keeper", "");
    int told_ready[2], go_on[2];
    assert_int_equal(pipe(told_ready), 0);
    assert_int_equal(pipe(go_on), 0);
    pid_t keeper = fork();
    if (keeper == 0) {
        struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int fd = open(root_at("/run/sitecage/1001/60000.keeper"), O_RDWR | O_CLOEXEC);
        char c = fcntl(fd, F_SETLK, &all) == 0 ? 'y' : 'n';
        close(go_on[1]);
        (void)!write(told_ready[1], &c, 1);
        (void)!read(go_on[0], &c, 1);
        _exit(0);
    }
    char c = 0;
    assert_int_equal(read(told_ready[0], &c, 1), 1);
    assert_int_equal(c, 'y');
    int rc = status("a.example", &st);
    bool running = rc == 0 && st.v[0].running;
    close(go_on[1]);
    assert_int_equal(waitpid(keeper, NULL, 0), keeper);
    close(go_on[0]);
    close(told_ready[0]);
    close(told_ready[1]);
    assert_good(rc);
    assert_true(running);
    assert_good(status("a.example", &st));
    assert_false(st.v[0].running);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_keeper_that_lives_is_running, complete, world_teardown),
    };
    return world_run(tests);
}
