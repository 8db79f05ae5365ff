/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a request comes from the page itself. The panel has checked the session, and the kernel
 * says whose account it is; this is against other pages in the same browser. Pure. */
#ifndef SC_PAGE_GUARD_H
#define SC_PAGE_GUARD_H

#include <sys/types.h>
#include "core/base/error.h"
#include "core/page/request.h"
#include "core/page/sha256.h"

/* The token that the page of this session and account sends back: a digest of what only the session
 * knows, so nothing has to be stored and the session's secrets do not get into the page.
 * SC_E_DENIED: the panel gave no session. */
int sc_page_token(const struct sc_page_request *r, uid_t uid, char ret[SC_SHA256_HEX],
                  struct sc_error *err);

/* Whether a POST may be answered; else SC_E_DENIED, with a word of its own. `in_body`: the token in
 * the document; NULL. The header must have it where headers arrive (cgi); DirectAdmin may not pass
 * them on, so there the document's counts. */
int sc_page_allowed(const struct sc_page_request *r, uid_t uid, const char *in_body,
                    struct sc_error *err);

#endif
