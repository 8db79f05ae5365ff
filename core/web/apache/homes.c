/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/homes.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "core/web/apache/path.h"

#define FIRST_USER 1000 /* login.defs(5), UID_MIN */
#define ENTRY_MAX  4096 /* of the user database; one that is longer counts as none */

static bool is_in_owners(const char *real, uid_t owner)
{
    char room[ENTRY_MAX], home[PATH_MAX];
    struct passwd pw, *found = NULL;
    return owner >= FIRST_USER && getpwuid_r(owner, &pw, room, sizeof(room), &found) == 0 &&
           found && sc_web_path_clean(pw.pw_dir, home) > 1 && sc_web_path_within(real, home);
}

/* Whether `top` is the home of the user who has its last part as a name. */
static bool is_home_of_name(const char *top, const char *name)
{
    char room[ENTRY_MAX], home[PATH_MAX];
    struct passwd pw, *found = NULL;
    return getpwnam_r(name, &pw, room, sizeof(room), &found) == 0 && found &&
           sc_web_path_clean(pw.pw_dir, home) > 1 && strcmp(home, top) == 0;
}

/* The directory below a place of homes that `real` lies in. */
static bool is_in_one_of_many(const struct sc_web_table *t, const char *real)
{
    char top[PATH_MAX];
    struct stat st;
    size_t above = sc_web_table_above(t, real);
    const char *name = real + above + 1;
    if (above == 0 || real[above] != '/')
        return false;
    snprintf(top, sizeof(top), "%.*s", (int)(above + 1 + strcspn(name, "/")), real);
    return (lstat(top, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid >= FIRST_USER) ||
           is_home_of_name(top, top + above + 1);
}

bool sc_web_is_in_a_home(const struct sc_web_table *t, const char *real, const struct stat *st)
{
    return is_in_owners(real, st->st_uid) || is_in_one_of_many(t, real);
}
