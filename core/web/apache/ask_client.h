/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_WEB_APACHE_ASK_CLIENT_H
#define SC_WEB_APACHE_ASK_CLIENT_H

#include <stddef.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/web/apache/ask.h"

/* Asks at `socket` for a site's view; its three descriptors are the caller's. Waits for a build.
 * The answer's own code; SC_E_SYS, SC_E_TIMEOUT. */
int sc_web_ask(const char *socket, uint32_t uid, uint32_t site, int fds[SC_WEB_FDS],
               struct sc_error *err);

/* Has the service write down what an Apache that may not write says at its start, and make its
 * directory passable for the group `gid`. The answer's own code; SC_E_SYS, SC_E_TIMEOUT. Needs root. */
int sc_web_tell_start(const char *socket, uint32_t gid, const char *report, size_t len,
                      struct sc_error *err);

#endif
