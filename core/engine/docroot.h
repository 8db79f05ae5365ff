/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a document root is there for its site. Looks only. Need root. */
#ifndef SC_ENGINE_DOCROOT_H
#define SC_ENGINE_DOCROOT_H

#include <stdbool.h>
#include <sys/types.h>

/* What is wrong with the document root of an account's site, as words about it with the way out; NULL:
 * nothing. Static text. *ret_dead: nothing of the site can run because of it. */
const char *sc_docroot_problem(uid_t uid, gid_t gid, const char *docroot, bool *ret_dead);

#endif
