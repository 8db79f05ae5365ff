/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/serve/service.h"

#include "core/base/service.h"

static const struct sc_service service = {.name = "the service for web servers",
                                          .unit = SC_WEB_UNIT,
                                          .daemon = SC_WEB_DAEMON,
                                          .dir = SC_RUN_DIR,
                                          .lock = SC_WEB_LOCK,
                                          .change = SC_RUN_DIR "/web.change",
                                          .socket = SC_WEB_SOCKET};

int sc_web_service_start(struct sc_error *err)
{
    return sc_service_start(&service, err);
}

int sc_web_service_stop(struct sc_error *err)
{
    return sc_service_stop(&service, err);
}

bool sc_web_service_running(void)
{
    return sc_service_running(&service);
}
