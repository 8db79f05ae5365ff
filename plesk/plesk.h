/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where Plesk and its programs are, and what the adapter needs of the house. */
#ifndef SC_PLESK_PLESK_H
#define SC_PLESK_PLESK_H

#include "core/base/run.h"
#include "hooks/adapter/adapter.h"
#include "hooks/api/http.h"

#define SC_PLESK_DIR     "/usr/local/psa"
#define SC_PLESK_VERSION SC_PLESK_DIR "/version"
/* While this file exists Plesk runs no handler as root. */
#define SC_PLESK_ROOT_LOCK SC_PLESK_DIR "/var/root.event_handler.lock"
#define SC_PLESK_CONF      "/etc/psa/psa.conf"

#define SC_PLESK_TIMEOUT_MS 12000 /* below what sc_inventory allows the adapter */

struct sc_plesk {
    const char *root;    /* put before every path of Plesk's; "" in production, for tests */
    const char *adapter; /* the adapter's own executable, as it is registered */
    const char *xml_exe; /* sitecage-plesk-xml */
    const char *run_dir; /* for the lock of register and unregister */
    /* hooks/api/http.h; in tests, stand-ins */
    int (*api_conf)(struct sc_api_conf *ret, struct sc_error *err);
    int (*fetch)(const struct sc_http_request *rq, struct sc_buf *out, struct sc_error *err);
};

/* As the server has it. */
extern const struct sc_plesk sc_plesk_here;

/* `rel` below the root prefix, for the caller to free; NULL when out of memory. */
char *sc_plesk_path(const struct sc_plesk *p, const char *rel);

/* Runs `plesk ARGS…` (args NULL-terminated, at most 14) for at most timeout_ms. SC_E_PANEL when it
 * is not there, cannot be run or (unless `any_status`) does not exit with 0; SC_E_TIMEOUT,
 * SC_E_TOOBIG. The texts name the command, but not the last argument, which can be a long query. */
int sc_plesk_run(const struct sc_plesk *p, const char *const *args, int timeout_ms, bool any_status,
                 struct sc_run_result *ret, struct sc_error *err);

/* HTTPD_VHOSTS_D of psa.conf: the folder of all sites, which can be moved (transvhosts.pl). */
#define SC_PLESK_VHOSTS_MAX 1024
void sc_plesk_vhosts(const struct sc_plesk *p, char ret[SC_PLESK_VHOSTS_MAX]);

int sc_plesk_left_ms(long long start_ms, int timeout_ms);

#endif
