/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/runtime/runtime.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/users.h"

static void add_passwd(struct sc_buf *b, const struct passwd *pw)
{
    sc_buf_fmt(b, "%s:x:%u:%u:%s:%s:%s\n", pw->pw_name, (unsigned)pw->pw_uid, (unsigned)pw->pw_gid,
               pw->pw_gecos ? pw->pw_gecos : "", pw->pw_dir, pw->pw_shell ? pw->pw_shell : "");
}

/* Of a group only what a site needs: its name, its number, and this user's membership. */
static void add_group(struct sc_buf *b, const struct group *gr, const char *user)
{
    int member = 0;
    for (char **m = gr->gr_mem; m && *m; m++)
        member |= strcmp(*m, user) == 0;
    sc_buf_fmt(b, "%s:x:%u:%s\n", gr->gr_name, (unsigned)gr->gr_gid, member ? user : "");
}

#define FILE_MAX (64u << 20)
#define NOBODY   UINT_MAX /* no uid, no gid */

/* The number in the third field; false: there is none. */
static bool number_of(const char *line, const char *end, unsigned *ret, const char **ret_rest)
{
    const char *at = line;
    for (int i = 0; i < 2; i++) {
        at = memchr(at, ':', (size_t)(end - at));
        if (!at)
            return false;
        at++;
    }
    char *behind;
    unsigned long n = strtoul(at, &behind, 10); /* the text has a NUL at its end */
    *ret = (unsigned)n;
    *ret_rest = behind;
    return behind > at && behind < end && *behind == ':' && n < UINT_MAX;
}

/* Of a file with a line for each of very many accounts only those lines are parsed that can matter:
 * system ids, this id, this word; and what is no such line, for libc to judge. */
static void keep_lines(const struct sc_buf *text, unsigned id, const char *word, struct sc_buf *out)
{
    const char *end = text->data + text->len;
    for (const char *p = text->data, *next; p < end; p = next) {
        const char *nl = memchr(p, '\n', (size_t)(end - p)), *rest;
        unsigned n;
        next = nl ? nl + 1 : end;
        if (!number_of(p, next, &n, &rest) || sc_is_system_id(n) || n == id ||
            (word && memmem(rest, (size_t)(next - rest), word, strlen(word))))
            sc_buf_add(out, p, (size_t)(next - p));
    }
}

/* *ret NULL: no line matters. `lines` holds the text, as long as *ret is open. */
static int open_lines(const char *path, unsigned id, const char *word, struct sc_buf *lines,
                      FILE **ret, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_read_file(path, FILE_MAX, &text, &why);
    if (rc < 0) /* not there, too: half a list is none */
        return sc_error_set(err, SC_E_SYS, "%s", why.text);
    keep_lines(&text, id, word, lines);
    rc = sc_buf_check(lines, path, err);
    if (rc < 0 || lines->len == 0)
        return rc;
    *ret = fmemopen(lines->data, lines->len, "re");
    return *ret ? 0 : sc_error_sys(err, errno, "cannot read %s", path);
}

static int add_system_users(struct sc_buf *b, uid_t but, struct sc_error *err)
{
    SC_BUF struct sc_buf lines = {.limit = FILE_MAX};
    SC_FILE FILE *f = NULL;
    int rc = open_lines("/etc/passwd", NOBODY, NULL, &lines, &f, err);
    for (const struct passwd *pw; rc == 0 && f && (pw = fgetpwent(f)) != NULL;)
        if (sc_is_system_id(pw->pw_uid) && pw->pw_uid != but)
            add_passwd(b, pw);
    return rc;
}

/* By the system's own look-up: the account may be in LDAP. */
static int add_user(struct sc_buf *b, uid_t uid, struct sc_error *err)
{
    SC_CLEANUP(sc_user_done) struct sc_user u = {0};
    int rc = sc_user_by_uid(uid, &u, err);
    if (rc < 0)
        return rc;
    const struct passwd pw = {.pw_name = u.name,
                              .pw_uid = u.uid,
                              .pw_gid = u.gid,
                              .pw_gecos = u.gecos,
                              .pw_dir = u.home,
                              .pw_shell = u.shell};
    add_passwd(b, &pw);
    return 0;
}

/* The system's groups and the user's, from the file; *ret_own: his first one is among them. */
static int add_groups(struct sc_buf *b, gid_t gid, const char *user, bool *ret_own,
                      struct sc_error *err)
{
    SC_BUF struct sc_buf lines = {.limit = FILE_MAX};
    SC_FILE FILE *g = NULL;
    int rc = open_lines("/etc/group", gid, user, &lines, &g, err);
    for (struct group *gr; rc == 0 && g && (gr = fgetgrent(g)) != NULL;) {
        int member = gr->gr_gid == gid;
        for (char **m = gr->gr_mem; m && *m && !member; m++)
            member = strcmp(*m, user) == 0;
        if (!sc_is_system_id(gr->gr_gid) && !member)
            continue;
        *ret_own |= gr->gr_gid == gid;
        add_group(b, gr, user);
    }
    return rc;
}

/* A group without a name is fine. */
static int add_own_group(struct sc_buf *b, gid_t gid, const char *user, struct sc_error *err)
{
    SC_FREE char *name = NULL;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_group_name(gid, &name, &why);
    if (rc == 0)
        sc_buf_fmt(b, "%s:x:%u:%s\n", name, (unsigned)gid, user);
    if (rc < 0 && rc != SC_E_NOTFOUND && err)
        *err = why;
    return rc == SC_E_NOTFOUND ? 0 : rc;
}

int sc_runtime_write_passwd(uid_t uid, gid_t gid, const char *user, struct sc_error *err)
{
    SC_BUF struct sc_buf passwd = SC_BUF_INIT;
    SC_BUF struct sc_buf group = SC_BUF_INIT;
    bool own = false;
    int rc = add_system_users(&passwd, uid, err);
    if (rc == 0)
        rc = add_user(&passwd, uid, err);
    if (rc == 0)
        rc = add_groups(&group, gid, user, &own, err);
    if (rc == 0 && !own)
        rc = add_own_group(&group, gid, user, err);
    if (rc == 0)
        rc = sc_buf_check(&passwd, "passwd", err);
    if (rc == 0)
        rc = sc_buf_check(&group, "group", err);
    if (rc == 0)
        rc = sc_runtime_write(uid, "passwd", &passwd, NULL, err);
    return rc < 0 ? rc : sc_runtime_write(uid, "group", &group, NULL, err);
}
