/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running Apache, as the kernel knows it: its process, and what that has loaded. Need root. */
#ifndef SC_WEB_HTTPD_H
#define SC_WEB_HTTPD_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_HTTPD_OBJECT "/mod_sitecage.so" /* how the path of its mapping ends */

/* The first process of the Apache with the program `exe` that reads its standard configuration
 * (none with -d or -f); of this pid namespace. 0: none runs; -errno: it cannot be said. */
pid_t sc_httpd_find(const char *exe);

/* True when process `pid` is root's, runs `exe` and has mod_sitecage loaded. */
bool sc_httpd_has_module(pid_t pid, const char *exe);

/* SIGUSR1: it reads its configuration again, and no request is lost. Returns when the module is
 * loaded (`with`) or unloaded there and in those of its processes that are not finishing requests.
 * SC_E_TIMEOUT, SC_E_SYS. */
int sc_httpd_graceful(pid_t pid, const char *exe, bool with, struct sc_error *err);

/* `exe` may be a path in /proc/PID/exe of a program that was replaced: pure, for tests. */
bool sc_httpd_is_program(const char *link, const char *exe);

/* Whether arguments (as /proc/PID/cmdline has them, `len` bytes) name another configuration: pure. */
bool sc_httpd_is_other(const char *cmdline, size_t len);

#endif
