/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --site-isolation-check: can this server do it, and is what should be in place in place. */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/proxyexec/commands.h"
#include "core/proxyexec/filter.h"
#include "core/proxyexec/paths.h"
#include "core/proxyexec/service.h"
#include "core/check/internal.h"
#include "core/engine/trial.h"
#include "core/web/suexec_front.h"
#include "core/server/platform.h"

void sc_checks_done(struct sc_checks *c)
{
    for (size_t i = 0; i < c->n; i++)
        free(c->v[i].domain);
    free(c->v);
    *c = (struct sc_checks){0};
}

void sc_check_add(struct sc_checks *c, const char *name, enum sc_check_result result,
                  const char *fmt, ...)
{
    if (!SC_VEC_ROOM(c->v, c->n))
        return;
    struct sc_check_row *r = &c->v[c->n++];
    *r = (struct sc_check_row){.name = name, .result = result};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->text, sizeof(r->text), fmt, ap);
    va_end(ap);
}

void sc_check_add_domain(struct sc_checks *c, const char *domain, const char *handler, bool covered,
                         enum sc_check_result result, const char *text)
{
    size_t n = c->n;
    sc_check_add(c, "domain", result, "%s: %s", handler, text);
    if (c->n == n)
        return;
    c->v[n].domain = strdup(domain);
    c->v[n].handler = handler;
    c->v[n].covered = covered;
}

/* ---- the kernel: asked by harmless calls, never by its version ---- */

static void check_kernel(struct sc_checks *c)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_platform_check(&err) < 0)
        sc_check_add(c, "kernel", SC_CHECK_FAILED, "%s", err.text);
    else
        sc_check_add(
            c, "kernel", SC_CHECK_OK,
            "namespaces, pidfd, setns, openat2, close_range, mount_setattr and seccomp are "
            "there");
}

/* ---- the product, the panel, the web server ---- */

static void check_setuid(struct sc_checks *c, const char *name, const char *path)
{
    struct stat st;
    struct statvfs fs;
    if (stat(path, &st) < 0)
        sc_check_add(c, name, SC_CHECK_FAILED, "%s is missing: install Sitecage again", path);
    else if (st.st_uid != 0 || !(st.st_mode & S_ISUID))
        sc_check_add(c, name, SC_CHECK_FAILED,
                     "%s is not setuid root: chown root %s && chmod 4755 %s", path, path, path);
    else if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOSUID))
        sc_check_add(c, name, SC_CHECK_FAILED,
                     "%s lies on a file system mounted nosuid: remount it with suid", path);
    else
        sc_check_add(c, name, SC_CHECK_OK, "%s", path);
}

static void check_web(struct sc_checks *c, bool enabled)
{
    static const char *const servers[] = {"/usr/sbin/apache2", "/usr/sbin/httpd",
                                          "/usr/local/apache/bin/httpd"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]) && !found; i++)
        if (access(servers[i], X_OK) == 0)
            found = servers[i];
    sc_check_add(c, "web server: Apache", found ? SC_CHECK_OK : SC_CHECK_SKIPPED, "%s",
                 found ? found : "not installed");
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_suexec_done) struct sc_suexec front = {0};
    if (sc_suexec_look(&front, &err) < 0)
        sc_check_add(c, "web server: suexec", SC_CHECK_FAILED, "%s", err.text);
    else if (!front.here)
        sc_check_add(
            c, "web server: suexec", found ? SC_CHECK_WARNING : SC_CHECK_SKIPPED,
            "no suexec is where Apache looks for it: programs of isolated sites (CGI, mod_fcgid) "
            "are not "
            "covered; install it (Debian: apache2-suexec-pristine or apache2-suexec-custom; else "
            "the "
            "web server's package mod_suexec) and run cagefsctl --site-isolation-allow-all");
    else if (enabled && front.in_front && !front.armed)
        sc_check_add(c, "web server: suexec", SC_CHECK_FAILED,
                     "Sitecage's entry " SC_SUEXEC_NOT_ARMED);
    else if (enabled && !front.in_front)
        sc_check_add(
            c, "web server: suexec", SC_CHECK_FAILED,
            "Sitecage's entry is not in front of %s: run cagefsctl --site-isolation-allow-all",
            front.real);
    else
        sc_check_add(c, "web server: suexec", SC_CHECK_OK, "%s%s", front.real,
                     front.in_front ? ", behind Sitecage's entry"
                                    : ", not fronted: the feature is off");
}

static void check_proxyexec(struct sc_checks *c, bool enabled)
{
    static const char name[] = "proxyexec";
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_proxy_commands_done) struct sc_proxy_commands commands = {0};
    if (sc_proxy_commands_load(SC_PROXY_ETC, 0, &commands, &err) < 0) {
        sc_check_add(c, name, SC_CHECK_FAILED, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < commands.n; i++) {
        SC_CLEANUP(sc_filter_done) struct sc_filter f = {0};
        if (sc_filter_load(SC_PROXY_FILTERS, 0, commands.v[i].path, &f, &err) < 0) {
            sc_check_add(c, name, SC_CHECK_FAILED, "%s", err.text);
            return;
        }
    }
    bool running = sc_proxyexec_running();
    if (enabled && !running)
        sc_check_add(c, name, SC_CHECK_FAILED,
                     "the service does not run, users cannot manage their sites: systemctl "
                     "start " SC_PROXY_UNIT ", or without systemd " SC_PROXY_DAEMON " --daemon");
    else
        sc_check_add(c, name, SC_CHECK_OK, "%s; commands in " SC_PROXY_ETC ": %zu",
                     running ? "the service runs" : "not running: the feature is off", commands.n);
}

static void check_users(struct sc_checks *c, struct sc_server *s)
{
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list pending = {0};
    if (sc_store_users_get(s->store, true, &users, NULL) < 0 ||
        sc_store_pending_get(s->store, &pending, NULL) < 0)
        return;
    for (size_t i = 0; i < users.n; i++)
        if (users.rows[i].stale)
            sc_check_add(c, "account", SC_CHECK_WARNING, "%s: %s", users.rows[i].name,
                         users.rows[i].last_error ? users.rows[i].last_error : "stale");
    if (pending.n)
        sc_check_add(c, "unfinished changes", SC_CHECK_WARNING,
                     "%zu accounts; any cagefsctl command completes them", pending.n);
}

static int check_named(const char *const *domains, size_t n, struct sc_checks *c,
                       struct sc_error *err)
{
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    bool enabled = false;
    int rc = sc_server_open(&s, err);
    if (rc == 0)
        rc = sc_policy_enabled(&s->policy, &enabled, err);
    return rc < 0 ? rc : sc_check_domains(c, s, domains, n, enabled, err);
}

static void check_isolated(struct sc_checks *c, struct sc_server *s, bool enabled)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_check_domains(c, s, NULL, 0, enabled, &err) < 0)
        sc_check_add(c, "domains", SC_CHECK_FAILED, "%s", err.text);
}

static void check_view(struct sc_checks *c, const struct sc_server *s)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_trial_run(s, &err) < 0)
        sc_check_add(c, "view", SC_CHECK_FAILED, "%s", err.text);
    else
        sc_check_add(c, "view", SC_CHECK_OK, "one was built for a trial, and ended");
}

int sc_engine_check(const char *const *domains, size_t n, struct sc_checks *ret,
                    struct sc_error *err)
{
    SC_CLEANUP(sc_checks_done) struct sc_checks c = {0};
    if (n) {
        int rc = check_named(domains, n, &c, err);
        if (rc < 0)
            return rc;
        SC_MOVE(ret, &c);
        return 0;
    }
    struct sc_error why = SC_ERROR_INIT;
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    bool enabled = false;
    enum sc_policy_mode mode = SC_MODE_UNSET;
    check_kernel(&c);
    check_setuid(&c, "cagefs_enter_site", SC_BINDIR "/cagefs_enter_site");
    if (sc_server_open(&s, &why) < 0) {
        sc_check_add(&c, "configuration and database", SC_CHECK_FAILED, "%s", why.text);
    } else {
        sc_check_add(&c, "configuration and database", SC_CHECK_OK, "readable");
        if (sc_policy_enabled(&s->policy, &enabled, &why) < 0 ||
            sc_policy_mode(&s->policy, &mode, &why) < 0)
            sc_check_add(&c, "policy", SC_CHECK_FAILED, "%s", why.text);
        else
            sc_check_add(&c, "policy", SC_CHECK_OK, "feature %s, mode %s", enabled ? "on" : "off",
                         sc_policy_mode_name(mode));
        check_view(&c, s);
        sc_check_panel(&c, s, enabled);
        check_users(&c, s);
        sc_check_groups(&c, s);
    }
    check_web(&c, enabled);
    if (s)
        sc_check_guard(&c, s, enabled);
    sc_check_unit(&c, enabled);
    sc_check_cron_unit(&c, enabled);
    sc_check_lsapi(&c);
    sc_check_ports(&c, enabled);
    check_proxyexec(&c, enabled);
    sc_check_versions(&c);
    if (s)
        check_isolated(&c, s, enabled);
    if (!c.v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    SC_MOVE(ret, &c);
    return 0;
}
