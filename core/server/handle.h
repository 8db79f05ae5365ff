/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as a command holds it: opaque. What is in it: core/server/server.h. */
#ifndef SC_SERVER_HANDLE_H
#define SC_SERVER_HANDLE_H

#include "core/base/error.h"

struct sc_server; /* configuration, panel and database of this machine */

/* Opens them; loads /etc/sitecage.conf. A missing panel is no error until one is needed. Needs
 * root. */
int sc_server_open(struct sc_server **ret, struct sc_error *err);
void sc_server_free(struct sc_server *s);
static inline void sc_server_freep(struct sc_server **s)
{
    sc_server_free(*s);
}

#endif
