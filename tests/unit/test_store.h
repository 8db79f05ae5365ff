/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the tests of the database: a directory of its own for each test, and short words. */
#ifndef SC_TESTS_TEST_STORE_H
#define SC_TESTS_TEST_STORE_H

#include "tests/unit/fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "core/base/cleanup.h"
#include "db/internal.h"

#define STORE SC_CLEANUP(sc_store_freep) struct sc_store

/* *state is the path of a database that does not exist yet. */
static inline int store_setup(void **state)
{
    char dir[] = "/tmp/sc-store-XXXXXX";
    char *path = NULL;
    if (!mkdtemp(dir) || asprintf(&path, "%s/t.db", dir) < 0)
        return -1;
    *state = path;
    return 0;
}

static inline int store_teardown(void **state)
{
    char *path = *state;
    *strrchr(path, '/') = 0;
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));)
        if (unlinkat(dirfd(d), e->d_name, 0) < 0)
            (void)unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
    if (d)
        closedir(d);
    int r = rmdir(path);
    free(path);
    return r;
}

static inline struct sc_store *store_open(const char *path)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_store *s = NULL;
    if (sc_store_open(path, &s, &err) != 0)
        fail_msg("%s", err.text);
    return s;
}

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        struct sc_error ok_err_ = SC_ERROR_INIT, *ok = &ok_err_;                                   \
        if ((call) != 0)                                                                           \
            fail_msg("%s: %s", #call, ok_err_.text);                                               \
    } while (0)

/* The integer that `sql` gives. */
static inline int64_t store_int(struct sc_store *s, const char *sql)
{
    int64_t value = 0;
    assert_ok(sc_db_int(s, sql, &value, ok));
    return value;
}

/* Both of SQLite's own checks. */
static inline void assert_intact(struct sc_store *s)
{
    assert_int_equal(store_int(s, "SELECT count(*) FROM pragma_integrity_check WHERE "
                                  "integrity_check = 'ok'"),
                     1);
    assert_int_equal(store_int(s, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

#define store_test(f) cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)

#endif
