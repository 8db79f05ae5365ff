/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sites' socket directories: made and removed by the engine, filled by the daemon. Need root;
 * the engine's calls also the account's lock. */
#ifndef SC_PROXYEXEC_SITES_H
#define SC_PROXYEXEC_SITES_H

#include <limits.h>
#include <sys/types.h>
#include "core/base/error.h"

/* SC_PROXY_DIR/<uid>/<id>.proxy */
void sc_proxy_site_dir(uid_t uid, unsigned id, char out[64]);

/* Makes a site's directory, and tells the daemon where it was missing. The account's directory must
 * exist. */
int sc_proxy_site_make(uid_t uid, unsigned id, struct sc_error *err);

/* Removes the directory `name` of the account's directory `dirfd`, socket included. A missing one
 * is no error. */
int sc_proxy_site_remove(int dirfd, const char *name, struct sc_error *err);

/* Tells the daemon that sites of this account came or went. Where none runs, the next one looks at
 * all of them. */
int sc_proxy_note(uid_t uid, struct sc_error *err);

/* "123" -> 123; 0 for anything else. `end` as in the rest of a name, e.g. ".proxy"; it must match
 * exactly. */
unsigned sc_proxy_number(const char *name, const char *end);

#endif
