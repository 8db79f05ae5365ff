/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fakes/tools_private.h"
#include "tests/unit/fixture.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"

struct fake_site tools_sites[FAKE_SITES_MAX];
size_t tools_n_sites;
static struct fake_account accounts[FAKE_ACCOUNTS_MAX];
static size_t n_accounts;
static char calls[32768];
static struct {
    const char *call, *text;
    unsigned nth;
    int code;
    bool always;
} failing;
size_t tools_cron_unknown;
unsigned tools_limits_bad;
unsigned tools_fpm_own;
bool tools_fpm_any;
bool tools_web_guards;

void tools_reset(void)
{
    for (size_t i = 0; i < tools_n_sites; i++) {
        free(tools_sites[i].plan);
        free(tools_sites[i].view);
    }
    for (size_t i = 0; i < n_accounts; i++) {
        free(accounts[i].table);
        free(accounts[i].passwd);
        free(accounts[i].web);
        free(accounts[i].fpm);
        free(accounts[i].cron);
    }
    tools_n_sites = n_accounts = 0;
    tools_cron_unknown = 0;
    tools_limits_bad = 0;
    tools_fpm_own = 0;
    tools_fpm_any = false;
    tools_web_guards = false;
    tools_fail(NULL, 0, 0, NULL);
    tools_forget_calls();
}

struct fake_site *tools_site(uid_t uid, unsigned id)
{
    for (size_t i = 0; i < tools_n_sites; i++)
        if (tools_sites[i].uid == uid && tools_sites[i].id == id)
            return &tools_sites[i];
    return NULL;
}

struct fake_account *tools_account(uid_t uid)
{
    for (size_t i = 0; i < n_accounts; i++)
        if (accounts[i].uid == uid)
            return &accounts[i];
    return NULL;
}

struct fake_site *tools_the_site(uid_t uid, unsigned id)
{
    struct fake_site *s = tools_site(uid, id);
    if (s)
        return s;
    assert_true(tools_n_sites < FAKE_SITES_MAX);
    tools_sites[tools_n_sites] = (struct fake_site){.uid = uid, .id = id};
    return &tools_sites[tools_n_sites++];
}

struct fake_account *tools_the_account(uid_t uid)
{
    struct fake_account *a = tools_account(uid);
    if (a)
        return a;
    assert_true(n_accounts < FAKE_ACCOUNTS_MAX);
    accounts[n_accounts] = (struct fake_account){.uid = uid};
    return &accounts[n_accounts++];
}

void tools_run_all(uid_t uid)
{
    for (size_t i = 0; i < tools_n_sites; i++)
        if (tools_sites[i].uid == uid && tools_sites[i].plan && !tools_sites[i].running) {
            tools_sites[i].running = true;
            tools_sites[i].view = strdup(tools_sites[i].plan);
        }
}

/* ---- failing, and what was called ---- */

void tools_fail(const char *call, unsigned nth, int code, const char *text)
{
    failing.call = call;
    failing.nth = nth;
    failing.code = code;
    failing.text = text;
    failing.always = false;
}

void tools_fail_always(const char *call, int code, const char *text)
{
    tools_fail(call, 0, code, text);
    failing.always = true;
}

const char *tools_calls(void)
{
    return calls;
}

void tools_forget_calls(void)
{
    calls[0] = 0;
}

bool tools_called(const char *line)
{
    size_t n = strlen(line);
    for (const char *at = calls; (at = strstr(at, line)) != NULL; at += n)
        if ((at == calls || at[-1] == '\n') && at[n] == '\n')
            return true;
    return false;
}

/* Notes the call; an error when it is the one that fails. */
int tools_begin(struct sc_error *err, const char *name, const char *fmt, ...)
{
    size_t n = strlen(calls);
    va_list ap;
    n += (size_t)snprintf(calls + n, sizeof(calls) - n, "%s", name);
    va_start(ap, fmt);
    if (n < sizeof(calls))
        n += (size_t)vsnprintf(calls + n, sizeof(calls) - n, fmt, ap);
    va_end(ap);
    if (n < sizeof(calls))
        snprintf(calls + n, sizeof(calls) - n, "\n");
    if (!failing.call || strcmp(failing.call, name) != 0)
        return 0;
    if (failing.nth && --failing.nth)
        return 0;
    if (!failing.always)
        failing.call = NULL;
    return sc_error_set(err, failing.code, "%s", failing.text);
}

char *tools_plan_text(const struct sc_planfile *plan)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_planfile_write(plan, &text, &err) < 0)
        fail_msg("a plan that cannot be written: %s", err.text);
    return strdup(text.data);
}

bool tools_is_kept(unsigned id, const unsigned *keep, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (keep[i] == id)
            return true;
    return false;
}

/* ---- core/cage ---- */

static int system_lines(const struct sc_system *in, struct sc_planfile *p, struct sc_error *err)
{
    int rc = tools_begin(err, "cage.system_lines", " %u", (unsigned)in->uid);
    if (rc < 0)
        return rc;
    p->sys = calloc(2, sizeof(*p->sys));
    assert_non_null(p->sys);
    p->sys[p->n_sys++] = (struct sc_sysline){strdup("bind"), strdup("/usr"), strdup("/usr")};
    p->sys[p->n_sys++] = (struct sc_sysline){strdup("proc"), strdup("/proc"), NULL};
    return 0;
}

static int cage_lock(uid_t uid, unsigned id, bool make, int wait_ms, int *ret_fd,
                     struct sc_error *err)
{
    struct fake_site *s = tools_the_site(uid, id);
    (void)make;
    int rc = tools_begin(err, "cage.lock", " %u %u%s", (unsigned)uid, id, wait_ms ? " wait" : "");
    if (rc < 0)
        return rc;
    s->files = true;
    if (s->held && s->held--)
        return sc_error_set(err, SC_E_BUSY, "site %u is being changed by another process", id);
    *ret_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return *ret_fd < 0 ? sc_error_set(err, SC_E_SYS, "no descriptor") : 0;
}

/* As core/cage/live.h: a view of another document root is not changed but ended. */
static enum sc_live_result change_view(struct fake_site *s, const struct sc_planfile *plan)
{
    SC_FREE char *now = tools_plan_text(plan);
    SC_CLEANUP(sc_planfile_done) struct sc_planfile was = {0};
    if (!s->running)
        return SC_LIVE_NOT_RUNNING;
    if (strcmp(s->view, now) == 0)
        return SC_LIVE_AS_IT_WAS;
    assert_int_equal(sc_planfile_parse(s->view, strlen(s->view), &was, NULL), 0);
    free(s->view);
    s->view = NULL;
    s->changes++;
    if (strcmp(was.docroot, plan->docroot) != 0) {
        s->running = false;
        s->ends++;
        return SC_LIVE_ENDED;
    }
    s->view = sc_steal_ptr(&now);
    return SC_LIVE_CHANGED;
}

/* Only told: the change of each view follows. */
static void cage_close_new(struct sc_close_new *sites, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sites[i].n; k++) {
            const struct sc_planfile *plan = sites[i].plan;
            (void)tools_begin(NULL, "cage.close_new", " %u %u %s", (unsigned)plan->uid, plan->id,
                              plan->entries.v[sites[i].entries[k]].rel);
            sites[i].tried = tools_the_site(plan->uid, plan->id)->running;
        }
}

static int cage_change(const struct sc_planfile *plan, bool touched, enum sc_live_result *ret,
                       struct sc_error *err)
{
    (void)touched;
    int rc = tools_begin(err, "cage.change", " %u %u", (unsigned)plan->uid, plan->id);
    if (rc == 0)
        *ret = change_view(tools_the_site(plan->uid, plan->id), plan);
    return rc;
}

static const struct sc_cage_tools cage = {.system_lines = system_lines,
                                          .lock = cage_lock,
                                          .close_new = cage_close_new,
                                          .change = cage_change};

static int ports(uid_t uid, bool isolated, const struct sc_loopback *found, struct sc_error *err)
{
    (void)found;
    int rc = tools_begin(err, "ports", " %u %s", (unsigned)uid, isolated ? "closed" : "open");
    if (rc == 0)
        tools_the_account(uid)->ports_closed = isolated;
    return rc;
}

void tools_all(struct sc_tools *ret)
{
    *ret = (struct sc_tools){.cage = cage,
                             .ending = tools_ending,
                             .runtime = tools_runtime,
                             .php = tools_php,
                             .fpm = tools_fpm,
                             .web = tools_web,
                             .groups = tools_groups,
                             .ports = ports,
                             .cron = tools_cron,
                             .system_cron = tools_system_cron};
}
