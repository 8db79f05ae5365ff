/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where web servers' hosts are written: what follows a change of domains on every panel. */
#ifndef SC_HOOKS_ADAPTER_WEB_PATHS_H
#define SC_HOOKS_ADAPTER_WEB_PATHS_H

#include "core/base/buf.h"
#include "core/base/error.h"

/* The end of a list for sc_adapter_ops' `paths`: appends the folders of those that are there, a line
 * each. SC_E_NOMEM, also for what `out` had no room for before. */
int sc_web_paths(struct sc_buf *out, struct sc_error *err);

#endif
