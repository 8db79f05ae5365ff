/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of a site's php-fpm masters lives, when they are ready, and end, in any order. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/php/fpm/supervisor/own.h"
#include "tests/unit/fixture.h"

struct sc_fpm_me me;
static int answered; /* 1: it serves; -1: it does not; 0: nothing was said */

void sc_log_at(enum sc_log_level level, const char *fmt, ...)
{
    (void)level;
    (void)fmt;
}

bool sc_fpm_is_outside(void)
{
    return false;
}

void sc_fpm_run_answer(unsigned id, unsigned long long asked, bool ok)
{
    (void)id;
    (void)asked;
    answered = ok ? 1 : -1;
}

void sc_failures_note(uid_t uid, unsigned site, enum sc_failure_kind kind, unsigned status,
                      const char *text)
{
    (void)uid;
    (void)site;
    (void)kind;
    (void)status;
    (void)text;
}

void sc_failures_note_ended(uid_t uid, unsigned site)
{
    (void)uid;
    (void)site;
}

static int says[SC_FPM_OWN_MAX];

/* As sc_fpm_own_start() leaves it: the newest. */
static struct sc_fpm_own *started(size_t i)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    assert_true(pid > 0);
    says[i] = ends[1];
    me.masters[i] = (struct sc_fpm_own){.pid = pid, .err = ends[0], .since = sc_clock_ms()};
    me.now = &me.masters[i];
    me.start_at = 0;
    me.answer = 1;
    answered = 0;
    return me.now;
}

static void ready(size_t i)
{
    static const char line[] = "NOTICE: ready to handle connections\n";
    assert_int_equal(write(says[i], line, strlen(line)), (ssize_t)strlen(line));
    sc_fpm_own_hear(&me.masters[i]);
    assert_true(me.masters[i].ready);
    if (me.answer_by)
        me.answer_by = 1; /* those before accept no more by now */
    sc_fpm_own_answer();
}

static void ended(size_t i, int status)
{
    pid_t pid = me.masters[i].pid;
    int real;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &real, 0), pid);
    sc_fpm_own_ended(pid, status);
    assert_int_equal(me.masters[i].pid, 0);
}

static int begin(void **state)
{
    (void)state;
    me = (struct sc_fpm_me){0};
    for (size_t i = 0; i < SC_FPM_OWN_MAX; i++) {
        me.masters[i].err = -EBADF;
        says[i] = -1;
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (size_t i = 0; i < SC_FPM_OWN_MAX; i++) {
        if (me.masters[i].pid) {
            kill(me.masters[i].pid, SIGKILL);
            waitpid(me.masters[i].pid, NULL, 0);
            close(me.masters[i].err);
        }
        if (says[i] >= 0)
            close(says[i]);
    }
    return 0;
}

#define FAILED (126 << 8) /* as wait(2) tells an exit status */

static void a_new_one_takes_over(void **state)
{
    (void)state;
    started(0);
    ready(0);
    assert_int_equal(answered, 1);
    started(1);
    assert_false(me.masters[0].ending);
    ready(1);
    assert_int_equal(answered, 1);
    assert_true(me.masters[0].ending);
    assert_ptr_equal(me.now, &me.masters[1]);
}

/* Two changes, one after the other, while the first one's master still starts. */
static void one_that_is_ready_late_ends_no_newer_one(void **state)
{
    (void)state;
    started(0);
    struct sc_fpm_own *newest = started(1);
    ready(0);
    assert_false(newest->ending);
    assert_int_equal(answered, 0); /* what was asked for last is not served yet */
    assert_ptr_equal(me.now, newest);
    ready(1);
    assert_int_equal(answered, 1);
    assert_true(me.masters[0].ending);
    assert_false(newest->ending);
}

/* The older one serves what it knows. What is wanted now may be more. */
static void one_that_fails_is_tried_again_beside_an_older_one(void **state)
{
    (void)state;
    started(0);
    ready(0);
    started(1);
    ended(1, FAILED);
    assert_int_equal(answered, -1);
    assert_ptr_equal(me.now, &me.masters[0]);
    assert_false(me.masters[0].ending);
    assert_true(me.start_at > 0);
    started(1);
    ready(1);
    assert_int_equal(me.start_at, 0);
    assert_true(me.masters[0].ending);
}

static void one_that_was_ended_is_not_started_again(void **state)
{
    (void)state;
    started(0);
    ready(0);
    started(1);
    ready(1);
    ended(0, 0);
    assert_int_equal(me.start_at, 0);
    assert_ptr_equal(me.now, &me.masters[1]);
    ended(1, FAILED); /* control: the one that serves is */
    assert_true(me.start_at > 0);
    assert_null(me.now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_one_takes_over, begin, end),
        cmocka_unit_test_setup_teardown(one_that_is_ready_late_ends_no_newer_one, begin, end),
        cmocka_unit_test_setup_teardown(one_that_fails_is_tried_again_beside_an_older_one, begin,
                                        end),
        cmocka_unit_test_setup_teardown(one_that_was_ended_is_not_started_again, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
