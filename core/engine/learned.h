/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was recorded, for the engine's own calls (learn.h). */
#ifndef SC_ENGINE_LEARNED_H
#define SC_ENGINE_LEARNED_H

#include "core/engine/internal.h"
#include "core/engine/learn.h"

/* For an account whose facts say, after sc_pass_check(), that `name` is isolated: the report. */
int sc_learn_report_of(struct sc_server *s, const struct sc_account *a, const struct sc_facts *f,
                       const char *name, struct sc_learn_report *ret, struct sc_error *err);

struct sc_learned {
    struct sc_learn_report *reports;
    size_t n_reports;
    struct sc_grant *grants; /* they point into the reports */
    size_t n;
};
void sc_learned_done(struct sc_learned *l);

/* Adds to the job's wish what the domains that it enables were seen to need, as far as it can be given; what
 * cannot is told. *ret must live as long as the job, and is for sc_learned_done(). SC_E_NOTFOUND: nothing
 * was recorded of one. */
int sc_learned_wish(struct sc_server *s, struct sc_job *j, const struct sc_watch *w,
                    struct sc_learned *ret, struct sc_error *err);

/* The jobs' names learn until then instead (seconds since 1970; 0: no more). */
void sc_learn_wish(struct sc_jobs *jobs, int64_t until);

/* SC_E_INVAL, in words. */
int sc_learns_not(const char *domain, struct sc_error *err);

/* Before the jobs' sites begin to learn: what was recorded at an earlier time is forgotten. */
int sc_learn_begin(const struct sc_jobs *jobs, struct sc_error *err);

#endif
