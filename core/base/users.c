/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/users.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/base/vec.h"

#define PASSWD     "/etc/passwd"
#define LOOKUP_MAX (1u << 20) /* bytes of one entry; a group may have many members */

void sc_user_done(struct sc_user *u)
{
    SC_FREE_ALL(u->name, u->gecos, u->home, u->shell);
    *u = (struct sc_user){0};
}

/* Room for one entry, twice as much each time. False: enough is enough. */
static bool more_room(char **text, size_t *size)
{
    *size = *size ? *size * 2 : 16384;
    char *p = *size <= LOOKUP_MAX ? realloc(*text, *size) : NULL;
    if (p)
        *text = p;
    return p != NULL;
}

static char *copy(const char *s)
{
    return strdup(s ? s : "");
}

static int fill(const struct passwd *pw, struct sc_user *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_user_done)
    struct sc_user u = {.uid = pw->pw_uid,
                        .gid = pw->pw_gid,
                        .name = copy(pw->pw_name),
                        .gecos = copy(pw->pw_gecos),
                        .home = copy(pw->pw_dir),
                        .shell = copy(pw->pw_shell)};
    if (!u.name || !u.gecos || !u.home || !u.shell)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for user %s", pw->pw_name);
    for (size_t n = strlen(u.home); n > 1 && u.home[n - 1] == '/';)
        u.home[--n] = 0;
    SC_MOVE(ret, &u);
    return 0;
}

/* ---- /etc/passwd itself ---- */

int sc_users_in_file(const char *root, sc_user_told *with, void *arg, struct sc_error *err)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s" PASSWD, root) >= (int)sizeof(path))
        return sc_error_sys(err, ENAMETOOLONG, "cannot open " PASSWD);
    SC_FILE FILE *f = fopen(path, "re");
    if (!f)
        return sc_error_sys(err, errno, "cannot open %s", path);
    rewind(f); /* else fgetpwent(3) asks the kernel twice for each line where it is */
    for (const struct passwd *pw; (errno = 0, pw = fgetpwent(f)) != NULL;) {
        int rc = with(pw, arg, err);
        if (rc < 0)
            return rc;
    }
    return feof(f) && !ferror(f) ? 0
                                 : sc_error_sys(err, errno ? errno : EIO, "cannot read %s", path);
}

struct wanted {
    const char *name; /* or NULL, */
    uid_t uid;        /* and this */
};

/* An error when it is the wanted one. */
static int is_not(const struct passwd *pw, void *arg, struct sc_error *err)
{
    const struct wanted *w = arg;
    if (w->name ? strcmp(pw->pw_name, w->name) != 0 : pw->pw_uid != w->uid)
        return 0;
    return sc_error_sys(err, EAGAIN, "look up user %s, whom " PASSWD " has", pw->pw_name);
}

static int surely_none(const struct wanted *w, struct sc_error *err)
{
    int rc = sc_users_in_file("", is_not, (void *)(uintptr_t)w, err);
    if (rc < 0)
        return rc;
    if (w->name)
        return sc_error_is(err, SC_IS_UNKNOWN_USER,
                           sc_error_set(err, SC_E_NOTFOUND, "User %s does not exist",
                                        w->name[strspn(w->name, " \t")] ? w->name : "''"));
    return sc_error_set(err, SC_E_NOTFOUND, "UID %u does not exist", (unsigned)w->uid);
}

/* ---- look-ups ---- */

static int look_up(const struct wanted *w, struct sc_user *ret, struct sc_error *err)
{
    SC_FREE char *text = NULL;
    size_t size = 0;
    struct passwd pw, *found = NULL;
    int e = ERANGE;
    while (e == ERANGE && more_room(&text, &size))
        e = w->name ? getpwnam_r(w->name, &pw, text, size, &found)
                    : getpwuid_r(w->uid, &pw, text, size, &found);
    if (e != 0)
        return sc_error_sys(err, e, "look up user %s", w->name ? w->name : "by uid");
    return found ? fill(found, ret, err) : surely_none(w, err);
}

int sc_user_by_name(const char *name, struct sc_user *ret, struct sc_error *err)
{
    return look_up(&(struct wanted){.name = name}, ret, err);
}

int sc_user_by_uid(uid_t uid, struct sc_user *ret, struct sc_error *err)
{
    return look_up(&(struct wanted){.uid = uid}, ret, err);
}

struct listing {
    sc_user_told *with;
    void *arg;
    char **seen; /* names in the file, sorted once it is read */
    size_t n;
};

static void listing_done(struct listing *l)
{
    sc_strings_free(l->seen, l->n);
}

static int cmp_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int of_file(const struct passwd *pw, void *arg, struct sc_error *err)
{
    struct listing *l = arg;
    char *name = SC_VEC_ROOM(l->seen, l->n) ? strdup(pw->pw_name) : NULL;
    if (!name)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the system's users");
    l->seen[l->n++] = name;
    return l->with(pw, l->arg, err);
}

int sc_users_each(sc_user_told *with, void *arg, struct sc_error *err)
{
    SC_CLEANUP(listing_done) struct listing l = {.with = with, .arg = arg};
    int rc = sc_users_in_file("", of_file, &l, err);
    if (rc < 0)
        return rc;
    if (l.n)
        qsort(l.seen, l.n, sizeof(*l.seen), cmp_name);
    setpwent();
    for (const struct passwd *pw; rc >= 0 && (pw = getpwent()) != NULL;)
        if (!l.n || !bsearch(&pw->pw_name, l.seen, l.n, sizeof(*l.seen), cmp_name))
            rc = with(pw, arg, err);
    endpwent();
    return rc < 0 ? rc : 0;
}

int sc_group_name(gid_t gid, char **ret, struct sc_error *err)
{
    SC_FREE char *text = NULL;
    size_t size = 0;
    struct group gr, *found = NULL;
    int e = ERANGE;
    while (e == ERANGE && more_room(&text, &size))
        e = getgrgid_r(gid, &gr, text, size, &found);
    if (e != 0)
        return sc_error_sys(err, e, "look up group %u", (unsigned)gid);
    if (!found)
        return sc_error_set(err, SC_E_NOTFOUND, "GID %u does not exist", (unsigned)gid);
    *ret = strdup(found->gr_name);
    return *ret ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for a group");
}

int sc_group_by_name(const char *name, gid_t *ret, struct sc_error *err)
{
    SC_FREE char *text = NULL;
    size_t size = 0;
    struct group gr, *found = NULL;
    int e = ERANGE;
    while (e == ERANGE && more_room(&text, &size))
        e = getgrnam_r(name, &gr, text, size, &found);
    if (e != 0)
        return sc_error_sys(err, e, "look up group %s", name);
    if (!found)
        return sc_error_set(err, SC_E_NOTFOUND, "group %s does not exist", name);
    *ret = found->gr_gid;
    return 0;
}

#define SYSTEM_ID_MAX 999
#define NOBODY_ID     65534

bool sc_is_system_id(unsigned id)
{
    return id <= SYSTEM_ID_MAX || id == NOBODY_ID;
}
