/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Having nginx follow no links in an account's isolated sites. */
#ifndef SC_WEB_NGINX_HOLD_H
#define SC_WEB_NGINX_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/web/nginx/place.h"

/* The account's lines stand at these places and at no others when this returns, and the running
 * nginx has read them (graceful: no request is lost). What its own test of its configuration does not
 * accept is taken back. `adapter`: the panel's, which writes server blocks again where places have a
 * domain (panel.h); NULL: none. `later`: nginx does not read it now, sc_nginx_read() follows.
 * Killed at any point, the next call completes it. Nothing where nothing changes. Needs root.
 * SC_E_INVAL: nginx's configuration is not valid; SC_E_BUSY: the lines of another account are being
 * changed, and that took longer than `wait_ms`; the errors of files.h and running.h. */
int sc_nginx_hold(const char *adapter, uid_t uid, const struct sc_nginx_place *want, size_t n,
                  bool later, int wait_ms, struct sc_error *err);

/* nginx reads what was changed for any account, once. Nothing where nothing waits for that. */
int sc_nginx_read(struct sc_error *err);

#endif
