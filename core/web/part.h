/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing the table that mod_sitecage reads (core/web/apache/table.h): one part for each account
 * with isolated sites, kept below SC_STATE_DIR, so that the table is whole from the first moment
 * after a boot. Need root. */
#ifndef SC_WEB_PART_H
#define SC_WEB_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_WEB_PARTS SC_STATE_DIR "/web"

struct sc_web_part_site {
    unsigned id;         /* 0 for an isolated one: it cannot be isolated now */
    bool isolated;       /* else only `docroot`, `aliases` and `extras` count */
    bool learning;       /* with isolated: it is served as one that is not, by its own PHP-FPM */
    const char *name;    /* a domain of it */
    const char *docroot; /* canonical; of one that is missing the panel's text */
    const char *const *aliases;
    size_t n_aliases;
    const char *const *extras;
    size_t n_extras;
    const char *fpm; /* the address of its own PHP-FPM master; NULL: none */
};

struct sc_web_part {
    uid_t uid;
    gid_t gid;
    const char *home, *home_alias;
    const char *const *pools;
    size_t n_pools;
    const struct sc_web_part_site *sites;
    size_t n_sites;
};

/* The lines of an account: pure. Paths that a table cannot hold (not absolute, too deep) are left
 * out where they are further spellings; SC_E_INVAL where they are the home or a document root of an
 * isolated site. SC_E_TOOBIG, SC_E_NOMEM. */
int sc_web_part_format(const struct sc_web_part *part, struct sc_buf *out, struct sc_error *err);

/* Keeps the account's lines (NULL: it has none any more), and writes the table again when something
 * changed or it is missing. The caller holds the account's lock. */
int sc_web_part_save(uid_t uid, const struct sc_buf *lines, struct sc_error *err);

/* So long after that no request begins with the former table. */
#define SC_WEB_PART_SEEN_MS 2

/* Writes the table again when suexec's place has changed since, or it is missing. Needs root. */
int sc_web_table_renew(struct sc_error *err);

#endif
