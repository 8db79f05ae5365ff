/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that read Apache's configuration: apache_conf.c (its grammar), apache_macro.c
 * (mod_macro), apache_say.c and apache_env.c (what directives say about hosts). */
#ifndef SC_WEB_APACHE_CONF_H
#define SC_WEB_APACHE_CONF_H

#include "core/web/php_names.h"
#include "core/web/vhosts.h"

#define SC_APACHE_WORDS_MAX   256
#define SC_APACHE_DEFINES_MAX 1024
#define SC_APACHE_MACROS_MAX  1024
#define SC_APACHE_NESTED_MAX  16

struct sc_apache_macro {
    char *name, **params, *body;
    size_t n_params;
};

struct sc_apache_conf {
    char *server_root;
    char *names[SC_APACHE_DEFINES_MAX], *values[SC_APACHE_DEFINES_MAX];
    size_t n_defines;
    struct sc_apache_macro macros[SC_APACHE_MACROS_MAX];
    size_t n_macros;
    size_t host_at; /* of the host whose section this is: the list may move as it grows */
    bool in_host;
    char *dir;   /* within <Directory> */
    char *proxy; /* within <Proxy>: its URL */
    unsigned only
        [SC_APACHE_NESTED_MAX]; /* of files that the open <Files>, <Location> are for (php_names.h) */
    int n_only;
    int parts;           /* open sections that hold for a part of the host or the server alone */
    bool in_htaccess;    /* neither modules nor workers are made there */
    bool in_macro;       /* within <Macro>: lines are kept, not read */
    const char *used_at; /* within what `Use` stands for: the file that uses it … */
    unsigned used_line;
    int skipping; /* depth of a section that is not true, and of those within */
    int depth;    /* of includes and uses */
};

/* Of files that the line which is read is for. */
static inline unsigned sc_apache_names(const struct sc_apache_conf *p)
{
    return p->n_only > 0 && p->n_only <= SC_APACHE_NESTED_MAX ? p->only[p->n_only - 1]
                                                              : SC_PHP_NAMES_ALL;
}

/* ---- apache_say.c ---- */

/* What one directive says; `w` (n words, w[0] the name) may be changed. */
void sc_apache_say(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *file,
                   unsigned line, char **w, size_t n);

/* <Proxy URL>: a worker may be named so. */
void sc_apache_say_proxy(struct sc_vhosts_reader *r, const char *url);

/* ---- apache_env.c ---- */

/* What a directive about the environment of programs says (SetEnv and its like); n is at least 2. */
void sc_apache_say_env(struct sc_vhosts_reader *r, const struct sc_apache_conf *p, char **w,
                       size_t n);

/* ---- apache_macro.c ---- */

/* <Macro NAME $param…>: `words` are these. A macro of the same name is replaced. */
void sc_apache_macro_begin(struct sc_vhosts_reader *r, struct sc_apache_conf *p, char *const *words,
                           size_t n);
/* One line of the macro that is being read. */
void sc_apache_macro_line(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *line);
/* The text that `Use NAME ARGUMENT…` stands for; NULL: no such macro, or other arguments. The
 * caller frees it. */
char *sc_apache_macro_use(struct sc_apache_conf *p, char *const *words, size_t n);
void sc_apache_macros_done(struct sc_apache_conf *p);

#endif
