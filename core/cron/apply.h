/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The installed crontabs, by the server's own crontab(1), which knows where they are and what cron
 * takes. Everything that changes one holds the account's lock for crontabs, which is not the
 * account's lock: who edits must not wait for a long pass. */
#ifndef SC_CRON_APPLY_H
#define SC_CRON_APPLY_H

#include <sys/types.h>
#include "core/cron/owner.h"
#include "core/cron/outside_text.h"
#include "core/cron/scope.h"

#define SC_CRON_LOCK_MS  30000
#define SC_CRON_NOTE_MAX 900u /* bytes of what is said of system crontabs */

struct sc_cron_found {
    struct sc_cron_nobodys nobodys;     /* entries that do not run */
    char outside[SC_CRON_SAID_MAX + 1]; /* what entries name and their site does not have, for
                                               people; "" */
};

/* Makes the account's crontab be as its sites are. Does nothing where the server has no crontab(1)
 * or the user no crontab, and writes only what differs. *ret says what of it does not work. Needs root. SC_E_SYS with crontab's
 * own words, SC_E_BUSY, SC_E_TOOBIG, SC_E_TIMEOUT. */
int sc_cron_apply(const struct sc_cron_owner *o, const struct sc_cron_site *sites, size_t n,
                  struct sc_cron_found *ret, struct sc_error *err);

/* Takes the account's lock for crontabs; a lock by its name. */
int sc_cron_lock(uid_t uid, int *ret_fd, struct sc_error *err);
int sc_cron_lock_named(const char *name, int *ret_fd, struct sc_error *err);

/* Reads and installs with the user's own rights, so that cron.allow counts, or (own false) as root.
 * No crontab is an empty one. *said (may be NULL) gets what crontab(1) answers when it does not
 * install. */
int sc_cron_read(const struct sc_cron_owner *o, bool own, struct sc_buf *ret, struct sc_error *err);
int sc_cron_write(const struct sc_cron_owner *o, bool own, const struct sc_buf *text,
                  struct sc_buf *said, struct sc_error *err);

/* The directories where crontabs are, by the name of their user; ends with NULL. Those that are not
 * there do not matter. For who watches them. */
const char *const *sc_cron_spools(void);

#endif
