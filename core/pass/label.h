/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a site's storage is, said by the storage itself: ~/.cagefs/websites/<token>/.docroot names
 * the document root, relative to the home. So a site keeps its token, and with it its private
 * files and its PHP, when the account comes to another server. The user can write there what he
 * likes, so it is believed only where it gains him nothing: within his own home, and for a token
 * that no site of the server has. */
#ifndef SC_PASS_LABEL_H
#define SC_PASS_LABEL_H

#include <stdbool.h>
#include "core/account/account.h"
#include "core/base/buf.h"
#include "core/base/error.h"
#include "db/store.h"

#define SC_LABEL_FILE ".docroot"
#define SC_LABEL_MAX  16384u /* bytes of such a file */
#define SC_LABELS_MAX 10000u /* storages that are looked at */

struct sc_label {
    char token[SC_SITE_TOKEN + 1];
    char *rel; /* the document root below the home, as a plan has it */
};

struct sc_labels { /* by token */
    struct sc_label *v;
    size_t n;
    bool more;   /* than SC_LABELS_MAX: what the others say is not known */
    bool unread; /* nor is it of some that cannot be read */
};

void sc_labels_done(struct sc_labels *l);

/* The labelled storages of the account: directories and files of the user's own, that nobody else
 * can write and that no link leads to; others are passed over. With the user's rights. SC_E_SYS:
 * they could not be looked at; SC_E_NOMEM. */
int sc_labels_read(const struct sc_account *a, struct sc_labels *ret, struct sc_error *err);

/* The token of this document root's storage, the first where several claim it; NULL. */
const char *sc_labels_token(const struct sc_labels *l, const char *rel);

/* The document root that this storage names; NULL. */
const char *sc_labels_rel(const struct sc_labels *l, const char *token);

/* Writes the label where it is not so yet. With the user's rights; the storage exists. Not synced:
 * the next pass writes what a crash took. */
int sc_label_write(const struct sc_account *a, const char *token, const char *rel,
                   struct sc_error *err);

/* Whether it is a token's spelling. */
bool sc_is_token(const char *name);

/* The file's text, and back: the path in *ret, allocated. SC_E_INVAL: it is none. Pure. */
void sc_label_format(const char *rel, struct sc_buf *out);
int sc_label_parse(const char *text, char **ret, struct sc_error *err);

#endif
