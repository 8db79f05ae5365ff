/* SPDX-License-Identifier: GPL-2.0-or-later */
/* While a site of an account is isolated, its programs do not reach TCP ports at which PHP-FPM (or
 * FastCGI, uwsgi, SCGI) listens outside of the cages: such a pool runs whatever it is sent
 * (docs/php-handlers.md). The kernel's firewall decides by whom a connection is made: a table of our
 * own, beside everybody else's, made again when somebody flushes all of them. Nothing is made
 * where there is no such port, or no isolated site.
 *
 * What was made last is kept in SC_LOOPBACK_KEPT, so that it stands again after a boot before the
 * configurations are read. Need root. */
#ifndef SC_LOOPBACK_LOOPBACK_H
#define SC_LOOPBACK_LOOPBACK_H

#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/loopback/plan.h"
#include "core/php/pools/known.h"
#include "core/web/vhosts.h"

#define SC_LOOPBACK_KEPT  SC_STATE_DIR "/loopback"
#define SC_LOOPBACK_LOCK  SC_STATE_DIR "/loopback.lock"
#define SC_LOOPBACK_TABLE "sitecage"

/* The account has isolated sites from now on, or none any more. `found`: what sc_loopback_look() has
 * found just now; NULL: what is kept counts, or, where the account is new, it is looked for. That
 * the kernel cannot hold it is logged, and no error: who asks sc_loopback_holds() says so. SC_E_SYS,
 * SC_E_NOMEM: a call failed, also one that was to start nft; nothing is noted then. */
int sc_loopback_account(uid_t uid, bool isolated, const struct sc_loopback *found,
                        struct sc_error *err);

struct sc_loopback_followed {
    bool changed; /* the ports, or whether they are closed */
    bool failed;  /* they are not: to be tried again */
};

/* For the daemon: makes the table again where somebody removed it, then looks for ports. */
int sc_loopback_follow(struct sc_loopback_followed *ret, struct sc_error *err);

/* False: somebody removed or changed the table that was made. Some microseconds. */
bool sc_loopback_stands(void);

/* Removes everything: nothing is isolated any more. */
int sc_loopback_end(struct sc_error *err);

/* ---- for the judgement of coverage ---- */

/* Looks for the ports and the web servers' users; the accounts are those that are known to be
 * isolated. sc_loopback_done() *ret. */
int sc_loopback_look(const struct sc_fpm_known_list *pools, const struct sc_vhosts *hosts,
                     struct sc_loopback *ret, struct sc_error *err);

/* Whether the ports found are closed (`must_stand`), or will be when one more account has isolated
 * sites: the kernel is asked by doing it. 0, or SC_E_PLATFORM with the way out; sc_nft()'s errors. */
int sc_loopback_holds(const struct sc_loopback *found, bool must_stand, struct sc_error *err);

/* A port through which programs of this account would run something outside of the cages, were it
 * not closed to them; 0: none. Pure. */
unsigned sc_loopback_way_out(const struct sc_loopback *found, uid_t uid);

#endif
