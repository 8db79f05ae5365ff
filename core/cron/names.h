/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The document roots of an account, and the variables and links of a crontab that lead to them.
 * Pure but for the caller's `resolve`.
 *
 * Looking has a budget: a user writes crontabs, and an entry of a few words may stand for very many
 * once its variables are put in. Each entry may cost SC_CRON_STEPS_ENTRY steps and
 * SC_CRON_STEPS_BYTE for each of its bytes; what costs more takes from a share that the whole
 * crontab has. A step is about one byte looked at. When both are used up, `over` is set, and the
 * entry is sc_cron_unknown's. */
#ifndef SC_CRON_NAMES_H
#define SC_CRON_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"

#define SC_CRON_VARS_MAX     256u   /* beyond, an entry with a variable that is not known is over */
#define SC_CRON_VALUE_MAX    65536u /* the same with a variable of more bytes */
#define SC_CRON_LINKS_MAX    4096u  /* paths resolved in one pass; then the same */
#define SC_CRON_LINKS_SLOTS  8192u
#define SC_CRON_STEPS_PROBE  16u
#define SC_CRON_STEPS_ENTRY  4096u
#define SC_CRON_STEPS_BYTE   256u
#define SC_CRON_STEPS_SHARED (16u << 20) /* some 0.1 s */

/* A document root of the account, isolated or not. */
struct sc_cron_site {
    const char *docroot;        /* absolute, canonical; of a missing one, as the panel says it */
    const char *const *aliases; /* other names of it */
    size_t n_aliases;
    const char *const *domains; /* its names */
    size_t n_domains;
    const char *token; /* "" when it has none */
    bool isolated;     /* is, or should be and cannot: its entries must not run elsewhere */
    bool private_home; /* what is not its own in the home is not there at all */
    /* Directories that other isolated sites own, too; one of them has each among its aliases. */
    const char *const *shared;
    size_t n_shared;
    /* Further directories and files that it has, though it cannot write them. */
    const char *const *given;
    size_t n_given;
};

/* Whose an entry is that must not run: finding out whose it is costs too much; what it runs, or where, is known
 * only when it runs; it is in a directory that is doubted. Their document root "-" is none, so that
 * cron-shell runs nothing. */
extern const struct sc_cron_site sc_cron_unknown, sc_cron_unclear, sc_cron_doubted;

struct sc_cron_account {
    const char *user;
    const char *home;       /* absolute, canonical */
    const char *home_alias; /* as passwd says it; may be NULL */
    const struct sc_cron_site *sites;
    size_t n_sites;
    const char *const *hidden; /* absolute; no site can be given these */
    size_t n_hidden;
    /* Absolute: an isolated site may have left code there, though it is not its own any more; those of no
     * site in `sites` that they are names of. */
    const char *const *doubted;
    size_t n_doubted;
    /* Where a path below the home really lies; a string for the caller to free(), or NULL. May be
     * NULL: links are not followed. */
    char *(*resolve)(void *arg, const char *path);
    void *arg;
};

struct sc_cron_name { /* one name of a document root */
    const char *path;
    size_t len;
    const struct sc_cron_site *site;
    bool shared; /* sites share it */
};

struct sc_cron_var { /* that the crontab has set so far */
    char *name, *value;
};

struct sc_cron_link { /* an answer of `resolve` */
    char *path, *real;
};

struct sc_cron_links {
    struct sc_cron_link *v; /* by a hash of the path; NULL: none yet */
    size_t n;
};

struct sc_cron_names {
    const struct sc_cron_account *account;
    struct sc_cron_name *v; /* sorted */
    size_t n, longest;
    char **
        bare; /* names without the quotes that are in them: the text of an entry has none (flat.h) */
    size_t n_bare;
    bool spaced;   /* one has something in it that separates words */
    bool isolated; /* one is */
    /* what sc_cron_names_find() found last, it found by a directory that is shared */
    bool by_shared;
    struct sc_cron_var vars[SC_CRON_VARS_MAX];
    size_t n_vars;
    bool vars_lost; /* there were more */
    /* Whose is an entry that names nothing itself: by the settings so far (mention.c). */
    const struct sc_cron_site *by_settings;
    bool settings_known;
    struct sc_cron_links links;
    size_t own, shared; /* steps left: of the entry, of the crontab */
    bool over;          /* the entry needs more */
};

/* SC_E_NOMEM. *n must be {0} or done. */
int sc_cron_names_init(struct sc_cron_names *n, const struct sc_cron_account *a,
                       struct sc_error *err);
void sc_cron_names_done(struct sc_cron_names *n);

/* A later setting of a name replaces the earlier one. SC_E_NOMEM. */
int sc_cron_names_set(struct sc_cron_names *n, const char *name, const char *value,
                      struct sc_error *err);

/* NULL: not set. Good until the name is set again. */
const char *sc_cron_names_get(struct sc_cron_names *n, const char *name, size_t len);

/* Whether both own one directory. */
bool sc_cron_share(const struct sc_cron_site *a, const struct sc_cron_site *b);

/* The site that the beginning of a normalized path is in; NULL: none. *ret_end: where its document
 * root ends. */
const struct sc_cron_site *sc_cron_names_find(struct sc_cron_names *n, const char *path,
                                              size_t *ret_end);

/* account->resolve, which must not be NULL, asked once for each path. The answer is the list's. */
const char *sc_cron_names_resolve(struct sc_cron_names *n, const char *path);

/* An entry of `len` bytes begins. */
void sc_cron_names_begin(struct sc_cron_names *n, size_t len);

/* Sets n->over when they are not there. */
void sc_cron_spend(struct sc_cron_names *n, size_t steps);

/* ---- what words of a command are made of ---- */

bool sc_cron_is_name(char c);   /* of a variable */
bool sc_cron_separates(char c); /* not part of a path that is not quoted */
bool sc_cron_has_separator(const char *s, size_t len);

#endif
