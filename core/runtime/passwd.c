/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/runtime/runtime.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
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

struct out {
    struct sc_buf *text;
    uid_t but;
};

static int add_system_user(const struct passwd *pw, void *arg, struct sc_error *err)
{
    struct out *out = arg;
    (void)err;
    if (sc_is_system_id(pw->pw_uid) && pw->pw_uid != out->but)
        add_passwd(out->text, pw);
    return 0;
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
    SC_FILE FILE *g = fopen("/etc/group", "re");
    if (!g)
        return sc_error_sys(err, errno, "cannot open /etc/group");
    rewind(g); /* as in core/base/users.c */
    for (struct group *gr; (errno = 0, gr = fgetgrent(g)) != NULL;) {
        int member = gr->gr_gid == gid;
        for (char **m = gr->gr_mem; m && *m && !member; m++)
            member = strcmp(*m, user) == 0;
        if (!sc_is_system_id(gr->gr_gid) && !member)
            continue;
        *ret_own |= gr->gr_gid == gid;
        add_group(b, gr, user);
    }
    return feof(g) && !ferror(g) ? 0
                                 : sc_error_sys(err, errno ? errno : EIO, "cannot read /etc/group");
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
    struct out out = {&passwd, uid};
    bool own = false;
    int rc = sc_users_in_file("", add_system_user, &out, err);
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
