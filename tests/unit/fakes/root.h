/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server's file system for unit tests: whatever the product opens by an absolute path lies below a
 * directory of the test's. The linker puts the functions of root.c before libc's (`--wrap`, see
 * tests/CMakeLists.txt), so the product knows nothing of it. /proc, /dev, /sys, /tmp and the
 * directory itself are what they are. */
#ifndef SC_TESTS_FAKES_ROOT_H
#define SC_TESTS_FAKES_ROOT_H

/* Makes the directory, in memory where that can be; removes it with all that is in it. Without one
 * every absolute path fails the test. */
void root_make(void);
void root_remove(void);

/* The directory itself. */
const char *root_dir(void);

/* Where the server's `path` lies; holds for the next seven calls. */
const char *root_at(const char *path);

/* A directory, a file, a link of the server, with what is missing above them. A directory that is
 * there already is fine. */
void root_mkdir(const char *path);
void root_put(const char *path, const char *text);
void root_link(const char *path, const char *target);

/* From now on whoever looks at this path (of the server's, or one in a home) gets the error: open,
 * opendir, stat, access; who lists the directory gets it behind the first name. One path at a time;
 * NULL: nobody does. */
void root_fail(const char *path, int errnum);
void root_fail_list(const char *path, int errnum);

/* From now on whoever looks at this path hangs for good. */
void root_hang(const char *path);

/* Fails the test unless the file has this text. */
void root_assert_file(const char *path, const char *text);
int root_has(const char *path);

#endif
