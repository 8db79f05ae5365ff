/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The jobs about one account. */
#ifndef SC_HOOKS_MONITOR_JOBS_ACCOUNT_H
#define SC_HOOKS_MONITOR_JOBS_ACCOUNT_H

#include "core/base/error.h"
#include "core/server/handle.h"

int sc_job_account(struct sc_server *s, const char *user, unsigned n_sets, struct sc_error *err);
int sc_job_first(struct sc_server *s, const char *user, unsigned n_sets, struct sc_error *err);
int sc_job_events(struct sc_server *s, const char *user, unsigned n_sets, struct sc_error *err);
int sc_job_watch(struct sc_server *s, const char *user, unsigned n_sets, struct sc_error *err);

/* "WORD TEXT", TEXT percent-encoded. */
void sc_job_print(const char *word, const char *text);

#endif
