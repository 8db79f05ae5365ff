/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory that a test owns, and short ways to fill it. Include after fixture.h. */
#ifndef SC_TESTS_TEMPDIR_H
#define SC_TESTS_TEMPDIR_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/beneath.h"

#define TEMPDIR_MAX 64

struct tempdir {
    char path[TEMPDIR_MAX];
    int fd;
    char full[4][512]; /* at() goes round these */
    unsigned turn;
};

static inline void tempdir_make(struct tempdir *t)
{
    *t = (struct tempdir){.fd = -1};
    strcpy(t->path, "/tmp/sc-test-XXXXXX");
    assert_non_null(mkdtemp(t->path));
    assert_int_equal(chmod(t->path, 0755), 0);
    t->fd = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(t->fd >= 0);
}

static inline void tempdir_remove(struct tempdir *t)
{
    struct sc_error err = SC_ERROR_INIT;
    int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(tmp >= 0);
    if (sc_remove_tree_beneath(tmp, t->path + 5, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(access(t->path, F_OK), -1);
    close(tmp);
    close(t->fd);
}

/* The absolute path of `rel` in it; holds for the next three calls. */
static inline const char *at(struct tempdir *t, const char *rel)
{
    char *out = t->full[t->turn++ % 4];
    assert_true(strlen(t->path) + 1 + strlen(rel) < sizeof(t->full[0]));
    stpcpy(stpcpy(stpcpy(out, t->path), "/"), rel);
    return out;
}

static inline void put_dir(struct tempdir *t, const char *rel)
{
    assert_int_equal(mkdirat(t->fd, rel, 0755), 0);
}

/* The directory and all above it. */
static inline void put_dirs(struct tempdir *t, const char *rel)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_mkdirs_beneath(t->fd, rel, 0755, NULL, &err) < 0)
        fail_msg("%s", err.text);
}

static inline void put_file(struct tempdir *t, const char *rel, const char *text)
{
    int fd = openat(t->fd, rel, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static inline void put_link(struct tempdir *t, const char *rel, const char *target)
{
    assert_int_equal(symlinkat(target, t->fd, rel), 0);
}

static inline void assert_file(struct tempdir *t, const char *rel, const char *text)
{
    char got[8192];
    int fd = openat(t->fd, rel, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_msg("%s does not exist", rel);
    ssize_t n = read(fd, got, sizeof(got) - 1);
    assert_true(n >= 0);
    got[n] = 0;
    close(fd);
    assert_string_equal(got, text);
}

static inline int exists(struct tempdir *t, const char *rel)
{
    struct stat st;
    return fstatat(t->fd, rel, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

#endif
