/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/server/panel_hooks.h"

#include <string.h>
#include <sys/wait.h>

#include "core/base/run.h"

#define STATUS_MS   15000
#define REGISTER_MS 60000  /* a panel's own program is run for each hook */
#define WATCH_MS    560000 /* the daemon ends what takes 600 s */
#define OUT_MAX     (1u << 20)
#define EXIT_USAGE  2

static int ask(const struct sc_inventory_conf *panel, const char *verb, int timeout_ms,
               struct sc_run_result *r, struct sc_error *err)
{
    const char *const argv[] = {panel->adapter_exe, verb, NULL};
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = timeout_ms, .max_out = OUT_MAX};
    return sc_run(&spec, r, err);
}

static bool unknown_verb(const struct sc_run_result *r)
{
    return WIFEXITED(r->status) && WEXITSTATUS(r->status) == EXIT_USAGE;
}

static int failed(const struct sc_inventory_conf *panel, const char *verb,
                  const struct sc_run_result *r, int code, struct sc_error *err)
{
    char how[SC_ERROR_TEXT_MAX / 2];
    sc_run_how(r, how, sizeof(how));
    return sc_error_set(err, code, "%s %s %s", panel->adapter_exe, verb, how);
}

int sc_panel_hooks_status(const struct sc_inventory_conf *panel, struct sc_buf *ret_text,
                          struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = ask(panel, "status", STATUS_MS, &r, err);
    if (rc < 0)
        return rc;
    if (unknown_verb(&r))
        return sc_error_set(err, SC_E_UNSUPPORTED, "%s has no hooks to put in place",
                            panel->adapter_exe);
    if (!sc_run_ok(&r))
        return failed(panel, "status", &r, WIFEXITED(r.status) ? SC_E_NOTFOUND : SC_E_PANEL, err);
    if (!ret_text)
        return 0;
    ret_text->len = 0;
    sc_buf_add(ret_text, r.out.data ? r.out.data : "", r.out.data ? strcspn(r.out.data, "\n") : 0);
    return sc_buf_check(ret_text, "the adapter's answer", err);
}

int sc_panel_hooks_ensure(const struct sc_inventory_conf *panel, bool *ret_changed,
                          struct sc_error *err)
{
    int rc = sc_panel_hooks_status(panel, NULL, err);
    if (rc != SC_E_NOTFOUND) {
        if (rc == 0)
            *ret_changed = false;
        return rc;
    }
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    rc = ask(panel, "register", REGISTER_MS, &r, err);
    if (rc == 0 && !sc_run_ok(&r))
        rc = failed(panel, "register", &r, SC_E_PANEL, err);
    if (rc == 0)
        *ret_changed = true;
    return rc;
}

int sc_panel_paths(const struct sc_inventory_conf *panel, struct sc_buf *ret, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = ask(panel, "paths", STATUS_MS, &r, err);
    if (rc < 0)
        return rc;
    if (!sc_run_ok(&r) && !unknown_verb(&r))
        return failed(panel, "paths", &r, SC_E_PANEL, err);
    ret->len = 0;
    if (!unknown_verb(&r) && r.out.data)
        sc_buf_add(ret, r.out.data, r.out.len);
    else
        sc_buf_str(ret, "");
    return sc_buf_check(ret, "the adapter's answer", err);
}

int sc_panel_watch(const struct sc_inventory_conf *panel, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = ask(panel, "watch", WATCH_MS, &r, err);
    if (rc < 0 || sc_run_ok(&r))
        return rc;
    return unknown_verb(&r)
               ? sc_error_set(err, SC_E_UNSUPPORTED, "%s watches nothing", panel->adapter_exe)
               : failed(panel, "watch", &r, SC_E_PANEL, err);
}
