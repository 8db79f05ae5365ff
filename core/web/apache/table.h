/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mod_sitecage knows about sites: the table that root writes (core/web/table_write.h,
 * docs/apache-module.md). Pure: text in, look-ups out; no system call, no httpd. One table is read
 * by many threads; nothing of it changes after it was parsed. */
#ifndef SC_WEB_APACHE_TABLE_H
#define SC_WEB_APACHE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/error.h"

#define SC_WEB_HEAD         "sitecage-web 1\n"
#define SC_WEB_TABLE_MAX    (64u << 20) /* bytes */
#define SC_WEB_SEGMENTS_MAX 128         /* of a path in the table */

enum sc_web_state {
    SC_WEB_ISOLATED,
    SC_WEB_BROKEN,  /* to be isolated, and cannot be: nothing of it is served */
    SC_WEB_LEARNING /* not isolated: served as any other, but its PHP goes to its own master */
};

struct sc_web_account {
    uint32_t uid, gid;
    const char *home;         /* canonical */
    const char *const *homes; /* every spelling, `home` first */
    size_t n_homes;
};

struct sc_web_site {
    uint32_t id; /* 0 when broken */
    enum sc_web_state state;
    const char *name;    /* a domain of it, for logs */
    const char *docroot; /* canonical */
    const char *fpm;     /* its own PHP-FPM master: a name as in address.h; NULL: it has none */
    const struct sc_web_account *account;
};

enum sc_web_place_kind {
    SC_WEB_DOCROOT, /* the canonical document root */
    SC_WEB_ALIAS,   /* another spelling of the document root */
    SC_WEB_EXTRA    /* a further directory of the site: its application, or one that it may write */
};

/* Its requests are judged and guarded. */
static inline bool sc_web_is_guarded(const struct sc_web_site *site)
{
    return site && site->state != SC_WEB_LEARNING;
}

/* A directory that belongs to a site. */
struct sc_web_place {
    const char *path;
    size_t len;
    const struct sc_web_account *account;
    const struct sc_web_site *site; /* NULL: it belongs to a site that is not isolated */
    enum sc_web_place_kind kind;
    const struct sc_web_place *also; /* the same directory of another isolated site; NULL */
};

/* A PHP-FPM pool that runs as an account with isolated sites. */
struct sc_web_pool {
    const char *address; /* address.h */
    const struct sc_web_account *account;
    const struct sc_web_site *site; /* whose own master it is; NULL: outside of all sites */
};

/* Our entry in suexec's place: `path` is to be this very file. */
struct sc_web_suexec {
    const char *path; /* NULL: it is in no place */
    uint64_t dev, ino;
};

struct sc_web_table;

/* Parses `len` bytes; *ret is the caller's (sc_web_table_free). SC_E_INVAL names the line: a table
 * is good as a whole or not at all. SC_E_TOOBIG, SC_E_NOMEM. */
int sc_web_table_parse(const char *text, size_t len, struct sc_web_table **ret,
                       struct sc_error *err);
void sc_web_table_free(struct sc_web_table *t); /* accepts NULL */

size_t sc_web_table_sites(const struct sc_web_table *t);
const struct sc_web_site *sc_web_table_site(const struct sc_web_table *t, size_t i);
struct sc_web_suexec sc_web_table_suexec(const struct sc_web_table *t);

/* All paths given below are clean: core/web/apache/path.h. */

/* The place that is exactly `path`; NULL. */
const struct sc_web_place *sc_web_table_place(const struct sc_web_table *t, const char *path);

/* Whether it is the site's, too. */
bool sc_web_place_is_of(const struct sc_web_place *place, const struct sc_web_site *site);

/* The deepest place that `path` is or lies below; NULL. */
const struct sc_web_place *sc_web_table_containing(const struct sc_web_table *t, const char *path);

/* The same for homes: whose home is `path` in? NULL: in none of an account with isolated sites. */
const struct sc_web_account *sc_web_table_home(const struct sc_web_table *t, const char *path);

/* True when `path` lies where homes of the table lie, in one or beside one ("/home/…"). */
bool sc_web_table_near_home(const struct sc_web_table *t, const char *path);

/* The length of the deepest such place that clean `path` lies below; 0: none. */
size_t sc_web_table_above(const struct sc_web_table *t, const char *path);

/* The account with this uid; NULL. */
const struct sc_web_account *sc_web_table_uid(const struct sc_web_table *t, uint32_t uid);

/* The pool at this address; NULL: none is listed. */
const struct sc_web_pool *sc_web_table_pool(const struct sc_web_table *t, const char *address);

#endif
