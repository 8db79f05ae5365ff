/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where web servers' hosts are written: what follows a change of domains on every panel. */
#ifndef SC_HOOKS_ADAPTER_WEB_PATHS_H
#define SC_HOOKS_ADAPTER_WEB_PATHS_H

#include "core/base/buf.h"

/* Appends the folders of those that are there, a line each, for sc_adapter_ops' `paths`. */
void sc_web_paths(struct sc_buf *out);

#endif
