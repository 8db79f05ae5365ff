/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a document's members, and making arguments of them; for verbs.c. Functions that can fail set the asker's error
 * and return its code. */
#ifndef SC_PAGE_ASK_H
#define SC_PAGE_ASK_H

#include <jansson.h>
#include <stdbool.h>
#include "core/base/error.h"
#include "core/page/job.h"

#define SC_PAGE_NAMES_MAX 1000u /* domains or users of one request */

/* A document that is read, and the job that comes of it. */
struct sc_page_ask {
    const json_t *doc;
    bool admin;
    const char *accounts; /* a reseller's customers; else NULL */
    struct sc_page_job job;
    struct sc_error *err;
};

int sc_page_wrong(struct sc_page_ask *a, const char *name);

/* ---- arguments ---- */

int sc_page_add(struct sc_page_ask *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int sc_page_add_all(struct sc_page_ask *a, const char *const *words);
#define SC_PAGE_ADD(a, ...) sc_page_add_all(a, (const char *const[]){__VA_ARGS__, NULL})

/* All arguments from `first` on become one, behind `head`, with commas. */
int sc_page_join(struct sc_page_ask *a, size_t first, const char *head);

/* ---- members ---- */

bool sc_page_flag(const struct sc_page_ask *a, const char *name);

/* A version, an extension, a period: letters, digits, "._+-"; never an option. */
int sc_page_word(struct sc_page_ask *a, const char *name, const char **ret);

/* The member "domain", in its one spelling. */
int sc_page_domain(struct sc_page_ask *a, char ret[256]);

/* Each word of a list of that kind becomes an argument; at least `least`. */
int sc_page_add_domains(struct sc_page_ask *a, const char *name, size_t least);
int sc_page_add_users(struct sc_page_ask *a, const char *name, size_t least);
int sc_page_add_words(struct sc_page_ask *a, const char *name, size_t least);

/* Each of the reseller's customers becomes an argument. SC_E_NOTFOUND: he has none. */
int sc_page_add_accounts(struct sc_page_ask *a);

/* `this`, `that`, or NULL for null; lives as long as the document. */
int sc_page_one_of(struct sc_page_ask *a, const char *name, const char *this, const char *that,
                   const char **ret);

#endif
