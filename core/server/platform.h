/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether this machine can isolate at all. */
#ifndef SC_SERVER_PLATFORM_H
#define SC_SERVER_PLATFORM_H

#include "core/base/error.h"

/* The kernel: SC_E_PLATFORM with the contract's text and what is missing. */
int sc_platform_check(struct sc_error *err);

/* SC_E_PLATFORM with the contract's text where the web server's configuration has `lsapi_per_user
 * On`. */
int sc_lsapi_check(struct sc_error *err);

#endif
