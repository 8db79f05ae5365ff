/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A FastCGI program's first request, before there is the program. A web server starts such a
 * program with a listening socket as standard input, and tells it of the site only in its requests.
 * libc only. */
#ifndef SC_ENTER_FCGI_H
#define SC_ENTER_FCGI_H

#include <stdbool.h>
#include "core/enter/why.h"
#include "core/enter/fcgi_params.h"

/* Whether the descriptor is a socket on which connections are accepted: 1, 0, or -errno when the
 * kernel does not say. */
int sc_fcgi_listens(int fd);

/* Waits for the first connection to `listener`, for as long as it takes, and for what its request
 * says. Who reads it is a process without rights (the real ids of the caller, no files, no way to
 * get any: read, write, poll on what it has). It connects to the same socket, and hands the request
 * on to the program that will accept there, and its answer back; then it ends. It is nobody's
 * child.
 *
 * Returns a descriptor, O_CLOEXEC, with *ret; or -SC_EXIT_CANNOT_ENTER with *why. When the program
 * is never started, a CGI response may be written to the descriptor, for the visitor. The caller
 * must close (by exec or exit) both the descriptor and, where no program runs, the listener. */
int sc_fcgi_first(int listener, struct sc_fcgi_said *ret, struct sc_enter_why *why);

#endif
