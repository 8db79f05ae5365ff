/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/cagefs/site-isolation.paths: what the administrator shows to sites beside their document
 * root (docs/formats.md). Lines `DOCROOT-GLOB ro|rw PATH`. */
#ifndef SC_CONFIG_PATHS_CONF_H
#define SC_CONFIG_PATHS_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_PATHS_CONF_PATH      "/etc/cagefs/site-isolation.paths"
#define SC_PATHS_CONF_SIZE_MAX  (1u << 20)
#define SC_PATHS_CONF_RULES_MAX 10000u

struct sc_paths_rule {
    char *glob; /* absolute; fnmatch(3) with FNM_PATHNAME: no wildcard matches a '/' */
    char *path; /* absolute, or "~/…" below the home of the site's user; normalised, no ".." */
    bool rw;
    unsigned line;
};

struct sc_paths_conf {
    struct sc_paths_rule *rules;
    size_t n;
};

#define SC_PATHS_CONF_INIT                                                                         \
    {                                                                                              \
        0                                                                                          \
    }

/* One path that a site gets. */
struct sc_paths_match {
    char *path; /* absolute */
    bool rw;
    unsigned line; /* of the rule, for messages */
};

void sc_paths_conf_free(struct sc_paths_conf *c); /* accepts an empty one */

/* Reads the file into *ret (which must be empty; the caller frees it). A missing file is no rules.
 * `owner` must own it and nobody else may write it. SC_E_INVAL: the text names file and line. */
int sc_paths_conf_load(const char *path, uid_t owner, struct sc_paths_conf *ret,
                       struct sc_error *err);

/* The same for text. `name` stands for the file in errors. */
int sc_paths_conf_parse(const char *text, size_t len, const char *name, struct sc_paths_conf *ret,
                        struct sc_error *err);

/* The paths for the site whose document root (absolute, no trailing slash) is `docroot`, in the
 * order of the file; of two rules for one path the later counts. `home` replaces "~". The caller
 * frees *ret with sc_paths_match_free; it is NULL when *ret_n is 0. */
int sc_paths_conf_match(const struct sc_paths_conf *c, const char *docroot, const char *home,
                        struct sc_paths_match **ret, size_t *ret_n, struct sc_error *err);
void sc_paths_match_free(struct sc_paths_match *m, size_t n);

#endif
