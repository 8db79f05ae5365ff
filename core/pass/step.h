/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of a pass (the tables in steps.c say in which order and what for). Each is complete in
 * itself and may be killed at any point: the next pass does it again. */
#ifndef SC_PASS_STEP_H
#define SC_PASS_STEP_H

#include <stdbool.h>
#include "core/account/account.h"
#include "core/base/error.h"
#include "core/ending/ending.h"
#include "core/facts/facts.h"
#include "core/pass/made.h"
#include "core/pass/pass.h"
#include "core/pass/tools.h"
#include "core/server/server.h"

/* What the steps of one pass hand on to each other. */
struct sc_pass {
    struct sc_server *s;
    const struct sc_tools *tools;
    const struct sc_account *a;
    enum sc_facts_how how;
    struct sc_heard *heard;
    struct sc_facts *f;
    const struct sc_wish *wish; /* from here on: while making */
    struct sc_made made;
    bool any;                     /* some site is wanted isolated */
    bool routed;                  /* Apache takes PHP to masters of sites: one answer for a pass */
    bool fpm_later;               /* what "fpm" left to "fpm-rest" */
    bool had_groups;              /* sites had control groups before this pass, or may have had */
    struct sc_cgroups *groups;    /* the server's, once they were needed */
    bool closed;                  /* views that were made before end: core/ending */
    struct sc_ending_list ending; /* … and have not yet; from the step "settle" on */
    bool held;    /* a site that is to end could not be closed: what such sites leave stays */
    bool planned; /* all plans are written */
    bool stopped; /* by the hook of the steps */
    unsigned goes_on_at; /* the site that the last pass put off first; 0: none */
    size_t from;         /* whose turn comes first */
    size_t looks;        /* running views that were compared with their plans */
    bool gave_way;       /* the others are the next pass's */
    /* what could not be done, and keeps nothing else from being done: the pass's error at its
     * end */
    struct sc_error late;
};

/* It was asked for a change of some sites; else it compares all (regenerate, repair). */
static inline bool sc_pass_is_asked(const struct sc_pass *p)
{
    return p->wish->n_enable || p->wish->n_disable || p->wish->n_learn || p->wish->disable_all;
}

/* What was read of the web server's configuration already; NULL. */
static inline struct sc_cover_server *sc_pass_cover(const struct sc_pass *p)
{
    return p->s->cover ? p->s->cover : p->f->cover;
}

/* step_look.c */
int sc_step_ask(struct sc_pass *p, struct sc_error *err);
int sc_step_identify(struct sc_pass *p, struct sc_error *err);
int sc_step_facts(struct sc_pass *p, struct sc_error *err);

/* step_store.c */
int sc_step_mark(struct sc_pass *p, struct sc_error *err);
int sc_step_config(struct sc_pass *p, struct sc_error *err);
int sc_step_record(struct sc_pass *p, struct sc_error *err);
int sc_step_events(struct sc_pass *p, struct sc_error *err);
int sc_step_done(struct sc_pass *p, struct sc_error *err);

/* step_state.c */
/* The pools of PHP-FPM, as they were read for this pass or its command; NULL. */
const struct sc_fpm_known_list *sc_pass_pools(const struct sc_pass *p);
int sc_step_plans(struct sc_pass *p, struct sc_error *err);
int sc_step_groups(struct sc_pass *p, struct sc_error *err);
int sc_step_ports(struct sc_pass *p, struct sc_error *err);
int sc_step_table(struct sc_pass *p, struct sc_error *err);
int sc_step_old_ports(struct sc_pass *p, struct sc_error *err);

/* step_running.c */
int sc_step_join(struct sc_pass *p, struct sc_error *err);
int sc_step_fpm(struct sc_pass *p, struct sc_error *err);
int sc_step_web(struct sc_pass *p, struct sc_error *err);
int sc_step_fpm_rest(struct sc_pass *p, struct sc_error *err);
int sc_step_nginx(struct sc_pass *p, struct sc_error *err);
int sc_step_outside(struct sc_pass *p, struct sc_error *err);
int sc_step_hide(struct sc_pass *p, struct sc_error *err);
int sc_step_views(struct sc_pass *p, struct sc_error *err);

/* step_rest.c */
int sc_step_ended(struct sc_pass *p, struct sc_error *err);
int sc_step_settle(struct sc_pass *p, struct sc_error *err);
int sc_step_files(struct sc_pass *p, struct sc_error *err);
int sc_step_storage(struct sc_pass *p, struct sc_error *err);
int sc_step_old_groups(struct sc_pass *p, struct sc_error *err);
int sc_step_unused_groups(struct sc_pass *p, struct sc_error *err);
int sc_step_cron(struct sc_pass *p, struct sc_error *err);

#endif
