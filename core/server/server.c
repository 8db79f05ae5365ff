/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/server/server.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/file.h"
#include "core/base/debug.h"
#include "core/base/paths.h"
#include "core/inventory/adapters.h"

/* The adapter itself stops a script after panel_timeout and can say which; it is given time for
 * that. */
#define ADAPTER_MS 3000

int sc_server_open(struct sc_server **ret, struct sc_error *err)
{
    struct sc_server *s = calloc(1, sizeof(*s));
    if (!s)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    s->hung = calloc(1, sizeof(*s->hung));
    if (!s->hung) {
        sc_server_free(s);
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    }
    s->lock_ms = SC_LOCK_WAIT_MS;
    s->grace_ms = SC_GRACE_MS;
    s->policy = (struct sc_policy_paths)SC_POLICY_PATHS_DEFAULT;
    int rc = sc_conf_load(SC_CONF_PATH, 0, &s->conf, err);
    if (rc == 0)
        sc_debug_configured(s->conf.debug);
    if (rc == 0)
        rc = sc_mkdir_p(SC_RUN_DIR, 0711, err);
    if (rc == 0)
        rc = sc_mkdir_p(SC_STATE_DIR, 0700, err);
    if (rc == 0)
        rc = sc_mkdir_p(SC_MARK_DIR, 0700, err);
    if (rc == 0)
        rc = sc_store_open(SC_STORE_PATH, &s->store, err);
    if (rc < 0) {
        sc_server_free(s);
        return rc;
    }
    *ret = s;
    return 0;
}

void sc_server_free(struct sc_server *s)
{
    if (s) {
        sc_store_free(s->store);
        free(s->hung);
    }
    free(s);
}

int64_t sc_server_now(const struct sc_server *s)
{
    return s->clock ? s->clock() : (int64_t)time(NULL);
}

int sc_server_panel(const struct sc_server *s, struct sc_inventory_conf *ret, struct sc_error *err)
{
    struct sc_panel_conf panel = {.panel = s->conf.panel};
    const struct sc_adapter *adapter;
    int rc = sc_panel_detect(&panel, &adapter, err);
    if (rc == 0)
        *ret =
            (struct sc_inventory_conf){.adapter_exe = adapter->exe,
                                       .timeout_ms = (int)s->conf.panel_timeout * 1000 + ADAPTER_MS,
                                       .hung = s->hung,
                                       .meanwhile = s->meanwhile};
    return rc;
}
