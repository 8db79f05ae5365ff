/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting and stopping what gives the web server the views of sites (core/base/service.h). Need
 * root. */
#ifndef SC_WEB_SERVE_SERVICE_H
#define SC_WEB_SERVE_SERVICE_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/web/apache/ask.h"

#define SC_WEB_LOCK   SC_WEB_DIR "/lock"
#define SC_WEB_DAEMON SC_LIBEXECDIR "/sitecage-web"
#define SC_WEB_UNIT   "sitecage-web.service"

int sc_web_service_start(struct sc_error *err);
int sc_web_service_stop(struct sc_error *err);
bool sc_web_service_running(void);

#endif
