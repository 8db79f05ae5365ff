/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our table in the kernel's firewall, asked by netlink (linux/netfilter/nf_tables.h): it costs some
 * microseconds, where nft(8) takes milliseconds and reads everybody's rules. Need root. */
#ifndef SC_LOOPBACK_KERNEL_H
#define SC_LOOPBACK_KERNEL_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/loopback/plan.h"

/* The table (inet) as it is; handle 0: there is none. SC_E_SYS: it cannot be asked, as where the
 * kernel has no nf_tables. */
int sc_loopback_kernel_look(const char *table, struct sc_loopback_made *ret, struct sc_error *err);

/* Removes it; fine when there is none. SC_E_SYS. */
int sc_loopback_kernel_remove(const char *table, struct sc_error *err);

/* A socket (non-blocking, O_CLOEXEC) that is readable when somebody changed the firewall. The caller
 * closes *ret_fd. SC_E_SYS. */
int sc_loopback_kernel_watch(int *ret_fd, struct sc_error *err);

/* Throws away what it has to say. */
void sc_loopback_kernel_drain(int fd);

#endif
