/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/plesk.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/clock.h"

/* The command's place; the second is what the first is a link to on older versions. */
static const char *const programs[] = {"/usr/sbin/plesk", SC_PLESK_DIR "/bin/plesk"};

#define ARGS_MAX 14

char *sc_plesk_path(const struct sc_plesk *p, const char *rel)
{
    char *path;
    return asprintf(&path, "%s%s", p->root, rel) < 0 ? NULL : path;
}

static int find(const struct sc_plesk *p, char **ret, struct sc_error *err)
{
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        SC_FREE char *path = sc_plesk_path(p, programs[i]);
        if (!path)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the path of plesk");
        if (access(path, X_OK) == 0) {
            *ret = sc_steal_ptr(&path);
            return 0;
        }
    }
    return sc_error_set(err, SC_E_PANEL, "the command plesk is neither at %s%s nor at %s%s",
                        p->root, programs[0], p->root, programs[1]);
}

int sc_plesk_run(const struct sc_plesk *p, const char *const *args, int timeout_ms, bool any_status,
                 struct sc_run_result *ret, struct sc_error *err)
{
    SC_FREE char *exe = NULL;
    int rc = find(p, &exe, err);
    if (rc < 0)
        return rc;
    const char *argv[ARGS_MAX + 2] = {exe};
    for (size_t n = 0; n < ARGS_MAX && args[n]; n++)
        argv[n + 1] = args[n];
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = timeout_ms};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error why = SC_ERROR_INIT;
    rc = sc_run(&spec, &r, &why);
    if (rc < 0)
        return sc_error_set(err, rc == SC_E_TIMEOUT || rc == SC_E_TOOBIG ? rc : SC_E_PANEL,
                            "'plesk %s %s': %s", args[0], args[1], why.text);
    if (!any_status && !sc_run_ok(&r)) {
        char how[512];
        sc_run_how(&r, how, sizeof(how));
        return sc_error_set(err, SC_E_PANEL, "'plesk %s %s' %s", args[0], args[1], how);
    }
    *ret = r;
    r = (struct sc_run_result)SC_RUN_RESULT_INIT;
    return 0;
}

int sc_plesk_left_ms(long long start_ms, int timeout_ms)
{
    long long left = start_ms + (timeout_ms > 0 ? timeout_ms : SC_PLESK_TIMEOUT_MS) - sc_clock_ms();
    return left < 1 ? 1 : (int)left;
}
