/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_ENGINE_CRON_TOLD_H
#define SC_ENGINE_CRON_TOLD_H

#include "core/engine/internal.h"

/* Says of accounts whose crontab has entries that run in a site why cron's service cannot run them, if so. */
void sc_cron_tell(const struct sc_jobs *jobs, const struct sc_watch *w);

#endif
