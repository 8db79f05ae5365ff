/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Showing all running sites which services of the system there are now: after one was started
 * again. Not a pass: nothing of the accounts has changed, and no panel is asked. */
#ifndef SC_PASS_SERVICES_H
#define SC_PASS_SERVICES_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/cage/services.h"
#include "core/server/server.h"

/* *ret_again: some sites are being built or changed by others, and have to be looked at again.
 * What cannot be shown to one site is logged. SC_E_SYS, SC_E_NOMEM. */
int sc_pass_services(struct sc_server *s, const struct sc_services *found, bool *ret_again,
                     struct sc_error *err);

#endif
