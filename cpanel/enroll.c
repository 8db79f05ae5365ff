/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the hooks into cPanel's registry and takes them out, by manage_hooks, which alone may write
 * it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/run.h"
#include "cpanel/cpanel.h"
#include "cpanel/registry.h"
#include "cpanel/wanted.h"

#define TIMEOUT_MS 120000 /* it is slow: it writes a registry file for each event */

static int run(const struct sc_cpanel *cp, const char *const *args, struct sc_run_result *r,
               struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX];
    const char *argv[20] = {path};
    int rc = sc_cpanel_path(cp, path, err, SC_CPANEL_MANAGE_HOOKS);
    if (rc < 0)
        return rc;
    if (access(path, X_OK) < 0)
        return sc_error_set(err, SC_E_PANEL, "%s: %m: is cPanel installed here, and is this root?",
                            path);
    for (size_t i = 0; args[i] && i < 18; i++)
        argv[i + 1] = args[i];
    const struct sc_run_spec spec = {.argv = argv, .timeout_ms = TIMEOUT_MS};
    return sc_run(&spec, r, err);
}

static int failed(const char *what, const struct sc_run_result *r, struct sc_error *err)
{
    char how[600];
    sc_run_how(r, how, sizeof(how));
    return sc_error_set(err, SC_E_PANEL, "manage_hooks %s %s", what, how);
}

static int list(const struct sc_cpanel *cp, struct sc_cpanel_registry *ret, struct sc_error *err)
{
    static const char *const as_json[] = {"list", "--output=JSON", NULL}, *const as_text[] = {
                                                                              "list", NULL};
    for (int i = 0; i < 2; i++) {
        SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
        int rc = run(cp, i == 0 ? as_json : as_text, &r, err);
        if (rc < 0)
            return rc;
        if (!sc_run_ok(&r)) {
            if (i == 0)
                continue;
            return failed("list", &r, err);
        }
        rc = sc_cpanel_registry_parse(r.out.data ? r.out.data : "", r.out.len, ret,
                                      i == 0 ? NULL : err);
        if (rc == 0 || i == 1)
            return rc;
    }
    return 0;
}

/* Names the hooks that are missing, as many as fit. */
static size_t missing(const struct sc_cpanel_registry *r, char *text, size_t size)
{
    size_t n, count = 0, used = 0;
    const struct sc_cpanel_wanted *w = sc_cpanel_wanted(&n);
    text[0] = 0;
    for (size_t i = 0; i < n; i++) {
        if (sc_cpanel_registry_has(r, w[i].category, w[i].event, w[i].stage, SC_CPANEL_HOOK))
            continue;
        int len = snprintf(text + used, size - used, "%s%s %s %s", count ? ", " : "", w[i].category,
                           w[i].event, w[i].stage);
        count++;
        if (len > 0 && (size_t)len < size - used)
            used += (size_t)len;
        else
            text[used] = 0;
    }
    return count;
}

int sc_cpanel_enroll(const struct sc_cpanel *cp, struct sc_error *err)
{
    char names[600];
    for (int i = 0;; i++) {
        SC_CLEANUP(sc_cpanel_registry_done) struct sc_cpanel_registry r = {0};
        SC_RUN_RESULT struct sc_run_result result = SC_RUN_RESULT_INIT;
        int rc = list(cp, &r, err);
        if (rc < 0)
            return rc;
        size_t n = missing(&r, names, sizeof(names));
        if (n == 0)
            return 0;
        if (i == 1)
            return sc_error_set(err, SC_E_PANEL,
                                "manage_hooks added the hooks, but %zu are not listed, or are "
                                "disabled (%s): see /usr/local/cpanel/logs/error_log",
                                n, names);
        /* Asks us by --describe, and skips what is registered already. */
        static const char *const add[] = {"add", "script", SC_CPANEL_EXE, NULL};
        rc = run(cp, add, &result, err);
        if (rc < 0)
            return rc;
        if (!sc_run_ok(&result))
            return failed("add", &result, err);
    }
}

/* An entry of this program, whatever its arguments and whoever registered it. */
static bool ours(const struct sc_cpanel_hook_entry *e)
{
    size_t n = strlen(SC_CPANEL_EXE);
    return strncmp(e->hook, SC_CPANEL_EXE, n) == 0 && (e->hook[n] == 0 || e->hook[n] == ' ');
}

static const struct sc_cpanel_hook_entry *first_of_ours(const struct sc_cpanel_registry *r)
{
    for (size_t i = 0; i < r->n; i++) {
        if (ours(&r->v[i]))
            return &r->v[i];
    }
    return NULL;
}

/* Those that --describe does not name (any more). */
static int delete_one(const struct sc_cpanel *cp, const struct sc_cpanel_hook_entry *e,
                      struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    const char *rest = e->hook + strlen(SC_CPANEL_EXE);
    const char *args[16] = {"delete",    "script",  SC_CPANEL_EXE, "--manual", "--category",
                            e->category, "--event", e->event,      "--stage",  e->stage};
    if (*rest) {
        args[10] = "--action";
        args[11] = rest + 1;
    }
    int rc = run(cp, args, &r, err);
    return rc < 0 ? rc : sc_run_ok(&r) ? 0 : failed("delete", &r, err);
}

int sc_cpanel_unenroll(const struct sc_cpanel *cp, struct sc_error *err)
{
    for (int i = 0;; i++) {
        SC_CLEANUP(sc_cpanel_registry_done) struct sc_cpanel_registry r = {0};
        SC_RUN_RESULT struct sc_run_result result = SC_RUN_RESULT_INIT;
        int rc = list(cp, &r, err);
        if (rc < 0)
            return rc;
        const struct sc_cpanel_hook_entry *e = first_of_ours(&r);
        if (!e)
            return 0;
        if (i == 2)
            return sc_error_set(err, SC_E_PANEL,
                                "manage_hooks did not delete %s %s %s (%s): see "
                                "/usr/local/cpanel/logs/error_log",
                                e->category, e->event, e->stage, e->hook);
        static const char *const delete[] = {"delete", "script", SC_CPANEL_EXE, NULL};
        if (i == 0) {
            rc = run(cp, delete, &result, err);
            if (rc == 0 && !sc_run_ok(&result))
                rc = failed("delete", &result, err);
        }
        for (size_t k = 0; i == 1 && rc == 0 && k < r.n; k++) {
            if (ours(&r.v[k]))
                rc = delete_one(cp, &r.v[k], err);
        }
        if (rc < 0)
            return rc;
    }
}

int sc_cpanel_status(const struct sc_cpanel *cp, struct sc_buf *ret_text, struct sc_error *err)
{
    char names[600];
    size_t n;
    (void)sc_cpanel_wanted(&n);
    SC_CLEANUP(sc_cpanel_registry_done) struct sc_cpanel_registry r = {0};
    int rc = list(cp, &r, err);
    if (rc < 0)
        return rc;
    size_t gone = missing(&r, names, sizeof(names));
    if (gone)
        return sc_error_set(err, SC_E_NOTFOUND,
                            "%zu of %zu hooks are not in place in cPanel (%s): run %s register",
                            gone, n, names, SC_CPANEL_EXE);
    sc_buf_fmt(ret_text, "all %zu hooks are in place in cPanel", n);
    return sc_buf_check(ret_text, "the status", err);
}
