/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A part of explain.h: what decides about a path. */
#ifndef SC_ENGINE_EXPLAIN_PATH_H
#define SC_ENGINE_EXPLAIN_PATH_H

#include "core/engine/engine.h"

struct sc_path_answer {
    char *asked;      /* the path, made absolute; NULL: none was asked for */
    char *place;      /* where it leads to; what decides is about that */
    const char *rule; /* one word; static */
    bool read, write; /* what a program of the site can do there now */
    bool there;       /* something is there; false also where the site may not look */
    char *reason;     /* in words */
    char *grant;      /* the line of site-isolation.paths that opens it; NULL: none, or no need */
    char *mine;       /* the same in ~/.lve/domains.json; NULL also where the name is not UTF-8 */
    char *command;    /* … and the user's command; NULL also where no line can have the name */
    char *no_grant;   /* why no line does; NULL */
};

/* The domain of this row, of the account `uid`: as its view is built, or would be. */
int sc_engine_explain_path(struct sc_server *s, uid_t uid, const struct sc_status_row *r,
                           const char *path, struct sc_path_answer *ret, struct sc_error *err);

#endif
