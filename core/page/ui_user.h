/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The session of panels with integration scripts: the panel puts a token into the page's address (?token=…), and the
 * vendor's script `ui_user_info`, which is given it, says who that is. The page runs as the account, so what is asked is whether
 * the token is of a session of that account: a uid is not a login. From CloudLinux' documentation of
 * /opt/cpvendor/etc/integration.ini, [lvemanager_config]. */
#ifndef SC_PAGE_UI_USER_H
#define SC_PAGE_UI_USER_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/page/request.h"

#define SC_PAGE_UI_TOKEN_MAX 512u

struct sc_page_ui {
    char token[SC_PAGE_UI_TOKEN_MAX + 1];
    char address[3 * SC_PAGE_UI_TOKEN_MAX + 16]; /* "?token=…", for the page's further requests */
    char lang[32];                               /* "": the panel says none */
};

/* Where the panel gave no session, the address has a token, and the panel names that script: asks it, and has r->session,
 * r->address and r->lang point into *ui. Changes nothing where one of these is missing, or the session is not that of
 * the calling process's user; *err then says why, if anything was asked. */
void sc_page_ui_session(const char *ini, struct sc_page_request *r, struct sc_page_ui *ui,
                        struct sc_error *err);

/* Whether the script's answer says that the session is of this user, or, where `admin`, of an administrator. Pure. */
bool sc_page_ui_is(const char *answer, size_t len, const char *user, bool admin, char lang[32]);

#endif
