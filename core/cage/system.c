/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/system.h"

#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/vec.h"
#include "core/php/vendors/vendors.h"
#include "core/proxyexec/commands.h"
#include "core/proxyexec/paths.h"
#include "core/proxyexec/sites.h"

/* Live and read-only: programs and their configuration. */
static const char *const trees[] = {"/usr",   "/bin",    "/sbin", "/lib", "/lib32",
                                    "/lib64", "/libx32", "/opt",  "/etc"};

/* Sockets of services that sites use; the directories, so that a restarted service is found. */
static const char *const sockets[] = {"/run/mysqld",   "/run/mariadb",         "/run/postgresql",
                                      "/run/nscd",     "/run/systemd/resolve", "/run/redis",
                                      "/run/memcached"};

/* PHP's session directories of the distributions: each site has its own behind them. */
static const char *const sessions[] = {"/var/lib/php/sessions", "/var/lib/php/session",
                                       "/var/lib/php/wsdlcache", "/var/lib/php/opcache"};

/* In the trees above, and no site's business: other accounts, schedules, servers, keys. Patterns as
 * in glob(3). */
static const char *const closed[] = {"/etc/cagefs",
                                     "/etc/sitecage*",
                                     "/etc/shadow*",
                                     "/etc/gshadow*",
                                     "/etc/passwd-",
                                     "/etc/group-",
                                     "/etc/subuid*",
                                     "/etc/subgid*",
                                     "/etc/sudoers*",
                                     "/etc/ssh",
                                     "/etc/ssl/private",
                                     "/etc/pki/tls/private",
                                     "/etc/letsencrypt",
                                     "/etc/crontab",
                                     "/etc/cron.*",
                                     "/etc/anacrontab",
                                     "/etc/at.*",
                                     "/etc/httpd",
                                     "/etc/nginx",
                                     "/etc/lighttpd",
                                     "/etc/exim*",
                                     "/etc/postfix",
                                     "/etc/dovecot",
                                     "/etc/proftpd*",
                                     "/etc/pure-ftpd*",
                                     "/etc/vsftpd*",
                                     "/etc/bind",
                                     "/etc/named*",
                                     "/etc/security/opasswd*",
                                     "/etc/NetworkManager",
                                     "/etc/wireguard",
                                     "/etc/openvpn",
                                     "/etc/docker",
                                     "/etc/fstab",
                                     "/etc/logrotate.d",
                                     "/etc/container",
                                     "/etc/systemd/system",
                                     "/opt/cloudlinux"};

/* What starts programs at another time, outside: something of ours stands there (core/cron). */
static const char *const schedulers[] = {"/usr/bin/crontab", "/usr/bin/at", "/usr/bin/batch",
                                         "/usr/bin/atq", "/usr/bin/atrm"};
#define SCHEDULE_EXE SC_LIBEXECDIR "/sitecage-schedule"

static int add(struct sc_planfile *p, const char *kind, const char *a, const char *b,
               struct sc_error *err)
{
    if (!SC_VEC_ROOM(p->sys, p->n_sys))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    struct sc_sysline *l = &p->sys[p->n_sys];
    *l = (struct sc_sysline){strdup(kind), strdup(a), b ? strdup(b) : NULL};
    p->n_sys++;
    return l->kind && l->a && (!b || l->b)
               ? 0
               : sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
}

static bool is_dir(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int add_trees(struct sc_planfile *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(trees) / sizeof(trees[0]); i++) {
        struct stat st;
        char target[PATH_MAX];
        if (lstat(trees[i], &st) < 0)
            continue;
        ssize_t n = S_ISLNK(st.st_mode) ? readlink(trees[i], target, sizeof(target) - 1) : 0;
        if (n > 0) {
            target[n] = 0;
            rc = add(p, "link", trees[i], target, err);
        } else if (S_ISDIR(st.st_mode)) {
            rc = add(p, "bind", trees[i], trees[i], err);
        }
    }
    return rc;
}

/* Closes what matches, by its real path: a link is no place to mount on. */
static int close_matches(struct sc_planfile *p, const char *pattern, struct sc_error *err)
{
    glob_t g = {0};
    int rc = 0;
    if (glob(pattern, GLOB_NOSORT, NULL, &g) == 0)
        for (size_t i = 0; rc == 0 && i < g.gl_pathc; i++) {
            SC_FREE char *real = realpath(g.gl_pathv[i], NULL);
            if (real && real[1])
                rc = add(p, "close", real, NULL, err);
        }
    globfree(&g);
    return rc;
}

/* A panel's home: the directory itself, or the one that its file lies in. */
static int close_panel(struct sc_planfile *p, const char *path, struct sc_error *err)
{
    SC_FREE char *dir = strdup(path);
    if (!dir)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    if (access(dir, F_OK) < 0)
        return 0;
    if (!is_dir(dir)) {
        char *slash = strrchr(dir, '/');
        if (!slash || slash == dir)
            return 0;
        *slash = 0;
    }
    return is_dir(dir) ? add(p, "close", dir, NULL, err) : 0;
}

/* suexec runs inside as root before it becomes the user: what only it needs lies behind directories
 * that the user cannot enter. */
static int add_suexec(struct sc_planfile *p, const struct sc_system *in, struct sc_error *err)
{
    int rc = 0;
    if (in->suexec_config) {
        SC_FREE char *parent = strdup(in->suexec_config);
        char *slash = parent ? strrchr(parent, '/') : NULL;
        if (slash && slash != parent && is_dir(in->suexec_config)) {
            *slash = 0;
            rc = add(p, "over", parent, "0700", err);
            if (rc == 0)
                rc = add(p, "bind", in->suexec_config, in->suexec_config, err);
        }
    }
    if (rc == 0 && in->suexec_log) {
        SC_FREE char *parent = strdup(in->suexec_log);
        char *slash = parent ? strrchr(parent, '/') : NULL;
        if (slash && slash != parent) {
            *slash = 0; /* the directory, so that a rotated log is followed */
            if (is_dir(parent) && strncmp(parent, "/var/log/", 9) == 0)
                rc = add(p, "rwbind", parent, parent, err);
        }
    }
    return rc;
}

static bool bound(const struct sc_planfile *p, const char *path)
{
    for (size_t i = 0; i < p->n_sys; i++)
        if (strcmp(p->sys[i].kind, "bind") == 0 && strcmp(p->sys[i].a, path) == 0)
            return true;
    return false;
}

/* Programs that run outside are replaced by the client, or by the wrapper that the administrator
 * named. A mistake in those files replaces nothing: such programs then run inside, which is safe,
 * and the daemon logs what is wrong. */
static int add_proxied(struct sc_planfile *p, struct sc_error *err)
{
    SC_CLEANUP(sc_proxy_commands_done) struct sc_proxy_commands c = {0};
    if (sc_proxy_commands_load(SC_PROXY_ETC, 0, &c, NULL) < 0)
        return 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c.n; i++) {
        SC_FREE char *real = c.v[i].noproceed ? NULL : realpath(c.v[i].path, NULL);
        char wrapper[PATH_MAX];
        snprintf(wrapper, sizeof(wrapper), SC_PROXY_SAFE "/%s",
                 c.v[i].wrapper ? c.v[i].wrapper : "");
        /* several names may lead to one program: the first counts, as for the daemon */
        if (real && !bound(p, real) && (!c.v[i].wrapper || access(wrapper, X_OK) == 0))
            rc = add(p, "bind", real, c.v[i].wrapper ? wrapper : SC_PROXY_CLIENT, err);
    }
    return rc;
}

static int add_schedulers(struct sc_planfile *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof(schedulers) / sizeof(schedulers[0]); i++) {
        struct stat st;
        if (lstat(schedulers[i], &st) == 0 && S_ISREG(st.st_mode) && !bound(p, schedulers[i]))
            rc = add(p, "bind", schedulers[i], SCHEDULE_EXE, err);
    }
    return rc;
}

/* In the site's storage they are called by their whole path. */
static int add_own_sessions(struct sc_planfile *p, const char *pattern, struct sc_error *err)
{
    glob_t g = {0};
    int rc = 0;
    if (glob(pattern, GLOB_NOSORT, NULL, &g) == 0)
        for (size_t i = 0; rc == 0 && i < g.gl_pathc; i++) {
            SC_FREE char *real = realpath(g.gl_pathv[i], NULL);
            SC_FREE char *name = real ? strdup(real + 1) : NULL;
            for (char *c = name; c && *c; c++)
                *c = *c == '/' ? '-' : *c;
            if (name && *name && is_dir(real))
                rc = add(p, "private", real, name, err);
        }
    globfree(&g);
    return rc;
}

int sc_system_site_lines(struct sc_planfile *p, struct sc_error *err)
{
    char dir[64];
    sc_proxy_site_dir(p->uid, p->id, dir);
    return add(p, "bind", SC_PROXY_DIR, dir, err);
}

int sc_system_lines(const struct sc_system *in, struct sc_planfile *p, struct sc_error *err)
{
    char shm[32], passwd[64], group[64];
    snprintf(shm, sizeof(shm), "%" PRIu64, in->shm_size);
    snprintf(passwd, sizeof(passwd), "/run/sitecage/%u/passwd", (unsigned)in->uid);
    snprintf(group, sizeof(group), "/run/sitecage/%u/group", (unsigned)in->uid);
    int rc = add_trees(p, err);
    static const char *const dirs[][2] = {
        {"/home", "0711"},    {"/run", "0755"},       {"/run/lock", "1777"},  {"/var", "0755"},
        {"/var/lib", "0755"}, {"/var/cache", "0755"}, {"/var/spool", "0755"}, {"/var/log", "0700"},
        {"/root", "0700"},    {"/srv", "0755"},       {"/mnt", "0755"}};
    for (size_t i = 0; rc == 0 && i < sizeof(dirs) / sizeof(dirs[0]); i++)
        rc = add(p, "dir", dirs[i][0], dirs[i][1], err);
    if (rc == 0)
        rc = add(p, "link", "/var/run", "/run", err);
    if (rc == 0)
        rc = add(p, "proc", "/proc", NULL, err);
    if (rc == 0)
        rc = add(p, "dev", "/dev", NULL, err);
    if (rc == 0)
        rc = add(p, "shm", "/dev/shm", shm, err);
    for (size_t i = 0; rc == 0 && i < sizeof(sockets) / sizeof(sockets[0]); i++)
        if (is_dir(sockets[i]))
            rc = add(p, "bind", sockets[i], sockets[i], err);
    if (rc == 0 && access("/var/lib/mysql/mysql.sock", F_OK) == 0)
        rc = add(p, "bind", "/var/lib/mysql", "/var/lib/mysql", err);
    if (rc == 0)
        rc = add(p, "bind", "/etc/passwd", passwd, err);
    if (rc == 0)
        rc = add(p, "bind", "/etc/group", group, err);
    if (rc == 0)
        rc = add_proxied(p, err);
    if (rc == 0)
        rc = add_schedulers(p, err);
    for (size_t i = 0; rc == 0 && i < sizeof(closed) / sizeof(closed[0]); i++)
        rc = close_matches(p, closed[i], err);
    size_t n_vendors;
    const struct sc_php_vendor *vendors = sc_php_vendors(&n_vendors);
    for (size_t i = 0; rc == 0 && i < n_vendors; i++)
        for (size_t k = 0; rc == 0 && vendors[i].closed[k]; k++)
            rc = close_matches(p, vendors[i].closed[k], err);
    for (size_t i = 0; rc == 0 && in->panel_paths && in->panel_paths[i]; i++)
        rc = close_panel(p, in->panel_paths[i], err);
    if (rc == 0 && !in->suexec_config)
        rc = close_matches(p, "/etc/apache2", err);
    if (rc == 0)
        rc = add_suexec(p, in, err);
    /* a home inside one of the live trees: its neighbours are other people's */
    for (size_t i = 0; rc == 0 && i < sizeof(trees) / sizeof(trees[0]); i++) {
        const char *inner = sc_path_below(in->home, trees[i]);
        SC_FREE char *parent = inner && strchr(inner, '/') ? strdup(in->home) : NULL;
        if (parent) {
            *strrchr(parent, '/') = 0;
            rc = add(p, "over", parent, "0711", err);
        }
    }
    if (rc == 0)
        rc = add(p, "private", "/tmp", "tmp", err);
    if (rc == 0)
        rc = add(p, "private", "/var/tmp", "var-tmp", err);
    for (size_t i = 0; rc == 0 && i < sizeof(sessions) / sizeof(sessions[0]); i++)
        if (is_dir(sessions[i]))
            rc = add(p, "private", sessions[i], strrchr(sessions[i], '/') + 1, err);
    for (size_t i = 0; rc == 0 && i < n_vendors; i++)
        if (vendors[i].sessions)
            rc = add_own_sessions(p, vendors[i].sessions, err);
    return rc;
}
