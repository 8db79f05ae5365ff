/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which services of the system there are. */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/match.h"
#include "core/base/resolve.h"
#include "core/base/there.h"
#include "core/base/users.h"
#include "core/base/vec.h"
#include "core/cage/services.h"

#define HOPS_MAX 8 /* links from /etc/resolv.conf to the file */

/* Directories and sockets, as glob(3). Several instances have a name behind. */
static const char *const patterns[] = {"/run/mysqld*",         "/run/mariadb*",  "/run/mysql",
                                       "/run/postgresql*",     "/run/nscd",      "/run/redis*",
                                       "/run/valkey*",         "/run/keydb*",    "/run/memcached*",
                                       "/run/systemd/resolve", "/var/lib/GeoIP", "/tmp/mysql*.sock",
                                       "/tmp/mariadb*.sock",   "/tmp/.s.PGSQL.*"};

void sc_services_done(struct sc_services *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->v[i].path);
        free(s->v[i].source);
    }
    free(s->v);
    *s = (struct sc_services){0};
}

const char *const *sc_services_dirs(void)
{
    static const char *const dirs[] = {"/run", "/run/systemd", "/var/lib", "/etc", NULL};
    return dirs;
}

bool sc_services_is_name(const char *name)
{
    if (strcmp(name, "resolv.conf") == 0 || strcmp(name, "mysql") == 0)
        return true;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        if (fnmatch(strrchr(patterns[i], '/') + 1, name, 0) == 0)
            return true;
    return false;
}

static int add(struct sc_services *s, const char *path, const char *source, struct sc_error *err)
{
    if (!SC_VEC_ROOM(s->v, s->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    s->v[s->n] = (struct sc_service){strdup(path), strdup(source)};
    s->n++;
    return s->v[s->n - 1].path && s->v[s->n - 1].source
               ? 0
               : sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
}

/* In /tmp anybody makes what looks like a service, or a link that leads to his neighbour's files:
 * there, and wherever a link leads, only what the system owns counts. */
static int add_match(struct sc_services *s, const char *path, struct sc_error *err)
{
    SC_FREE char *real = NULL;
    struct stat link, st;
    int rc = sc_there(path, &link, err);
    if (rc == SC_THERE && sc_is_system_id(link.st_uid))
        rc = sc_real_path(path, &real, err);
    if (rc == SC_THERE && real)
        rc = sc_there(real, &st, err);
    if (rc != SC_THERE || !real || !sc_is_system_id(st.st_uid))
        return rc < 0 ? rc : 0;
    bool shared = sc_path_below(path, "/tmp") != NULL;
    return S_ISSOCK(st.st_mode) || (S_ISDIR(st.st_mode) && !shared) ? add(s, path, real, err) : 0;
}

static int add_pattern(struct sc_services *s, struct sc_dirs *dirs, const char *pattern,
                       struct sc_error *err)
{
    SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
    int rc = sc_match(pattern, dirs, &m, err);
    for (size_t i = 0; rc >= 0 && i < m.n; i++)
        rc = add_match(s, m.v[i], err);
    return rc < 0 ? rc : 0;
}

/* Where the server keeps its socket among its data, they are shown with it; their own modes hide
 * them. */
static int add_mysql_data(struct sc_services *s, struct sc_error *err)
{
    int rc = sc_there("/var/lib/mysql/mysql.sock", NULL, err);
    return rc == SC_THERE ? add(s, "/var/lib/mysql", "/var/lib/mysql", err) : rc;
}

/* ---- what /etc/resolv.conf leads to ---- */

/* Whether the view has it anyway: live, or in a directory that is a service. */
static bool is_shown(const struct sc_services *s, const char *path)
{
    static const char *const live[] = {"/etc", "/usr", "/opt"};
    for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++)
        if (sc_path_below(path, live[i]))
            return true;
    for (size_t i = 0; i < s->n; i++)
        if (sc_path_below(path, s->v[i].path))
            return true;
    return false;
}

/* Where the link at `path` leads to, with the directory's real name. SC_ABSENT: nowhere. */
static int next_hop(const char *path, char **ret, struct sc_error *err)
{
    char target[PATH_MAX], joined[2 * PATH_MAX];
    SC_FREE char *dir = NULL;
    ssize_t n = readlink(path, target, sizeof(target) - 1);
    if (n < 0)
        return errno == EINVAL || sc_is_absent(errno)
                   ? SC_ABSENT
                   : sc_error_sys(err, errno, "cannot read the link %s", path);
    target[n] = 0;
    if (target[0] == '/')
        snprintf(joined, sizeof(joined), "%s", target);
    else
        snprintf(joined, sizeof(joined), "%.*s/%s", (int)(strrchr(path, '/') - path), path, target);
    char *slash = strrchr(joined, '/');
    *slash = 0;
    int rc = sc_real_path(joined[0] ? joined : "/", &dir, err);
    if (rc == SC_THERE && asprintf(ret, "%s/%s", dir[1] ? dir : "", slash + 1) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    return rc;
}

static int add_resolver(struct sc_services *s, struct sc_error *err)
{
    SC_FREE char *real = NULL;
    SC_FREE char *path = strdup("/etc/resolv.conf");
    struct stat st;
    int rc = path ? sc_real_path(path, &real, err)
                  : sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    if (rc == SC_THERE)
        rc = sc_there(real, &st, err);
    if (rc != SC_THERE || !S_ISREG(st.st_mode) || !sc_is_system_id(st.st_uid))
        return rc < 0 ? rc : 0;
    for (int i = 0; rc == SC_THERE && i < HOPS_MAX; i++) {
        char *next = NULL;
        rc = next_hop(path, &next, err);
        if (rc != SC_THERE)
            break;
        free(path);
        path = next;
        if (!is_shown(s, path) && (rc = add(s, path, real, err)) == 0)
            rc = SC_THERE;
    }
    return rc < 0 ? rc : 0;
}

int sc_services_find(struct sc_dirs *dirs, struct sc_services *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_services_done) struct sc_services s = {0};
    int rc = add_mysql_data(&s, err);
    for (size_t i = 0; rc == 0 && i < sizeof(patterns) / sizeof(patterns[0]); i++)
        rc = add_pattern(&s, dirs, patterns[i], err);
    if (rc == 0)
        rc = add_resolver(&s, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &s);
    return 0;
}
