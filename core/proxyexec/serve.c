/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/serve.h"
#include "core/base/vec.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/plan/planfile.h"
#include "core/proxyexec/commands.h"
#include "core/proxyexec/filter.h"
#include "core/proxyexec/paths.h"
#include "core/proxyexec/sites.h"

/* An account, copied out of the C library's static storage. */
struct account {
    uid_t uid;
    gid_t gid;
    char *name, *home;
};

struct call {
    const struct sc_proxy_peer *peer;
    struct sc_proxy_request request;
    struct account caller, target;
    char *docroot; /* of the caller's site; NULL outside of sites */
    struct sc_proxy_commands commands;
    const struct sc_proxy_command *command;
    char **argv;
    char **env;
    size_t n_env;
    struct sc_proxy_answer answer;
};

static void call_done(struct call *c)
{
    SC_FREE_ALL(c->caller.name, c->caller.home, c->target.name, c->target.home, c->docroot,
                c->argv);
    sc_strings_free(c->env, c->n_env);
    sc_proxy_commands_done(&c->commands);
    sc_proxy_request_done(&c->request);
}

static bool refuse(struct call *c, int status, const char *text)
{
    c->answer = (struct sc_proxy_answer){.type = SC_PROXY_ERROR, .value = (unsigned char)status};
    snprintf(c->answer.text, sizeof(c->answer.text), "%.1000s", text);
    return false;
}

/* For mistakes that only the administrator can mend: the whole text is for the log. */
static bool broken(struct call *c, const struct sc_error *err)
{
    syslog(LOG_AUTHPRIV | LOG_ERR, "call of uid %u refused: %s", (unsigned)c->peer->uid, err->text);
    return refuse(c, SC_PROXY_EXIT_NOT_RUN,
                  "the server's settings are wrong; the administrator finds the reason in the log");
}

static bool copy_account(struct call *c, const struct passwd *pw, struct account *to)
{
    if (!pw || !pw->pw_name || !pw->pw_dir || pw->pw_dir[0] != '/')
        return refuse(c, SC_PROXY_EXIT_NOT_RUN, "there is no such user");
    *to = (struct account){pw->pw_uid, pw->pw_gid, strdup(pw->pw_name), strdup(pw->pw_dir)};
    return to->name && to->home ? true : refuse(c, SC_PROXY_EXIT_NOT_RUN, "out of memory");
}

static bool find_command(struct call *c)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_proxy_commands_load(SC_PROXY_ETC, 0, &c->commands, &err) < 0)
        return broken(c, &err);
    const struct sc_proxy_request *r = &c->request;
    c->command = r->kind == SC_PROXY_BY_PATH ? sc_proxy_commands_path(&c->commands, r->name)
                                             : sc_proxy_commands_alias(&c->commands, r->name);
    if (c->command)
        return true;
    char text[256];
    snprintf(text, sizeof(text), "%.150s is no command that runs outside", r->name);
    return refuse(c, SC_PROXY_EXIT_UNKNOWN, text);
}

/* Nobody else than root may be able to change a program that runs for whoever calls. A missing one
 * is found out when it is started. */
static bool trusted(struct call *c)
{
    struct sc_error err = SC_ERROR_INIT;
    return sc_check_owned(c->command->path, 0, &err) == 0 || err.sys == ENOENT ? true
                                                                               : broken(c, &err);
}

static bool find_target(struct call *c)
{
    if (!c->command->user)
        return trusted(c) && copy_account(c, getpwuid(c->peer->uid), &c->target);
    struct sc_error err = SC_ERROR_INIT;
    const struct passwd *pw = getpwnam(c->command->user);
    if (!pw) {
        sc_error_set(&err, SC_E_NOTFOUND, "%s: there is no user %s", c->command->alias,
                     c->command->user);
        return broken(c, &err);
    }
    if (pw->pw_uid == 0 && !trusted(c))
        return false;
    return copy_account(c, pw, &c->target);
}

/* The caller's document root, from the plan that his site was built by. */
static bool find_site(struct call *c)
{
    if (!c->peer->site)
        return true;
    char path[64];
    snprintf(path, sizeof(path), SC_PROXY_DIR "/%u/%u.plan", (unsigned)c->peer->uid, c->peer->site);
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_planfile_done) struct sc_planfile plan = {0};
    int rc = sc_read_trusted_file(path, 0, SC_PLANFILE_MAX_BYTES, &text, &err);
    if (rc == 0)
        rc = sc_planfile_parse(text.data, text.len, &plan, &err);
    if (rc < 0 || asprintf(&c->docroot, "%s/%s", plan.home, plan.docroot) < 0) {
        c->docroot = NULL;
        return refuse(c, SC_PROXY_EXIT_REFUSED, "this site is no more");
    }
    return true;
}

static bool filter(struct call *c)
{
    SC_CLEANUP(sc_filter_done) struct sc_filter f = {0};
    struct sc_error err = SC_ERROR_INIT;
    if (sc_filter_load(SC_PROXY_FILTERS, 0, c->command->path, &f, &err) < 0)
        return broken(c, &err);
    int rc;
    {
        SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
        rc = sc_asuser_begin(&as, c->caller.uid, c->caller.gid, &err);
        SC_FREE char *home = rc == 0 ? realpath(c->caller.home, NULL) : NULL;
        const char *base = c->docroot ? c->docroot : home ? home : "/nonexistent";
        if (rc == 0)
            rc =
                sc_filter_check(&f, c->request.args, c->request.n_args, c->request.cwd, base, &err);
    }
    if (rc == 0)
        return true;
    syslog(LOG_AUTHPRIV | LOG_WARNING, "%s of user %s refused: %s", c->command->path,
           c->caller.name, err.text);
    return refuse(c, SC_PROXY_EXIT_REFUSED, err.text);
}

__attribute__((format(printf, 2, 3))) static bool add_env(struct call *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&c->env[c->n_env], fmt, ap);
    va_end(ap);
    if (n < 0) {
        c->env[c->n_env] = NULL;
        return false;
    }
    c->n_env++;
    return true;
}

static bool prepare(struct call *c)
{
    const struct sc_proxy_request *r = &c->request;
    const struct account *t = &c->target;
    c->argv = calloc(r->n_args + 2, sizeof(*c->argv));
    c->env = calloc(r->n_env + 12, sizeof(*c->env));
    if (!c->argv || !c->env)
        return refuse(c, SC_PROXY_EXIT_NOT_RUN, "out of memory");
    c->argv[0] = c->command->path;
    for (size_t i = 0; i < r->n_args; i++)
        c->argv[i + 1] = r->args[i];
    bool good = add_env(c, "PATH=%s/usr/local/bin:/usr/bin:/bin",
                        t->uid == 0 ? "/usr/local/sbin:/usr/sbin:/sbin:" : "") &&
                add_env(c, "HOME=%s", t->home) && add_env(c, "USER=%s", t->name) &&
                add_env(c, "LOGNAME=%s", t->name) && add_env(c, "SHELL=/bin/sh") &&
                add_env(c, "PROXYEXEC_UID=%u", (unsigned)c->peer->uid) &&
                add_env(c, "PROXYEXEC_GID=%u", (unsigned)c->peer->gid) &&
                (c->docroot ? add_env(c, "PROXYEXEC_SITE=%u:%s", c->peer->site, c->docroot)
                            : add_env(c, "PROXYEXEC_SITE="));
    for (size_t i = 0; good && i < r->n_env; i++)
        if (sc_proxy_env_passes(r->env[i]))
            good = add_env(c, "%s", r->env[i]);
    sc_log_debug("uid=%u site=%u runs %s", (unsigned)c->peer->uid, c->peer->site, c->command->path);
    return good ? true : refuse(c, SC_PROXY_EXIT_NOT_RUN, "out of memory");
}

static bool receive(struct call *c, int sock, int fds[SC_PROXY_FDS])
{
    int rc = sc_proxy_receive(sock, SC_PROXY_HANDSHAKE_MS, &c->request, fds);
    if (rc == 0)
        return true;
    return refuse(c, SC_PROXY_EXIT_PROTOCOL,
                  rc == -ETIME    ? "the request did not come in time"
                  : rc == -EPROTO ? "this is no request"
                                  : strerror(-rc));
}

void sc_proxy_serve(int sock, const struct sc_proxy_peer *peer,
                    const struct sc_proxy_builtin *builtin)
{
    SC_CLEANUP(call_done) struct call c = {.peer = peer};
    int fds[SC_PROXY_FDS];
    openlog("sitecage-proxyexecd", LOG_PID, LOG_AUTHPRIV);
    if (receive(&c, sock, fds) && copy_account(&c, getpwuid(peer->uid), &c.caller) &&
        find_command(&c) && find_target(&c) && find_site(&c) && filter(&c) && prepare(&c)) {
        bool own = builtin && strcmp(c.command->path, builtin->path) == 0 && c.target.uid == 0 &&
                   builtin->wants(c.request.args, c.request.n_args);
        struct sc_proxy_run run = {.path = c.command->path,
                                   .argv = c.argv,
                                   .env = c.env,
                                   .user = c.target.name,
                                   .uid = c.target.uid,
                                   .gid = c.target.gid,
                                   .caller = c.caller.uid,
                                   .caller_gid = c.caller.gid,
                                   .site = peer->site,
                                   .cwd = c.request.cwd,
                                   .other_cwd = c.docroot ? c.docroot : c.caller.home,
                                   .fds = fds,
                                   .instead = own ? builtin->run : NULL};
        sc_proxy_run(&run, sock, &c.answer);
    }
    (void)sc_proxy_answer_send(sock, &c.answer);
}
