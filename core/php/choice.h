/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was chosen: the INI format of /etc/cl.selector/defaults.cfg (the administrator's), of
 * ~/.cl.selector/{defaults,alt_phpXX}.cfg (a user's) and of a site's php/defaults.cfg. Pure.
 *
 *     [global]
 *     selector=enabled          or disabled; the administrator's file only
 *     [versions]
 *     php=8.1                   or native
 *     [php8.1]
 *     modules=curl,gd
 *     state=disabled            the administrator's file only */
#ifndef SC_PHP_CHOICE_H
#define SC_PHP_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/php/vendors/version.h"

#define SC_PHP_CHOICE_MAX (64u << 10)

struct sc_php_names { /* module names, sorted, each once */
    char **v;
    size_t n;
};

void sc_php_names_done(struct sc_php_names *l);
/* Parses "a,b"; blanks around names are dropped, "" gives none. `what` begins the error's text.
 * SC_E_INVAL: an empty or impossible name; SC_E_TOOBIG. */
int sc_php_names_parse(const char *list, const char *what, struct sc_php_names *ret,
                       struct sc_error *err);
int sc_php_names_add(struct sc_php_names *l, const char *name, struct sc_error *err);
void sc_php_names_remove(struct sc_php_names *l, const char *name);
bool sc_php_names_has(const struct sc_php_names *l, const char *name);

struct sc_php_choice_version {
    char name[SC_PHP_NAME_MAX + 1];
    bool chosen; /* `modules` counts, also when it is empty */
    struct sc_php_names modules;
    bool disabled;
};

struct sc_php_choice {
    char version[SC_PHP_NAME_MAX + 1]; /* "" where the file says nothing */
    bool off;
    struct sc_php_choice_version *v; /* by version */
    size_t n;
};

void sc_php_choice_done(struct sc_php_choice *c);

/* Keys and sections that it does not know are passed over. SC_E_INVAL with `file` and the line,
 * SC_E_TOOBIG, SC_E_NOMEM. */
int sc_php_choice_parse(const char *text, size_t len, const char *file, struct sc_php_choice *ret,
                        struct sc_error *err);
/* Appends the text. `global`: with [global] first. */
int sc_php_choice_format(const struct sc_php_choice *c, bool global, struct sc_buf *out,
                         struct sc_error *err);

/* The part about `name`; made when missing. NULL: no memory, or SC_PHP_VERSIONS_MAX are there. */
struct sc_php_choice_version *sc_php_choice_at(struct sc_php_choice *c, const char *name);
const struct sc_php_choice_version *sc_php_choice_find(const struct sc_php_choice *c,
                                                       const char *name);
/* Copies `from` (which stays) over *to. */
int sc_php_choice_copy(struct sc_php_choice_version *to, const struct sc_php_choice_version *from,
                       struct sc_error *err);

#endif
