/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ~/.lve/domains.json: what a user wants of his sites: which domains are isolated, with which
 * limits and further paths (docs/formats.md). The user owns the file and may edit it, so all of it
 * is hostile input; it is read and written with the user's file rights, beneath the home's
 * descriptor.
 *
 * It must be a regular file of the user's own, with one link, at most SC_DOMAINS_SIZE_MAX bytes, in
 * ~/.lve on the home's file system. A missing file is an empty configuration. Whoever loads,
 * changes and saves holds the user's lock meanwhile. */
#ifndef SC_CONFIG_DOMAINS_CONFIG_H
#define SC_CONFIG_DOMAINS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/config/conf.h"

#define SC_DOMAINS_SIZE_MAX  (1u << 20)
#define SC_DOMAINS_MAX       10000u
#define SC_DOMAIN_PATHS_MAX  64u   /* of each kind, for one domain */
#define SC_DOMAINS_PATHS_MAX 2000u /* of all domains of a file */
#define SC_DOMAIN_PATH_MAX   4095u /* bytes */
#define SC_USER_LEARN_MAX    4u    /* domains of an account that its user has learn at a time */
#define SC_LEARN_DAYS_MAX    90    /* that a site may be recorded */
#define SC_LIMIT_VALUE_MAX   (1ull << 53) /* a number that every JSON reader keeps exact */

/* In the order of the specification's examples. */
enum sc_limit {
    SC_LIMIT_CPU,   /* hundredths of a percent of one core */
    SC_LIMIT_PMEM,  /* bytes */
    SC_LIMIT_IO,    /* KiB/s */
    SC_LIMIT_NPROC, /* processes */
    SC_LIMIT_IOPS,  /* operations/s */
    SC_LIMIT_EP,    /* entry processes at once */
    SC_LIMIT_VMEM,  /* bytes */
    SC_LIMIT_COUNT
};

struct sc_limits {
    unsigned set; /* 1u << enum sc_limit for each one that has a value */
    uint64_t value[SC_LIMIT_COUNT];
};

/* "cpu", "pmem", …; and back: -1 when it is none. */
const char *sc_limit_name(enum sc_limit limit);
int sc_limit_from_name(const char *name);

struct sc_domain_path {
    char *rel; /* below the home, normalised, not empty, no ".."; may go through links */
    bool rw;
};

struct sc_domain_entry {
    char *name; /* sc_domain_canon()'s spelling */
    bool isolated;
    struct sc_limits limits;
    struct sc_domain_path *paths; /* ro before rw, in the order of the file */
    size_t n_paths;
    enum sc_home home;      /* what the site sees of the home */
    int64_t learning_until; /* seconds since 1970; 0: what it uses is not recorded (core/learn) */
};

/* Frees what the entry holds and empties it. */
void sc_domain_entry_clear(struct sc_domain_entry *e);

struct sc_domains_config {
    struct sc_domain_entry *entries; /* by name, strcmp order */
    size_t n;
    char *loaded; /* how it was when loaded, in save's own form; NULL when there was no file */
};

#define SC_DOMAINS_CONFIG_INIT                                                                     \
    {                                                                                              \
        0                                                                                          \
    }

void sc_domains_config_free(struct sc_domains_config *c); /* accepts an empty one */

struct sc_config_user {
    const char *name; /* for messages */
    uid_t uid;
    gid_t gid;
    const char *home; /* absolute */
    int homefd;       /* that directory; O_PATH will do */
};

/* Loads into *ret, which must be empty; the caller frees it. Needs root, or to be the user. Any
 * error but SC_E_SYS and SC_E_NOMEM is about the file, names it as "~/.lve/domains.json of user
 * NAME" and says the way out: SC_E_INVAL (malformed; unknown keys are named), SC_E_TOOBIG,
 * SC_E_DENIED (a link, or not his). */
int sc_domains_config_load(const struct sc_config_user *user, struct sc_domains_config *ret,
                           struct sc_error *err);

/* Writes what load would read as *c: nothing when that is what was loaded, else the file again
 * (0600 in ~/.lve 0700, atomically). Without entries the file is removed, and ~/.lve where that
 * leaves it empty. In a home that belongs to root and that nobody else may write, root makes ~/.lve
 * for the user. */
int sc_domains_config_save(const struct sc_config_user *user, struct sc_domains_config *c,
                           struct sc_error *err);

/* The entry of this domain, or NULL. Names here and below are canonical. It may be changed in
 * place; its pointer holds until the next change of the list. */
struct sc_domain_entry *sc_domains_config_find(const struct sc_domains_config *c, const char *name);

/* Whether what the domain's site uses is recorded at `now`: it is not isolated, and the time has
 * neither passed nor is it further off than SC_LEARN_DAYS_MAX. */
bool sc_domain_entry_is_learning(const struct sc_domain_entry *e, int64_t now);

/* Sets `isolated`, making an entry where there is none; an isolated one learns no more.
 * SC_E_TOOBIG beyond SC_DOMAINS_MAX. */
int sc_domains_config_set_isolated(struct sc_domains_config *c, const char *name, bool isolated,
                                   struct sc_error *err);

/* Sets until when it learns, making an entry that is not isolated where there is none; 0: no more.
 * Then an entry that says nothing else is removed. SC_E_TOOBIG as above. */
int sc_domains_config_set_learning(struct sc_domains_config *c, const char *name, int64_t until,
                                   struct sc_error *err);

/* The same, 0, for all entries whose time has passed. */
void sc_domains_config_end_learning(struct sc_domains_config *c, int64_t now);

/* Adds a further path: `rel` as in struct sc_domain_path, copied. One that is there becomes
 * read-write when `rw`. SC_E_TOOBIG beyond SC_DOMAIN_PATHS_MAX of a kind, SC_E_NOMEM. */
int sc_domain_entry_add_path(struct sc_domain_entry *e, const char *rel, bool rw,
                             struct sc_error *err);

/* Whether there was one. */
bool sc_domains_config_remove(struct sc_domains_config *c, const char *name);

struct sc_domain_rename {
    const char *old_name, *new_name;
};

/* Entries move to new names with all they have, each under what the others were before: names may change places. Where a
 * new name has an entry already, which does not move itself, that one stays, isolated when either was. `renames` by
 * old_name; no old and no new name is there twice. Names without an entry are fine. */
int sc_domains_config_rename_all(struct sc_domains_config *c,
                                 const struct sc_domain_rename *renames, size_t n,
                                 struct sc_error *err);

/* The limits, paths, home and learning of an entry as one line of JSON ("{}" when it has none), and back: replaces
 * those of *entry. `home` as in sc_config_user. */
int sc_domain_entry_to_json(const struct sc_domain_entry *entry, struct sc_buf *ret,
                            struct sc_error *err);
int sc_domain_entry_from_json(struct sc_domain_entry *entry, const char *text, const char *home,
                              struct sc_error *err);

/* The whole file: text -> *ret (which must be empty; `loaded` stays NULL), and back. Errors say
 * line and column, or the key. */
int sc_domains_config_parse(const char *text, size_t len, const char *home,
                            struct sc_domains_config *ret, struct sc_error *err);
int sc_domains_config_format(const struct sc_domains_config *c, struct sc_buf *ret,
                             struct sc_error *err);

#endif
