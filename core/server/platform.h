/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether this machine can isolate at all. */
#ifndef SC_SERVER_PLATFORM_H
#define SC_SERVER_PLATFORM_H

#include "core/base/error.h"
#include "core/web/vhosts.h"

/* The kernel (the floor is Linux 5.12: docs/install.md): SC_E_PLATFORM with the contract's text and all that
 * is missing. Each thing is asked for by a harmless call, never by a version. */
int sc_platform_check(struct sc_error *err);

/* SC_E_PLATFORM with the contract's text where the web server's configuration (`hosts`) has
 * `lsapi_per_user On`. Pure. */
int sc_lsapi_check(const struct sc_vhosts *hosts, struct sc_error *err);

#endif
