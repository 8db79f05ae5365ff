/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system's crontabs: /etc/crontab and the files of /etc/cron.d. */
#ifndef SC_CRON_SYSTEM_H
#define SC_CRON_SYSTEM_H

#include "core/cron/apply.h"

#define SC_CRON_SYSTEM_FILE "/etc/crontab"
#define SC_CRON_SYSTEM_DIR  "/etc/cron.d"

/* Has the account's entries there run in its isolated sites (system_text.h), and writes only what
 * differs, with the file's mode. *ret_note (data NULL when there is nothing to say): entries that run
 * outside because their file is no plain file of root's alone or cannot be written, with the
 * reason; entries that do not run. Needs root. SC_E_SYS, SC_E_BUSY, SC_E_NOMEM. */
int sc_cron_system_apply(const struct sc_cron_owner *o, const struct sc_cron_site *sites, size_t n,
                         struct sc_buf *ret_note, struct sc_error *err);

#endif
