/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory that web servers find Sitecage in (SC_WEB_DIR). Somebody may empty /run at any
 * time: then it is made again. Need root. */
#ifndef SC_WEB_SERVE_PLACE_H
#define SC_WEB_SERVE_PLACE_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"

/* Makes what is missing. Passable for the web server's group, once mod_sitecage has written down
 * which that is (SC_WEB_GROUP); before that for root alone. SC_E_SYS, SC_E_INVAL, SC_E_DENIED. */
int sc_web_place_make(struct sc_error *err);

/* For an Apache that may not write (core/web/apache/ask.h): writes down its group and its report, and
 * makes what is missing for that group. SC_E_SYS, SC_E_TOOBIG. */
int sc_web_place_started(gid_t gid, int report, struct sc_error *err);

/* An inotify descriptor that tells when something is removed from it, or it is itself. The caller
 * closes it. SC_E_SYS. */
int sc_web_place_watch(int *ret_fd, struct sc_error *err);
void sc_web_place_heard(int fd); /* reads what it tells, and lets it go */

/* Whether the lock `lock`, the socket and the empty directory are in their places. */
bool sc_web_place_is_whole(int lock);

#endif
