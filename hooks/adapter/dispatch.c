/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/adapter/adapter.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/debug.h"
#include "core/base/domain_name.h"
#include "core/base/run.h"
#include "core/config/conf.h"
#include "core/inventory/envelope.h"
#include "hooks/adapter/answer.h"
#include "hooks/adapter/hook.h"
#include "hooks/adapter/question.h"

/* Below what sc_inventory allows the adapter, so that this side's words reach the administrator. */
#define QUESTION_MS 12000

void sc_adapter_prepare(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        /* The lowest free descriptor is the one that is missing. */
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
            _exit(0);
    }
    const char *debug = sc_debug_env(false);
    clearenv(); /* the strings stay where they are: whoever kept `environ` can read them */
    setenv("PATH", SC_RUN_PATH, 1);
    if (debug)
        putenv((char *)(uintptr_t)debug);
    umask(077);
    (void)!chdir("/");
}

/* The program's name, behind "sitecage-". */
static const char *program(const struct sc_adapter_ops *ops)
{
    return ops->program ? ops->program : ops->name;
}

static int print(const struct sc_adapter_ops *ops, const struct sc_buf *b)
{
    for (size_t done = 0; done < b->len;) {
        ssize_t n = write(STDOUT_FILENO, b->data + done, b->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            fprintf(stderr, "sitecage-%s: cannot write the answer: %m\n", program(ops));
            return -1;
        }
        done += (size_t)n;
    }
    return 0;
}

/* Whoever is not root is told only what is his. The kernel says who it is. */
static int know_caller(struct sc_caller *c, struct sc_error *err)
{
    uid_t uid = getuid();
    /* Not made to be set-id: what such a bit, or a caller like sudo, left over is given up. */
    gid_t gid = getgid();
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        return sc_error_sys(err, errno, "cannot give up privileges");
    if (uid == 0)
        return 0;
    errno = 0;
    const struct passwd *pw = getpwuid(uid);
    if (!pw)
        return sc_error_set(err, SC_E_DENIED, "uid %u is not a known user", (unsigned)uid);
    c->user = pw->pw_name; /* valid until the next getpw*(), of which there is none */
    c->home = pw->pw_dir;
    c->uid = uid;
    return 0;
}

/* panel_timeout of /etc/sitecage.conf. A file that is wrong is its reader's to complain about:
 * cagefsctl does. */
static int timeout_ms(void)
{
    struct sc_conf conf;
    if (sc_conf_load(SC_CONF_PATH, 0, &conf, NULL) < 0)
        return QUESTION_MS;
    sc_debug_configured(conf.debug);
    return (int)conf.panel_timeout * 1000;
}

static int answer(const struct sc_adapter_ops *ops, int argc, char **argv)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT, notes = SC_BUF_INIT;
    struct sc_caller caller = {.home = "/root", .timeout_ms = timeout_ms(), .notes = &notes};
    struct sc_error err = SC_ERROR_INIT;
    int status = 1;
    if (know_caller(&caller, &err) < 0)
        sc_envelope_error(&err, &out);
    else
        status = sc_adapter_answer(ops, &caller, argc, argv, &out);
    if (notes.data)
        (void)fputs(notes.data, stderr);
    return print(ops, &out) < 0 ? 1 : status;
}

/* ---- what root says to the panel ---- */

/* Whether people see the page: a line of its own. `why`: what putting it there said; a page that is not there stops
 * no hook. */
static void add_visible(const struct sc_adapter_ops *ops, const struct sc_error *why,
                        struct sc_buf *out)
{
    struct sc_error err = SC_ERROR_INIT;
    if (!ops->page_look)
        sc_error_set(&err, SC_E_NOTFOUND,
                     "Sitecage puts none into %s; docs/page.md says how another program shows it",
                     ops->title);
    else if (why->code)
        err = *why;
    else
        (void)ops->page_look(&err);
    sc_buf_fmt(out, err.code ? "%sthe page: visible: no, %s" : "%sthe page: visible: yes",
               out->len ? "\n" : "", err.text);
}

static int do_register(const struct sc_adapter_ops *ops, struct sc_buf *out, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = ops->enroll(err);
    if (rc == 0)
        rc = ops->status(out, err);
    if (rc == 0 && ops->page_put)
        (void)ops->page_put(&why);
    if (rc == 0)
        add_visible(ops, &why, out);
    return rc;
}

static int do_unregister(const struct sc_adapter_ops *ops, struct sc_buf *out, struct sc_error *err)
{
    int rc = ops->unenroll ? ops->unenroll(err) : 0;
    if (rc == 0 && ops->page_take)
        rc = ops->page_take(err);
    if (rc < 0)
        return rc;
    static const struct sc_error none = SC_ERROR_INIT;
    sc_buf_fmt(out, "%s: no hooks of Sitecage are registered", ops->title);
    add_visible(ops, &none, out);
    return 0;
}

static int do_status(const struct sc_adapter_ops *ops, struct sc_buf *out, struct sc_error *err)
{
    static const struct sc_error none = SC_ERROR_INIT;
    int rc = ops->status(out, err);
    if (rc < 0)
        out->len =
            0; /* the reason is said by itself; of the page, whether it is there, all the same */
    add_visible(ops, &none, out);
    return rc;
}

static int do_describe(const struct sc_adapter_ops *ops, struct sc_buf *out, struct sc_error *err)
{
    return ops->describe(out, err);
}

static int do_paths(const struct sc_adapter_ops *ops, struct sc_buf *out, struct sc_error *err)
{
    return ops->paths ? ops->paths(out, err) : 0;
}

static int do_watch(const struct sc_adapter_ops *ops, struct sc_buf *out, struct sc_error *err)
{
    (void)out;
    return ops->watch(err);
}

/* What is done about one domain: `run` gets it. */
static int do_nginx_place(const struct sc_adapter_ops *ops, const char *domain, struct sc_buf *out,
                          struct sc_error *err)
{
    return ops->nginx_place(domain, out, err);
}

static int do_nginx_rewrite(const struct sc_adapter_ops *ops, const char *domain,
                            struct sc_buf *out, struct sc_error *err)
{
    (void)out;
    return ops->nginx_rewrite(domain, err);
}

static const struct duty {
    const char *name;
    bool root, line; /* for root alone; its answer is one line for people */
    int (*run)(const struct sc_adapter_ops *, struct sc_buf *, struct sc_error *);
} duties[] = {
    {"register", true, true, do_register}, {"unregister", true, true, do_unregister},
    {"status", true, true, do_status},     {"--describe", false, false, do_describe},
    {"paths", false, false, do_paths},     {"watch", true, false, do_watch},
};

static bool has(const struct sc_adapter_ops *ops, const struct duty *d)
{
    return d->run == do_register     ? ops->enroll && ops->status
           : d->run == do_unregister ? ops->enroll != NULL
           : d->run == do_status     ? ops->status != NULL
           : d->run == do_describe   ? ops->describe != NULL
           : d->run == do_watch      ? ops->watch != NULL
                                     : true;
}

static int do_duty(const struct sc_adapter_ops *ops, const struct duty *d)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    int rc = 0;
    if (d->root && (getuid() != 0 || geteuid() != 0))
        rc = sc_error_set(&err, SC_E_DENIED, "sitecage-%s: %s needs root", program(ops), d->name);
    if (rc == 0)
        rc = d->run(ops, &out, &err);
    if (rc == 0)
        rc = sc_buf_check(&out, "the answer", &err);
    if (rc < 0)
        fprintf(stderr, "%s\n", err.text);
    if (rc < 0 && (d->run != do_status || out.len == 0))
        return 1;
    if (d->line && (out.len == 0 || out.data[out.len - 1] != '\n'))
        sc_buf_str(&out, "\n");
    return print(ops, &out) < 0 || rc < 0 ? 1 : 0;
}

static int report(const struct sc_adapter_ops *ops, int rc, const struct sc_buf *out,
                  struct sc_error *err)
{
    if (rc == 0)
        rc = sc_buf_check(out, "the answer", err);
    if (rc == 0)
        return print(ops, out) < 0 ? 1 : 0;
    fprintf(stderr, "%s\n", err->text);
    return 1;
}

static int do_for_domain(const struct sc_adapter_ops *ops, char **argv, int *ret_status)
{
    static const struct {
        const char *name;
        int (*run)(const struct sc_adapter_ops *, const char *, struct sc_buf *, struct sc_error *);
    } known[] = {{"nginx-place", do_nginx_place}, {"nginx-rewrite", do_nginx_rewrite}};
    for (size_t i = 0; ops->nginx_place && i < sizeof(known) / sizeof(known[0]); i++) {
        SC_BUF struct sc_buf out = SC_BUF_INIT;
        struct sc_error err = SC_ERROR_INIT;
        char domain[256];
        if (strcmp(argv[1], known[i].name) != 0)
            continue;
        int rc = sc_domain_canon(argv[2], domain, &err);
        if (rc == 0 && (getuid() != 0 || geteuid() != 0))
            rc = sc_error_set(&err, SC_E_DENIED, "sitecage-%s: %s needs root", program(ops),
                              argv[1]);
        if (rc == 0)
            rc = known[i].run(ops, domain, &out, &err);
        *ret_status = report(ops, rc, &out, &err);
        return 1;
    }
    return 0;
}

static int usage(const struct sc_adapter_ops *ops)
{
    fprintf(stderr,
            "usage: sitecage-%s domains [--owner USER] [--name DOMAIN]\n"
            "       sitecage-%s users [--owner USER] [--username USER] [--unix-id ID]\n"
            "             [--package-name NAME --package-owner USER] [--fields FIELD,...]\n"
            "       sitecage-%s panel_info | hook [EVENT] [ARGUMENT...]%s | paths |\n"
            "             register | unregister | status%s%s\n",
            program(ops), program(ops), program(ops), ops->describe ? " | --describe" : "",
            ops->watch ? " | watch" : "",
            ops->nginx_place ? " | nginx-place DOMAIN | nginx-rewrite DOMAIN" : "");
    return 2;
}

int sc_adapter_main(const struct sc_adapter_ops *ops, int argc, char **argv)
{
    char *const *env = environ;
    sc_adapter_prepare();
    if (argc > 1 && strcmp(argv[1], "hook") != 0) /* the words behind it are the panel's */
        sc_debug_switch(&argc, argv);
    if (argc < 2)
        return usage(ops);
    if (ops->hook && strcmp(argv[1], "hook") == 0) {
        static char *const none[] = {NULL};
        sc_hook_main(ops, argv + 2, env ? env : none);
        return 0;
    }
    if (sc_question_knows(argv[1]))
        return answer(ops, argc - 1, argv + 1);
    for (size_t i = 0; argc == 2 && i < sizeof(duties) / sizeof(duties[0]); i++) {
        if (strcmp(argv[1], duties[i].name) == 0 && has(ops, &duties[i]))
            return do_duty(ops, &duties[i]);
    }
    int status;
    if (argc == 3 && do_for_domain(ops, argv, &status))
        return status;
    return usage(ops);
}
