/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outside of the caller's sandbox. Apache, PHP-FPM and cron start entries inside of whatever systemd
 * was told to confine them to. A site's view must not be built there, and a site cannot always be
 * entered from there. So Sitecage's service (core/proxyexec/entries.h, sitecage-outside.c) does both on
 * request: by a socket that only root can open, which is to say these setuid programs. libc only; need
 * root. */
#ifndef SC_ENTER_OUTSIDE_H
#define SC_ENTER_OUTSIDE_H

#include <stdbool.h>

#include "core/enter/request.h"
#include "core/enter/why.h"

/* Has a site's view built and its keeper started: here where this is the machine's own mount namespace,
 * else by the service, within a bounded time. Returns 0, or -SC_EXIT_CANNOT_ENTER with *why. */
int sc_outside_build(uid_t uid, unsigned site, struct sc_enter_why *why);

/* The same with an account's runtime state, its control groups with their limits among it; and with its
 * groups that only count, which takes no pass. */
int sc_outside_rebuild(uid_t uid, struct sc_enter_why *why);
int sc_outside_make_groups(uid_t uid, struct sc_enter_why *why);

/* sc_enter() by the service: the program gets this process's descriptors 0-2 and req->keep, umask,
 * resource limits and control group; signals are passed on, and it ends with this process. `confined`
 * says why, for a message. True: *ret is what sc_enter() is to return. False: nobody answers, but this
 * is the machine's own mount namespace: nothing happened, and it may be tried here. */
bool sc_outside_run(const struct sc_enter *req, const char *confined, int *ret,
                    struct sc_enter_why *why);

#endif
