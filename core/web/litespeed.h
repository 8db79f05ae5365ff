/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LiteSpeed and OpenLiteSpeed: web servers that start PHP themselves, by Apache's configuration or one of their own
 * (https://docs.litespeedtech.com). Needs root. */
#ifndef SC_WEB_LITESPEED_H
#define SC_WEB_LITESPEED_H

#include <sys/types.h>

/* The first process of one that root has started on this machine; 0: none runs; -errno: it cannot be said. */
pid_t sc_litespeed_find(void);

#endif
