/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of a path that a program of a site uses: walked as the kernel walks it in the site, one
 * component after the other. What is closed to the site is not looked at, so an answer tells nothing
 * about it. Pure; looking is the caller's. */
#ifndef SC_EXPLAIN_PATH_H
#define SC_EXPLAIN_PATH_H

#include "core/explain/place.h"

enum sc_explain_there {
    SC_EXPLAIN_NOTHING, /* nothing is there, or nobody can tell */
    SC_EXPLAIN_DIR,
    SC_EXPLAIN_FILE, /* or anything else */
    SC_EXPLAIN_LINK
};

struct sc_explain_looked {
    enum sc_explain_there there;
    bool read, write;            /* its mode lets the site's user do that */
    char target[SC_REL_MAX + 1]; /* of a link */
};

struct sc_explain_eyes {
    /* Looks at a path of the server with the user's rights; follows no link at its end. */
    void (*look)(const char *source, struct sc_explain_looked *ret, void *arg);
    void *arg;
};

struct sc_explained_path {
    char place[SC_REL_MAX + 1]; /* where the path leads to, or where it ends */
    struct sc_explained_place is;
    enum sc_explain_there there; /* only where the site may look */
    bool read, write;            /* a program of the site can */
    bool by_mode;                /* the view lets it; the file's own mode does not */
    bool led;                    /* by a link */
};

/* `path`: absolute. -1: too long, or too many links. */
int sc_explain_path(const struct sc_explain_site *s, const struct sc_explain_eyes *eyes,
                    const char *path, struct sc_explained_path *ret);

#endif
