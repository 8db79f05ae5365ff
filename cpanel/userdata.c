/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpanel/userdata.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/domain_name.h"
#include "cpanel/users_file.h"

#define TRIES 3 /* to read userdata while the panel writes it */

#define WAY_OUT                                                                                    \
    "; if it stays so, run /usr/local/cpanel/scripts/updateuserdatacache and see cPanel's logs"

/* When a user's userdata changed last, to see that it did not while it was read. */
struct stamp {
    struct timespec dir, main;
    ino_t inode;
};

static int stamp_of(const char *dir, const char *main_file, struct stamp *ret, struct sc_error *err)
{
    struct stat d, m;
    if (stat(dir, &d) < 0 || stat(main_file, &m) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return sc_error_set(err, SC_E_NOTFOUND, "%s does not exist", main_file);
        return sc_error_sys(err, errno, "cannot look at %s", main_file);
    }
    *ret = (struct stamp){.dir = d.st_mtim, .main = m.st_mtim, .inode = m.st_ino};
    return 0;
}

static bool same(const struct stamp *a, const struct stamp *b)
{
    return a->inode == b->inode && a->dir.tv_sec == b->dir.tv_sec &&
           a->dir.tv_nsec == b->dir.tv_nsec && a->main.tv_sec == b->main.tv_sec &&
           a->main.tv_nsec == b->main.tv_nsec;
}

static int read_main(const char *path, struct sc_cpanel_names *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    int rc = sc_read_file(path, SC_CPANEL_YAML_MAX, &b, err);
    return rc < 0 ? rc : sc_cpanel_main_parse(b.data, b.len, path, ret, err);
}

/* The file of a domain; that of a wildcard has been called in two ways. SC_E_INVAL: it is damaged,
 * or no file has such a name. */
static int read_docroot(const struct sc_cpanel *cp, const char *user, const char *name, char **ret,
                        struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX];
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    if (!*name || *name == '.' || strchr(name, '/') || strlen(name) > NAME_MAX)
        return sc_error_set(err, SC_E_INVAL, "no file is called '%.64s'", name);
    int rc = sc_cpanel_path(cp, path, err, SC_CPANEL_USERDATA "/%s/%s", user, name);
    if (rc < 0)
        return rc;
    struct sc_error why = SC_ERROR_INIT;
    rc = sc_read_file(path, SC_CPANEL_YAML_MAX, &b, &why);
    if (rc == SC_E_NOTFOUND && name[0] == '*') {
        rc = sc_cpanel_path(cp, path, err, SC_CPANEL_USERDATA "/%s/_wildcard_%s", user, name + 1);
        if (rc < 0)
            return rc;
        why = (struct sc_error)SC_ERROR_INIT;
        rc = sc_read_file(path, SC_CPANEL_YAML_MAX, &b, &why);
    }
    if (rc == 0)
        rc = sc_cpanel_docroot_parse(b.data, b.len, path, ret, &why);
    if (rc < 0 && err)
        *err = why;
    return rc;
}

/* A domain whose document root cannot be read. */
static int pass_over(const struct sc_cpanel_name *n, const char *user, const struct sc_error *why,
                     struct sc_domains *ret, struct sc_error *err)
{
    const struct sc_odd what = {.name = n->name, .owner = user, .hides = !n->name};
    return sc_odds_add(&ret->odds, &what, err, "domain '%.253s' of %s: %.500s" WAY_OUT, n->said,
                       user, why->text);
}

/* One reading of what the "main" file lists. */
static int gather(const struct sc_cpanel *cp, const char *user, const struct sc_cpanel_names *names,
                  struct sc_domains *ret, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < names->n; i++) {
        const struct sc_cpanel_name *n = &names->v[i];
        SC_FREE char *docroot = NULL;
        struct sc_error why = SC_ERROR_INIT;
        rc = read_docroot(cp, user, n->file, &docroot, &why);
        if (rc == SC_E_NOTFOUND || rc == SC_E_INVAL)
            rc = pass_over(n, user, &why, ret, err);
        else if (rc == 0)
            rc = sc_domains_add(ret, n->said, user, docroot, n->kind == SC_CPANEL_MAIN, err);
        else if (err)
            *err = why;
    }
    return rc;
}

static int read_user(const struct sc_cpanel *cp, const char *user, const char *dir,
                     const char *main_file, struct sc_domains *ret, struct sc_error *err)
{
    for (int i = 0; i < TRIES; i++) {
        struct stamp before, after;
        SC_CLEANUP(sc_cpanel_names_done) struct sc_cpanel_names names = {0};
        SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
        int rc = stamp_of(dir, main_file, &before, err);
        if (rc < 0)
            return rc;
        struct sc_error why = SC_ERROR_INIT;
        rc = read_main(main_file, &names, &why);
        if (rc == SC_E_INVAL)
            return sc_error_set(err, SC_E_PANEL, "%s" WAY_OUT, why.text);
        if (rc < 0) {
            if (err)
                *err = why;
            return rc;
        }
        rc = gather(cp, user, &names, &d, err);
        if (rc < 0)
            return rc;
        if (stamp_of(dir, main_file, &after, NULL) == 0 && same(&before, &after))
            return sc_domains_move(&d, ret, err);
    }
    return sc_error_set(err, SC_E_PANEL,
                        "cPanel is at work on user %s: %s changes all the time" WAY_OUT, user,
                        main_file);
}

/* A user without userdata: unknown, or about to be made or broken? */
static int no_userdata(const struct sc_cpanel *cp, const char *user, const char *main_file,
                       struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX];
    struct stat st;
    int rc = sc_cpanel_path(cp, path, err, SC_CPANEL_USERDATA);
    if (rc < 0)
        return rc;
    if (stat(path, &st) < 0)
        return errno == ENOENT ? sc_error_set(err, SC_E_NOTFOUND, "%s does not exist", path)
                               : sc_error_sys(err, errno, "cannot look at %s", path);
    rc = sc_cpanel_path(cp, path, err, SC_CPANEL_USERS "/%s", user);
    if (rc < 0)
        return rc;
    if (stat(path, &st) == 0)
        return sc_error_set(err, SC_E_PANEL,
                            "%s is missing, but cPanel knows the user (%s)" WAY_OUT, main_file,
                            path);
    return errno == ENOENT ? 0 : sc_error_sys(err, errno, "cannot look at %s", path);
}

int sc_cpanel_user_domains(const struct sc_cpanel *cp, const char *user, struct sc_domains *ret,
                           struct sc_error *err)
{
    char dir[SC_CPANEL_PATH_MAX], main_file[SC_CPANEL_PATH_MAX];
    if (!sc_owner_valid(user))
        return sc_error_set(err, SC_E_INVAL, "'%s' is not a user name", user);
    int rc = sc_cpanel_path(cp, dir, err, SC_CPANEL_USERDATA "/%s", user);
    if (rc == 0)
        rc = sc_cpanel_path(cp, main_file, err, SC_CPANEL_USERDATA "/%s/main", user);
    if (rc < 0)
        return rc;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error why = SC_ERROR_INIT;
    rc = read_user(cp, user, dir, main_file, &d, &why);
    if (rc == SC_E_NOTFOUND)
        return no_userdata(cp, user, main_file, err);
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    return sc_domains_move(&d, ret, err);
}

int sc_cpanel_main_domain(const struct sc_cpanel *cp, const char *user, char out[256],
                          struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX];
    SC_CLEANUP(sc_cpanel_names_done) struct sc_cpanel_names names = {0};
    if (!sc_owner_valid(user))
        return sc_error_set(err, SC_E_INVAL, "'%s' is not a user name", user);
    int rc = sc_cpanel_path(cp, path, err, SC_CPANEL_USERDATA "/%s/main", user);
    if (rc < 0)
        return rc;
    rc = read_main(path, &names, NULL);
    for (size_t i = 0; rc == 0 && i < names.n; i++) {
        if (names.v[i].kind == SC_CPANEL_MAIN && names.v[i].name) {
            snprintf(out, 256, "%s", names.v[i].name);
            return 0;
        }
    }
    struct sc_cpanel_user u;
    rc = sc_cpanel_user_read(cp, user, &u, err);
    if (rc < 0)
        return rc;
    rc = sc_domain_canon(u.domain, out, err);
    return rc;
}

bool sc_cpanel_has_domain(const struct sc_cpanel *cp, const char *user, const char *name)
{
    char path[SC_CPANEL_PATH_MAX];
    SC_CLEANUP(sc_cpanel_names_done) struct sc_cpanel_names names = {0};
    if (!sc_owner_valid(user) ||
        sc_cpanel_path(cp, path, NULL, SC_CPANEL_USERDATA "/%s/main", user) < 0 ||
        read_main(path, &names, NULL) < 0)
        return false;
    for (size_t i = 0; i < names.n; i++) {
        if (names.v[i].name && strcmp(names.v[i].name, name) == 0)
            return true;
    }
    return false;
}
