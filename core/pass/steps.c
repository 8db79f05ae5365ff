/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pass, step by step. */
#include "core/pass/pass.h"

#include "core/account/give_way.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/coverage/coverage.h"
#include "core/pass/record.h"
#include "core/pass/step.h"

struct step {
    const char *name; /* for the log, and for tests (struct sc_step_hook) */
    int (*run)(struct sc_pass *p, struct sc_error *err);
};

static const struct step looking[] = {
    {"ask", sc_step_ask},           /* the panel; which events wait */
    {"identify", sc_step_identify}, /* who the account is, acted on */
    {"facts", sc_step_facts},       /* the user's file, the home, the names, the plan */
};

static const struct step making[] = {
    {"mark", sc_step_mark},           /* unfinished until the last step */
    {"config", sc_step_config},       /* ~/.lve/domains.json */
    {"record", sc_step_record},       /* the database: domains, sites, isolated names */
    {"plans", sc_step_plans},         /* what views are built from */
    {"groups", sc_step_groups},       /* limits; the table tells of them */
    {"ports", sc_step_ports},         /* pools at TCP ports: closed before anything is inside */
    {"table", sc_step_table},         /* from here on entries go into the sites, or no more */
    {"old-ports", sc_step_old_ports}, /* … and open again when nothing is isolated */
    {"hide", sc_step_hide},         /* what is new, from what runs; nothing that waits is before */
    {"join", sc_step_join},         /* what runs already comes under the limits */
    {"fpm", sc_step_fpm},           /* before views end: who left one is served elsewhere */
    {"web", sc_step_web},           /* Apache's table: where each site's PHP is by now */
    {"fpm-rest", sc_step_fpm_rest}, /* masters and addresses that Apache no longer uses */
    {"nginx", sc_step_nginx},       /* … and the files that nginx serves itself */
    {"views", sc_step_views},       /* those of running sites that are to end */
    {"ended", sc_step_ended},       /* sites that are none any more: closed to new processes */
    {"outside", sc_step_outside},   /* PHP programs that were started before it was a site */
    {"settle", sc_step_settle},     /* a moment for what runs in closed views; no more */
    {"files", sc_step_files},       /* of sites that have ended: their runtime files */
    {"storage", sc_step_storage},   /* … what they have in the home */
    {"old-groups", sc_step_old_groups}, /* … their control groups */
    {"cron", sc_step_cron},             /* behind all else: entries find their site made */
    {"events", sc_step_events},         /* what is done need not be done again */
    {"done", sc_step_done},
};

/* What had to wait for the end of a view. */
static const struct step cleaning[] = {
    {"files", sc_step_files},
    {"storage", sc_step_storage},
    {"unused-groups", sc_step_unused_groups},
};

static int run_step(struct sc_pass *p, const struct step *step, struct sc_error *err)
{
    const struct sc_step_hook *hook = &p->s->step;
    int64_t began = sc_clock_ns();
    int rc = hook->before ? hook->before(hook->arg, step->name, err) : 0;
    p->stopped |= rc < 0;
    if (rc == 0)
        rc = step->run(p, err);
    double ms = (double)(sc_clock_ns() - began) / 1e6;
    sc_log_debug("user=%s step %s: %.3f ms%s%s", p->a->user, step->name, ms, rc < 0 ? ": " : "",
                 rc < 0 && err ? err->text : "");
    return rc < 0 ? rc : 0;
}

/* Also where an earlier step failed, as soon as the plans are written: no trouble of one site's keeps what
 * is new in the account from being hidden from the others. */
static bool is_anyway(const struct sc_pass *p, const struct step *step)
{
    return p->planned && step->run == sc_step_hide;
}

static int run(struct sc_pass *p, const struct step *steps, size_t n, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < n && !p->stopped; i++) {
        struct sc_error why = SC_ERROR_INIT;
        bool goes_on = rc == 0;
        if (goes_on)
            rc = run_step(p, &steps[i], err);
        else if (is_anyway(p, &steps[i]) && run_step(p, &steps[i], &why) < 0)
            sc_log("user=%s: %s", p->a->user, why.text);
        if (goes_on && rc == 0 && steps == making && p->s->stepped)
            p->s->stepped(i + 1, n, p->s->stepped_arg);
    }
    return rc;
}

static int gather(struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                  bool without_uses, struct sc_heard *heard, struct sc_facts *ret,
                  struct sc_error *err)
{
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {.without_uses = without_uses};
    if (s->gives_way)
        sc_give_way_begin(a->uid);
    struct sc_pass p = {
        .s = s, .tools = sc_tools_of(s), .a = a, .how = how, .heard = heard, .f = &f};
    int rc = run(&p, looking, sizeof(looking) / sizeof(looking[0]), err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &f);
    return 0;
}

int sc_pass_gather(struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                   struct sc_heard *heard, struct sc_facts *ret, struct sc_error *err)
{
    return gather(s, a, how, false, heard, ret, err);
}

int sc_pass_begin(struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                  struct sc_heard *heard, struct sc_facts *ret, struct sc_error *err)
{
    return gather(s, a, how, true, heard, ret, err);
}

static int late(struct sc_error *err)
{
    if (err)
        err->code = SC_E_LATE;
    return SC_E_LATE;
}

int sc_pass_apply(struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  const struct sc_wish *wish, struct sc_error *err)
{
    struct sc_pass p = {.s = s, .tools = sc_tools_of(s), .a = a, .f = f, .wish = wish};
    if (f->without_uses)
        return sc_error_set(err, SC_E_INVAL, "a pass over %s was begun and not checked", a->user);
    for (size_t i = 0; i < f->plan->n_sites; i++)
        p.any |= f->plan->sites[i].isolated;
    int rc = sc_made_init(f->plan->n_sites, &p.made, err);
    if (rc == 0)
        rc = run(&p, making, sizeof(making) / sizeof(making[0]), err);
    if (rc == SC_E_BUSY) /* the account's lock is ours: it is something of a site's */
        rc = late(err);
    sc_cover_server_doubt(s->cover); /* what comes next is another account's */
    sc_made_done(&p.made);
    sc_ending_list_done(&p.ending);
    sc_cgroups_freep(&p.groups);
    return rc;
}

int sc_pass_clean(struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  bool *ret_other, struct sc_error *err)
{
    const struct sc_wish none = {0};
    struct sc_pass p = {
        .s = s, .tools = sc_tools_of(s), .a = a, .f = f, .wish = &none, .had_groups = true};
    int rc = sc_made_init(f->plan->n_sites, &p.made, err);
    if (rc == 0)
        rc = sc_recorded(s, a, f, &p.made, ret_other, err);
    if (rc == 0 && !*ret_other)
        rc = p.tools->ending.list(a->uid, &p.ending, err);
    if (rc == 0 && !*ret_other)
        rc = run(&p, cleaning, sizeof(cleaning) / sizeof(cleaning[0]), err);
    sc_made_done(&p.made);
    sc_ending_list_done(&p.ending);
    sc_cgroups_freep(&p.groups);
    return rc;
}

int sc_pass_user(struct sc_server *s, const struct sc_account *a, enum sc_facts_how how,
                 struct sc_error *err)
{
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    const struct sc_wish none = {0};
    int rc = sc_pass_gather(s, a, how, NULL, &f, err);
    return rc < 0 ? rc : sc_pass_apply(s, a, &f, &none, err);
}
