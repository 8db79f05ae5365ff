/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system's users for unit tests: what core/base/users.h answers, from a list in memory. */
#ifndef SC_TESTS_FAKES_USERS_H
#define SC_TESTS_FAKES_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define FAKE_USERS_MAX 16

struct fake_user {
    char name[64];
    uid_t uid; /* and the gid */
    char home[256];
    bool unlisted; /* found by name and uid alone, as in a directory service */
};

void users_reset(void);
void users_add(const char *name, uid_t uid, const char *home);
void users_remove(const char *name);
/* The entry of that name, to be changed in place; fails the test when there is none. */
struct fake_user *users_of(const char *name);

/* Look-ups fail from now on, with a system error of this text; NULL: they work again. */
void users_fail(const char *text);

#endif
