/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of a pass (apply.c, take.c, release.c) share: what is known, and the two steps
 * with a site. Need root and the account's lock. */
#ifndef SC_PHP_FPM_PASS_H
#define SC_PHP_FPM_PASS_H

#include <stdbool.h>
#include "core/php/fpm/route.h"
#include "core/php/pools/which.h"
#include "core/php/fpm/site.h"
#include "core/php/fpm/taken.h"

#define SC_FPM_SHARES_MAX 32u /* pools of one account that sites share */

/* A site in the pass, and what its hosts use. */
struct sc_fpm_served {
    struct sc_fpm_site s;
    bool shared; /* no site, but a pool that several share, as one that is not isolated (share.c) */
    char word[16]; /* its `changes`: another one when other sites of it are isolated; "": none is */
    struct sc_fpm_use *v;
    size_t n;
    bool many; /* one more than the account may have: nobody serves it */
};

struct sc_fpm_pass {
    const struct sc_fpm_account *a;
    struct sc_fpm_served *sites; /* the account's, and pools that sites share */
    size_t n_sites;
    struct sc_fpm_taken_list taken; /* the account's records, kept up to date */
    struct sc_fpm_known_list out;   /* pools that were taken out: they stand in no file */
    struct sc_fpm_known_list files; /* in the files, unless the caller has them: a->known */
    struct sc_fpm_known_list known; /* all of these: nothing of it is its own */
    struct sc_vhosts hosts;         /* unless the caller has them: a->hosts */
    int *ends;                      /* pidfds of supervisors that were told to end */
    size_t n_ends;
    int rc; /* of the first step that failed; the others are done all the same */
    struct sc_error why, *err;
};

#define SC_FPM_GRACE_MS 1000 /* a pass waits so long for all of these; they end by themselves */

/* pass.c */
void sc_fpm_pass_done(struct sc_fpm_pass *p);
/* One of its sites has that id. */
bool sc_fpm_pass_has(const struct sc_fpm_pass *p, unsigned id);
/* Fills in what p->taken does not say: the pools and, where they are needed, the web server's hosts. */
int sc_fpm_pass_load(struct sc_fpm_pass *p, struct sc_error *err);
struct sc_vhosts *sc_fpm_pass_hosts(struct sc_fpm_pass *p);
struct sc_web_whose sc_fpm_pass_whose(const struct sc_fpm_pass *p, const struct sc_fpm_site *s);
/* What the hosts of a site use. The caller frees *ret. */
int sc_fpm_pass_uses(struct sc_fpm_pass *p, const struct sc_fpm_site *s, struct sc_fpm_use **ret,
                     size_t *ret_n, struct sc_error *err);
/* The address at which a covered use is served: its pool's, or the site's own. */
const char *sc_fpm_use_at(const struct sc_fpm_use *u);
/* Nothing is to be told about it. */
bool sc_fpm_use_is_fine(const struct sc_fpm_use *u);

/* share.c: whether the router can stand at the address of this use's pool, or does. */
bool sc_fpm_share_is(const struct sc_fpm_pass *p, const struct sc_fpm_use *u);

/* share.c: adds pools to p->sites that isolated sites share with others, or sites around isolated ones,
 * and those that still have a router, because their address cannot go back. There is room for
 * SC_FPM_SHARES_MAX. */
int sc_fpm_share_find(struct sc_fpm_pass *p, struct sc_error *err);

/* share.c: the record is of a pool that is about to have a router. */
bool sc_fpm_share_takes(const struct sc_fpm_pass *p, const struct sc_fpm_taken *t);

/* outside.c: the id under which what this site uses runs outside of every site: that of the records of
 * its addresses, or a new one, which no other account has. SC_E_SYS. */
int sc_fpm_outside_id(const struct sc_fpm_pass *p, const struct sc_fpm_served *one,
                      unsigned *ret_id, struct sc_error *err);

/* The record of the address for site `id`; NULL. Good until the list changes. */
struct sc_fpm_taken *sc_fpm_record_of(struct sc_fpm_pass *p, unsigned id, const char *listen);

/* Takes record i out of the list; the last one is in its place. */
void sc_fpm_record_drop(struct sc_fpm_pass *p, size_t i);

/* take.c: makes the site's supervisor serve its covered pools, and then takes them out of the
 * shared master. A master that does not start is told (notice, log), and is no error. */
int sc_fpm_take_site(struct sc_fpm_pass *p, const struct sc_fpm_served *one, struct sc_error *err);

/* take.c: the site's pools are out of the shared master, and nobody is at their addresses: its
 * requests get 503. */
int sc_fpm_close_site(struct sc_fpm_pass *p, const struct sc_fpm_served *one, struct sc_error *err);

/* budget.c: marks (`many`) the sites for whose masters there is no room: those that have one keep it,
 * as long as they are not too many by themselves. */
void sc_fpm_budget(struct sc_fpm_pass *p);

/* budget.c: whether one more master is too many, or the site's own is; for who only looks. */
bool sc_fpm_budget_is_spent(const struct sc_fpm_pass *p, unsigned id);

/* Whether the site's uses have the address of this record. */
bool sc_fpm_site_wants(const struct sc_fpm_served *one, const struct sc_fpm_taken *t);

/* release.c: has the supervisor of site `id` end, which p->ends tells of. */
int sc_fpm_end_supervisor(struct sc_fpm_pass *p, unsigned id, struct sc_error *err);

/* release.c: ends what of site `id` is not wanted any more (`one`; NULL: all); the list changes. */
int sc_fpm_release_site(struct sc_fpm_pass *p, unsigned id, const struct sc_fpm_served *one,
                        struct sc_error *err);

#endif
