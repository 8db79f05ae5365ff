/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/runtime/runtime.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"

/* Where human accounts begin, login.defs(5) UID_MIN as all distributions ship it; nobody's is
 * above. */
#define SYSTEM_ID_MAX 999
#define NOBODY_ID     65534

static int is_system(unsigned id)
{
    return id <= SYSTEM_ID_MAX || id == NOBODY_ID;
}

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

int sc_runtime_write_passwd(uid_t uid, gid_t gid, const char *user, struct sc_error *err)
{
    SC_BUF struct sc_buf passwd = SC_BUF_INIT;
    SC_BUF struct sc_buf group = SC_BUF_INIT;
    SC_FILE FILE *f = fopen("/etc/passwd", "re");
    SC_FILE FILE *g = fopen("/etc/group", "re");
    if (!f || !g)
        return sc_error_sys(err, errno, "open /etc/passwd and /etc/group");
    struct passwd *pw;
    while ((pw = fgetpwent(f)) != NULL)
        if (is_system(pw->pw_uid) && pw->pw_uid != uid)
            add_passwd(&passwd, pw);
    /* by the system's own look-up: the account may be in LDAP */
    pw = getpwuid(uid);
    if (pw)
        add_passwd(&passwd, pw);
    struct group *gr;
    int own = 0;
    while ((gr = fgetgrent(g)) != NULL) {
        int member = gr->gr_gid == gid;
        for (char **m = gr->gr_mem; m && *m && !member; m++)
            member = strcmp(*m, user) == 0;
        if (!is_system(gr->gr_gid) && !member)
            continue;
        own |= gr->gr_gid == gid;
        add_group(&group, gr, user);
    }
    if (!own && (gr = getgrgid(gid)) != NULL)
        add_group(&group, gr, user);
    int rc = sc_buf_check(&passwd, "passwd", err);
    if (rc == 0)
        rc = sc_buf_check(&group, "group", err);
    if (rc == 0)
        rc = sc_runtime_write(uid, "passwd", &passwd, NULL, err);
    return rc < 0 ? rc : sc_runtime_write(uid, "group", &group, NULL, err);
}
