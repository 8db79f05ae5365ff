/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/service.h"

#include <unistd.h>

#include "core/base/service.h"
#include "core/base/paths.h"
#include "core/proxyexec/paths.h"

static const struct sc_service service = {.name = "the proxyexec service",
                                          .unit = SC_PROXY_UNIT,
                                          .daemon = SC_PROXY_DAEMON,
                                          .dir = SC_PROXY_DIR,
                                          .lock = SC_PROXY_LOCK,
                                          .change = SC_PROXY_CHANGE,
                                          .socket = SC_PROXY_SOCKET};

bool sc_proxyexec_running(void)
{
    return sc_service_running(&service);
}

int sc_proxyexec_start(struct sc_error *err)
{
    return sc_service_start(&service, err);
}

void sc_proxyexec_revive(void)
{
    if (!sc_by_systemd() && access(SC_FLAG_FILE, F_OK) == 0)
        (void)sc_proxyexec_start(NULL);
}

int sc_proxyexec_stop(struct sc_error *err)
{
    return sc_service_stop(&service, err);
}
