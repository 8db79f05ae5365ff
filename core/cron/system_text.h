/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A system crontab (/etc/crontab, a file of /etc/cron.d): entries name the user that they run as.
 * Those of one account that name, or work in, what an isolated site owns are put between settings
 * as in the account's own crontab (scope.h); those of other accounts stay as they were found,
 * because only the pass over such an account knows its sites. Pure. */
#ifndef SC_CRON_SYSTEM_TEXT_H
#define SC_CRON_SYSTEM_TEXT_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/cron/nobodys.h"

struct sc_cron_system_count {       /* entries of the account */
    size_t in_sites;                /* that run in one */
    struct sc_cron_nobodys nobodys; /* … of them those that run nowhere */
};

/* Whether the text can have anything to do with the account: its name, or marks of ours. */
bool sc_cron_system_concerns(const char *text, size_t len, const char *user);

/* The user and the command of an entry. False: it has none. Both point into the line. */
bool sc_cron_system_entry(const char *line, size_t len, const char **ret_user, size_t *ret_user_len,
                          const char **ret_command);

/* Writes the text again to *out (must be empty): marked for the account's sites; an account without
 * isolated sites (n_sites 0) takes its marks away. Once more changes nothing. SC_E_NOMEM,
 * SC_E_TOOBIG. */
int sc_cron_system_join(const char *text, size_t len, const struct sc_cron_account *a,
                        struct sc_buf *out, struct sc_cron_system_count *ret, struct sc_error *err);

#endif
