/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The template's text as one host of the web server gets it: which of its |?DOCROOT=…| and
 * |?SDOCROOT=…| are in force. Pure. */
#ifndef SC_DIRECTADMIN_TOKENS_RUN_H
#define SC_DIRECTADMIN_TOKENS_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "directadmin/site.h"

enum sc_da_truth {
    SC_DA_NO,
    SC_DA_YES,
    SC_DA_MAYBE
};

struct sc_da_host {
    const struct sc_da_site *site;
    const char *sub;
    bool https;
};

/* One |?DOCROOT=…| or |?SDOCROOT=…|, in force or not. */
struct sc_da_hit {
    bool sdocroot;
    enum sc_da_truth in_force;
    char *path;          /* NULL: no absolute path, or of a variable that is not known */
    const char *why;     /* borrowed from the text: what keeps us from knowing; */
    unsigned why_length; /* 0 where nothing does */
};

struct sc_da_hits {
    struct sc_da_hit *v; /* in the order of the text: the same tokens for every host */
    size_t n;
};

void sc_da_hits_done(struct sc_da_hits *hits);

/* SC_E_NOMEM. */
int sc_da_tokens_run(const char *text, const struct sc_da_host *host, struct sc_da_hits *ret,
                     struct sc_error *err);

#endif
