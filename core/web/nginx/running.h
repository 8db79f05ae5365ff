/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running nginx, as the kernel knows it. Need root. */
#ifndef SC_WEB_NGINX_RUNNING_H
#define SC_WEB_NGINX_RUNNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"

/* The master of the nginx that reads /etc/nginx/nginx.conf, of this pid namespace. 0: none runs;
 * -errno: it cannot be said. */
pid_t sc_nginx_find(void);

/* When the oldest of its workers that take new requests began, in seconds since 1970: what was
 * changed later it has not read. *ret 0: there are none. SC_E_SYS, SC_E_NOMEM: it cannot be said. */
int sc_nginx_since(pid_t master, int64_t *ret, struct sc_error *err);

/* Its program, or the one that is installed; false: there is none. */
bool sc_nginx_program(pid_t master, char *out, size_t size);

/* Its own test of its configuration. SC_E_INVAL, with what it says. */
int sc_nginx_test(const char *program, struct sc_error *err);

/* SIGHUP: it reads its configuration again, and no request is lost. Returns when only workers of
 * that take new requests. SC_E_TIMEOUT, SC_E_SYS. */
int sc_nginx_reload(pid_t master, struct sc_error *err);

/* Whether a process's title (the first `len` bytes of /proc/PID/cmdline) is that of a master that
 * reads another configuration, or of none: pure. */
bool sc_nginx_is_master(const char *title, size_t len);

#endif
