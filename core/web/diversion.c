/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/diversion.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/run.h"
#include "core/base/there.h"

#define DIVERT "/usr/bin/dpkg-divert"
#define QUERY  "/usr/bin/dpkg-query"

static int run(const char *const *argv, struct sc_run_result *r, struct sc_error *err)
{
    const char *const env[] = {"PATH=" SC_RUN_PATH, "LC_ALL=C", NULL};
    struct sc_run_spec spec = {.argv = argv, .env = env, .timeout_ms = 30000, .max_out = 1 << 16};
    return sc_run(&spec, r, err);
}

static int change(const char *const *argv, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    char how[512];
    int rc = run(argv, &r, err);
    if (rc < 0 || sc_run_ok(&r))
        return rc;
    sc_run_how(&r, how, sizeof(how));
    return sc_error_set(err, SC_E_PLATFORM, DIVERT " %s", how);
}

/* Whether somebody diverts `path`, and whether that leads to `to`. */
static int look(const char *path, const char *to, bool *ret_any, bool *ret_ours,
                struct sc_error *err)
{
    const char *const argv[] = {DIVERT, "--list", path, NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    *ret_any = *ret_ours = false;
    if (access(DIVERT, X_OK) < 0)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "look for " DIVERT);
    int rc = run(argv, &r, err);
    if (rc < 0)
        return rc;
    *ret_any = r.out.data && r.out.data[0];
    *ret_ours = *ret_any && strstr(r.out.data, to);
    return 0;
}

static bool is_of_package(const char *path)
{
    const char *const argv[] = {QUERY, "--search", path, NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    return access(QUERY, X_OK) == 0 && run(argv, &r, NULL) == 0 && sc_run_ok(&r);
}

int sc_divert(const char *path, const char *to, struct sc_error *err)
{
    const char *const argv[] = {DIVERT, "--quiet", "--local", "--no-rename", "--divert",
                                to,     "--add",   path,      NULL};
    bool any, ours;
    int rc = look(path, to, &any, &ours, err);
    return rc < 0 || any || !is_of_package(path) ? rc : change(argv, err);
}

int sc_undivert(const char *path, const char *to, struct sc_error *err)
{
    const char *const argv[] = {DIVERT, "--quiet",  "--local", "--no-rename", "--divert",
                                to,     "--remove", path,      NULL};
    bool any, ours;
    int rc = look(path, to, &any, &ours, err);
    return rc < 0 || !ours ? rc : change(argv, err);
}
