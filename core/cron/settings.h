/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of a crontab that Sitecage changes around the entries of a site, and sets back
 * behind them. Pure. */
#ifndef SC_CRON_SETTINGS_H
#define SC_CRON_SETTINGS_H

#include "core/base/buf.h"
#include "core/cron/lines.h"
#include "core/cron/names.h"

struct sc_cron_in_force { /* as the lines so far have set them */
    struct sc_buf shell_line, shell, mailto_line;
};

void sc_cron_in_force_done(struct sc_cron_in_force *f);

/* Notes a line of kind SC_CRON_ENV, in `names` (may be NULL), too. SC_E_NOMEM. */
int sc_cron_note_env(struct sc_cron_in_force *f, struct sc_cron_names *names,
                     const struct sc_cron_line *l, struct sc_error *err);

/* Has cron run what follows in the site; `shell`: what runs commands otherwise. */
void sc_cron_put_site(struct sc_buf *out, const char *docroot, const struct sc_buf *shell);

/* Sets what was in force (`line`) again; the mark says which line of the two is ours. */
void sc_cron_put_back(struct sc_buf *out, const struct sc_buf *line, const char *name,
                      const char *otherwise);

#endif
