/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What DirectAdmin's API answers to CMD_API_DOMAIN?action=document_root. Pure. */
#ifndef SC_DIRECTADMIN_ANSWER_H
#define SC_DIRECTADMIN_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/inventory/domains_json.h"

/* Adds the domains and subdomains, not finished. An administrator is answered {"users": {USER:
 * {"domains": {DOMAIN: …}}}}, a user {DOMAIN: …}: those are `owner`'s. With `owner` no others are
 * added. Entries that cannot be a domain or a document root are among ret->odds. SC_E_PANEL: none
 * is right, an error that the API reports (also as error=1&text=…), a page of HTML, anything else
 * that is no such answer, or, without `owner`, a user's answer. The texts begin with `who`. */
int sc_da_answer(const char *json, size_t len, const char *who, const char *owner,
                 struct sc_domains *ret, struct sc_error *err);

struct sc_da_login {
    char url[256]; /* https://host:port */
    char user[128], secret[512];
};

/* Takes a one-time URL, "https://USER:KEY@host:port", apart. False when it is none. */
bool sc_da_login_parse(const char *text, struct sc_da_login *ret);

#endif
