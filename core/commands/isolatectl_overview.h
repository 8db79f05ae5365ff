/* SPDX-License-Identifier: GPL-2.0-or-later */
/* isolatectl overview. */
#ifndef SC_COMMANDS_ISOLATECTL_OVERVIEW_H
#define SC_COMMANDS_ISOLATECTL_OVERVIEW_H

#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"

struct sc_server;

/* Appends the document (docs/overview.md). `site`: the isolated site that the caller is in, of which alone
 * it is then; 0. `domain` may be NULL. Errors: core/engine/overview.h. Needs root. */
int sc_isolate_overview(struct sc_server *s, uid_t uid, unsigned site, const char *domain,
                        struct sc_buf *out, struct sc_error *err);

#endif
