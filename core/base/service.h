/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting and stopping one of the product's daemons: by systemd where that is the machine's init,
 * else as a plain daemon. A daemon holds a POSIX lock (F_SETLK, whole file) on its lock file while
 * it lives. Need root. */
#ifndef SC_BASE_SERVICE_H
#define SC_BASE_SERVICE_H

#include <stdbool.h>
#include "core/base/error.h"

struct sc_service {
    const char *name;   /* for messages: "the proxyexec service" */
    const char *unit;   /* "sitecage-proxyexec.service" */
    const char *daemon; /* full path; run with --daemon, it returns when the service answers */
    const char *dir;    /* made when missing, 0711 */
    const char *lock;   /* held by the daemon */
    const char *change; /* flock of whoever starts or stops it */
    const char *socket; /* removed when it was stopped; NULL: none */
};

int sc_service_start(const struct sc_service *v, struct sc_error *err); /* nothing when it runs */
int sc_service_stop(const struct sc_service *v,
                    struct sc_error *err); /* returns when it has ended */
bool sc_service_running(const struct sc_service *v);
bool sc_by_systemd(void); /* as sd_booted(3) */

/* systemctl start. SC_E_SYS, SC_E_NOTFOUND, …: as sc_run(). */
int sc_unit_start(const char *unit, struct sc_error *err);

#endif
