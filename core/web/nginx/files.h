/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting the lines (lines.h) at a place, and taking them away. The way to it may lead through a
 * home: no link is followed, no user's FUSE entered; the directory must be root's, and nobody else
 * may write it. Need root. */
#ifndef SC_WEB_NGINX_FILES_H
#define SC_WEB_NGINX_FILES_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/web/nginx/place.h"

/* 0: the lines are there, or can be put there. SC_E_DENIED, SC_E_NOTFOUND, SC_E_INVAL, SC_E_SYS with
 * the reason. *ret_there (may be NULL): they are. */
int sc_nginx_file_look(const struct sc_nginx_place *p, bool *ret_there, struct sc_error *err);

/* Nothing where they are there. The last directory of a file of ours, and a panel's file, are made
 * where they are missing: *ret_made. */
int sc_nginx_file_put(const struct sc_nginx_place *p, bool *ret_made, struct sc_error *err);

/* Nothing where they are not there (any more). `made`: what was made is removed, too, when nothing
 * else is in it. */
int sc_nginx_file_cut(const struct sc_nginx_place *p, bool made, struct sc_error *err);

#endif
