/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/system.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/real_dir.h"
#include "core/base/resolve.h"
#include "core/base/match.h"
#include "core/base/there.h"
#include "core/cage/services.h"
#include "core/php/vendors/vendors.h"
#include "core/proxyexec/commands.h"
#include "core/proxyexec/paths.h"
#include "core/proxyexec/sites.h"

/* Live and read-only: programs and their configuration. */
static const char *const trees[] = {"/usr",   "/bin",    "/sbin", "/lib", "/lib32",
                                    "/lib64", "/libx32", "/opt",  "/etc"};

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

static int add_trees(struct sc_planfile *p, struct sc_error *err)
{
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        struct stat st;
        char target[PATH_MAX];
        int rc = sc_there(trees[i], &st, err);
        if (rc == SC_ABSENT)
            continue;
        if (rc == SC_THERE && S_ISLNK(st.st_mode)) {
            ssize_t n = readlink(trees[i], target, sizeof(target) - 1);
            if (n < 0)
                return sc_error_sys(err, errno, "cannot read the link %s", trees[i]);
            target[n] = 0;
            rc = sc_planfile_add_sys(p, "link", trees[i], target, err);
        } else if (rc == SC_THERE) {
            rc = S_ISDIR(st.st_mode) ? sc_planfile_add_sys(p, "bind", trees[i], trees[i], err) : 0;
        }
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Directories that were looked at. */
struct looked {
    struct sc_dirs dirs;
    struct sc_real_dir up;
};

static void looked_done(struct looked *l)
{
    sc_dirs_done(&l->dirs);
}

/* Calls `with` for what matches, by its real path: a link is no place to mount on. */
static int each_match(struct sc_planfile *p, struct looked *l, const char *pattern,
                      int (*with)(struct sc_planfile *p, const char *real, struct sc_error *err),
                      struct sc_error *err)
{
    SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
    int rc = sc_match(pattern, &l->dirs, &m, err);
    for (size_t i = 0; rc >= 0 && i < m.n; i++) {
        SC_FREE char *real = NULL;
        rc = sc_real_path_in(&l->up, m.v[i], &real, err);
        if (rc == SC_THERE && real[1])
            rc = with(p, real, err);
    }
    return rc < 0 ? rc : 0;
}

static int close_one(struct sc_planfile *p, const char *real, struct sc_error *err)
{
    return sc_planfile_add_sys(p, "close", real, NULL, err);
}

static int close_matches(struct sc_planfile *p, struct looked *l, const char *pattern,
                         struct sc_error *err)
{
    return each_match(p, l, pattern, close_one, err);
}

/* Unless it lies in one that is closed: then there is nothing to mount on. */
static int close_further(struct sc_planfile *p, const char *real, struct sc_error *err)
{
    for (size_t i = 0; i < p->n_sys; i++)
        if (strcmp(p->sys[i].kind, "close") == 0 &&
            (strcmp(p->sys[i].a, real) == 0 || sc_path_below(real, p->sys[i].a)))
            return 0;
    return close_one(p, real, err);
}

/* The directory that `path` lies in; NULL when that is the root. The caller frees it. */
static int parent_of(const char *path, char **ret, struct sc_error *err)
{
    const char *slash = strrchr(path, '/');
    *ret = slash && slash != path ? strndup(path, (size_t)(slash - path)) : NULL;
    return slash && slash != path && !*ret
               ? sc_error_set(err, SC_E_NOMEM, "out of memory for a plan")
               : 0;
}

/* The directory that a panel is in: the path itself, or the one that its file lies in. */
static int panel_dir(const char *path, char **ret_real, struct sc_error *err)
{
    struct stat st;
    SC_FREE char *parent = NULL;
    int rc = sc_there_followed(path, &st, err);
    if (rc != SC_THERE)
        return rc;
    if (!S_ISDIR(st.st_mode) && (rc = parent_of(path, &parent, err)) < 0)
        return rc;
    return sc_real_path(S_ISDIR(st.st_mode) ? path : parent ? parent : "/", ret_real, err);
}

/* Nothing of the panel's but the programs that sites run. */
static int add_panel(struct sc_planfile *p, const struct sc_system_panel *panel,
                     struct sc_error *err)
{
    SC_FREE char *real = NULL, *programs = NULL;
    int there = panel->programs ? sc_real_path(panel->programs, &programs, err) : SC_ABSENT;
    int rc = there < 0 ? there : panel_dir(panel->path, &real, err);
    if (rc == SC_THERE && real[1])
        rc = programs && sc_path_below(programs, real)
                 ? sc_planfile_add_sys(p, "over", real, "0711", err)
                 : close_one(p, real, err);
    if (rc < 0 || there != SC_THERE)
        return rc < 0 ? rc : 0;
    rc = sc_dir_there(programs, err);
    return rc == SC_THERE ? sc_planfile_add_sys(p, "bind", programs, programs, err) : rc;
}

/* suexec runs inside as root before it becomes the user: what only it needs lies behind directories
 * that the user cannot enter. */
static int add_suexec_config(struct sc_planfile *p, const char *dir, struct sc_error *err)
{
    SC_FREE char *parent = NULL;
    int rc = parent_of(dir, &parent, err);
    if (rc == 0 && parent)
        rc = sc_dir_there(dir, err);
    if (rc != SC_THERE || !parent)
        return rc < 0 ? rc : 0;
    rc = sc_planfile_add_sys(p, "over", parent, "0700", err);
    return rc < 0 ? rc : sc_planfile_add_sys(p, "bind", dir, dir, err);
}

/* The directory, so that a rotated log is followed. */
static int add_suexec_log(struct sc_planfile *p, const char *log, struct sc_error *err)
{
    SC_FREE char *parent = NULL;
    int rc = parent_of(log, &parent, err);
    if (rc == 0 && parent && strncmp(parent, "/var/log/", 9) == 0)
        rc = sc_dir_there(parent, err);
    return rc == SC_THERE ? sc_planfile_add_sys(p, "rwbind", parent, parent, err) : rc;
}

static int add_suexec(struct sc_planfile *p, const struct sc_system *in, struct sc_error *err)
{
    int rc = in->suexec_config ? add_suexec_config(p, in->suexec_config, err) : 0;
    return rc == 0 && in->suexec_log ? add_suexec_log(p, in->suexec_log, err) : rc;
}

static bool bound(const struct sc_planfile *p, const char *path)
{
    for (size_t i = 0; i < p->n_sys; i++)
        if (strcmp(p->sys[i].kind, "bind") == 0 && strcmp(p->sys[i].a, path) == 0)
            return true;
    return false;
}

/* Whether root may run the program. */
static int is_program(const char *path, struct sc_error *err)
{
    if (access(path, X_OK) == 0)
        return SC_THERE;
    return sc_is_absent(errno) || errno == EACCES
               ? SC_ABSENT
               : sc_error_sys(err, errno, "cannot look at %s", path);
}

/* Several names may lead to one program: the first counts, as for the daemon. */
static int add_proxied_one(struct sc_planfile *p, const struct sc_proxy_command *c,
                           struct sc_error *err)
{
    SC_FREE char *real = NULL;
    char wrapper[PATH_MAX];
    int rc = sc_real_path(c->path, &real, err);
    if (rc != SC_THERE || bound(p, real))
        return rc < 0 ? rc : 0;
    if (!c->wrapper)
        return sc_planfile_add_sys(p, "bind", real, SC_PROXY_CLIENT, err);
    snprintf(wrapper, sizeof(wrapper), SC_PROXY_SAFE "/%s", c->wrapper);
    rc = is_program(wrapper, err);
    return rc == SC_THERE ? sc_planfile_add_sys(p, "bind", real, wrapper, err) : rc;
}

/* Programs that run outside are replaced by the client, or by the wrapper that the administrator
 * named. A mistake in those files replaces nothing: such programs then run inside, which is safe,
 * and the daemon logs what is wrong. */
static int add_proxied(struct sc_planfile *p, struct sc_error *err)
{
    SC_CLEANUP(sc_proxy_commands_done) struct sc_proxy_commands c = {0};
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_proxy_commands_load(SC_PROXY_ETC, 0, &c, &why);
    if (rc == SC_E_SYS || rc == SC_E_NOMEM) {
        if (err)
            *err = why;
        return rc;
    }
    rc = 0;
    for (size_t i = 0; rc == 0 && i < c.n; i++)
        if (!c.v[i].noproceed)
            rc = add_proxied_one(p, &c.v[i], err);
    return rc;
}

static int add_schedulers(struct sc_planfile *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < sizeof(schedulers) / sizeof(schedulers[0]); i++) {
        struct stat st;
        rc = sc_there(schedulers[i], &st, err);
        if (rc == SC_THERE && S_ISREG(st.st_mode) && !bound(p, schedulers[i]))
            rc = sc_planfile_add_sys(p, "bind", schedulers[i], SCHEDULE_EXE, err);
    }
    return rc < 0 ? rc : 0;
}

/* A site has its own of these directories behind the server's. In its storage they are called by
 * their whole path. */
static int own_session(struct sc_planfile *p, const char *real, struct sc_error *err)
{
    int rc = sc_dir_there(real, err);
    if (rc != SC_THERE)
        return rc;
    SC_FREE char *name = strdup(real + 1);
    if (!name)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    for (char *c = name; *c; c++)
        *c = *c == '/' ? '-' : *c;
    return sc_planfile_add_sys(p, "private", real, name, err);
}

/* Adds a line for the directory if it is there. */
static int add_if_dir(struct sc_planfile *p, const char *kind, const char *dir, const char *b,
                      struct sc_error *err)
{
    int rc = sc_dir_there(dir, err);
    return rc == SC_THERE ? sc_planfile_add_sys(p, kind, dir, b, err) : rc;
}

/* Behind /tmp, in which some lie. */
static int add_services(struct sc_planfile *p, struct sc_dirs *dirs, struct sc_error *err)
{
    SC_CLEANUP(sc_services_done) struct sc_services found = {0};
    int rc = sc_services_find(dirs, &found, err);
    for (size_t i = 0; rc == 0 && i < found.n; i++)
        rc = sc_planfile_add_sys(p, SC_SERVICE_KIND, found.v[i].path, found.v[i].source, err);
    return rc;
}

int sc_system_site_lines(struct sc_planfile *p, struct sc_error *err)
{
    char dir[64];
    sc_proxy_site_dir(p->uid, p->id, dir);
    return sc_planfile_add_sys(p, "bind", SC_PROXY_DIR, dir, err);
}

int sc_system_lines(const struct sc_system *in, struct sc_planfile *p, struct sc_error *err)
{
    char shm[32], passwd[64], group[64];
    snprintf(shm, sizeof(shm), "%" PRIu64, in->shm_size);
    snprintf(passwd, sizeof(passwd), "/run/sitecage/%u/passwd", (unsigned)in->uid);
    snprintf(group, sizeof(group), "/run/sitecage/%u/group", (unsigned)in->uid);
    SC_CLEANUP(looked_done) struct looked looked = {.up = {.text = ""}};
    int rc = add_trees(p, err);
    static const char *const made[][2] = {
        {"/home", "0711"},    {"/run", "0755"},       {"/run/lock", "1777"},  {"/var", "0755"},
        {"/var/lib", "0755"}, {"/var/cache", "0755"}, {"/var/spool", "0755"}, {"/var/log", "0700"},
        {"/root", "0700"},    {"/srv", "0755"},       {"/mnt", "0755"}};
    for (size_t i = 0; rc == 0 && i < sizeof(made) / sizeof(made[0]); i++)
        rc = sc_planfile_add_sys(p, "dir", made[i][0], made[i][1], err);
    if (rc == 0)
        rc = sc_planfile_add_sys(p, "link", "/var/run", "/run", err);
    if (rc == 0)
        rc = sc_planfile_add_sys(p, "proc", "/proc", NULL, err);
    if (rc == 0)
        rc = sc_planfile_add_sys(p, "dev", "/dev", NULL, err);
    if (rc == 0)
        rc = sc_planfile_add_sys(p, "shm", "/dev/shm", shm, err);
    if (rc == 0)
        rc = sc_planfile_add_sys(p, "bind", "/etc/passwd", passwd, err);
    if (rc == 0)
        rc = sc_planfile_add_sys(p, "bind", "/etc/group", group, err);
    if (rc == 0)
        rc = add_proxied(p, err);
    if (rc == 0)
        rc = add_schedulers(p, err);
    for (size_t i = 0; rc == 0 && i < sizeof(closed) / sizeof(closed[0]); i++)
        rc = close_matches(p, &looked, closed[i], err);
    size_t n_vendors;
    const struct sc_php_vendor *vendors = sc_php_vendors(&n_vendors);
    for (size_t i = 0; rc == 0 && i < n_vendors; i++)
        for (size_t k = 0; rc == 0 && vendors[i].closed[k]; k++)
            rc = close_matches(p, &looked, vendors[i].closed[k], err);
    for (size_t i = 0; rc == 0 && i < in->n_closed; i++)
        rc = close_further(p, in->closed[i], err);
    for (size_t i = 0; rc == 0 && in->panels && in->panels[i].path; i++)
        rc = add_panel(p, &in->panels[i], err);
    if (rc == 0 && !in->suexec_config)
        rc = close_matches(p, &looked, "/etc/apache2", err);
    if (rc == 0)
        rc = add_suexec(p, in, err);
    /* a home inside one of the live trees: its neighbours are other people's */
    for (size_t i = 0; rc == 0 && i < sizeof(trees) / sizeof(trees[0]); i++) {
        const char *inner = sc_path_below(in->home, trees[i]);
        SC_FREE char *parent = inner && strchr(inner, '/') ? strdup(in->home) : NULL;
        if (parent) {
            *strrchr(parent, '/') = 0;
            rc = sc_planfile_add_sys(p, "over", parent, "0711", err);
        }
    }
    if (rc == 0)
        rc = sc_planfile_add_sys(p, "private", "/tmp", "tmp", err);
    if (rc == 0)
        rc = sc_planfile_add_sys(p, "private", "/var/tmp", "var-tmp", err);
    for (size_t i = 0; rc == 0 && i < sizeof(sessions) / sizeof(sessions[0]); i++)
        rc = add_if_dir(p, "private", sessions[i], strrchr(sessions[i], '/') + 1, err);
    for (size_t i = 0; rc == 0 && i < n_vendors; i++)
        if (vendors[i].sessions)
            rc = each_match(p, &looked, vendors[i].sessions, own_session, err);
    return rc < 0 ? rc : add_services(p, &looked.dirs, err);
}
