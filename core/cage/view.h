/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building a site's view from its plan (core/plan/planfile.h). Its "sys" lines, in their order:
 *
 *     dir PATH MODE       a directory of the view's own (octal mode)
 *     link PATH TARGET    a symbolic link
 *     bind PATH SOURCE    the live directory or file, read-only, with what is mounted below it
 *     rwbind PATH SOURCE  the same, read-write (what suexec logs to; in a directory closed to users)
 *     over PATH MODE      a directory of the view's own, laid over that path
 *     close PATH          an unreadable directory or file over that path
 *     proc PATH           the site's own /proc
 *     dev PATH            a minimal /dev with its own terminals
 *     shm PATH SIZE       a tmpfs of the site's own
 *     private PATH NAME   ~/.cagefs/websites/<token>/NAME, read-write
 *     service PATH SOURCE core/cage/services.h
 *     shown PATH SOURCE   as bind; core/cage/shownbinds.h
 *     homelink PATH TARGET core/cage/ownhome.h
 *     php PATH SOURCE     core/cage/phpbinds.h
 *     learn RECORD UNTIL  core/cage/learning.h
 *
 * A line about something that is not on this machine is left out, except for private, proc and
 * dev. */
#ifndef SC_CAGE_VIEW_H
#define SC_CAGE_VIEW_H

#include "core/base/error.h"
#include "core/cage/storage.h"
#include "core/plan/planfile.h"

/* Nothing that is mounted or unmounted from here on in the calling process's mount namespace (just
 * made) shows on the server. Needs root. */
int sc_view_private(struct sc_error *err);

/* Turns the calling process's mount namespace (just made, a copy of the server's) into the site's
 * view: afterwards its root and working directory are the view's root. `base` is an existing
 * directory to mount on on the way. Needs root, in a mount namespace of the caller's own and as pid
 * 1 of a pid namespace (for /proc). */
int sc_view_build(const struct sc_planfile *plan, const char *base, struct sc_error *err);

#endif
