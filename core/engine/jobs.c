/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/account/notes.h"
#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/base/log.h"
#include "core/base/vec.h"
#include "core/follow/follow.h"
#include "core/engine/before.h"
#include "core/engine/internal.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory");
}

void sc_names_done(struct sc_names *names)
{
    sc_strings_free(names->v, names->n);
    *names = (struct sc_names){0};
}

void sc_jobs_done(struct sc_jobs *jobs)
{
    for (size_t i = 0; i < jobs->n; i++) {
        sc_facts_done(&jobs->v[i].facts);
        sc_account_done(&jobs->v[i].account);
        free(jobs->v[i].names);
    }
    free(jobs->v);
    *jobs = (struct sc_jobs){0};
}

struct who {
    uid_t uid;
    const char *user;
};

static int by_uid(const void *a, const void *b)
{
    const struct who *x = a, *y = b;
    return x->uid < y->uid ? -1 : x->uid > y->uid;
}

/* A user whom only the database knows: renamed, or gone; then what is left of him is cleaned up. */
static int not_there(struct sc_server *s, const char *user, struct sc_error *err)
{
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    SC_FREE char *now = NULL;
    struct sc_follow f = {.agrees = true};
    if (sc_store_user_by_name(s->store, user, &row, NULL) < 0)
        return SC_E_NOTFOUND;
    if (sc_account_passwd(row.uid, &now, NULL, NULL, NULL) == 0)
        return sc_error_is(err, SC_IS_UNKNOWN_USER,
                           sc_error_set(err, SC_E_NOTFOUND,
                                        "User %s does not exist; it is called %s now", user, now));
    if (sc_follow_account(s, user, NULL, &f, err) < 0)
        return sc_error_wrap(err, "User %s does not exist", user);
    return sc_error_is(
        err, SC_IS_UNKNOWN_USER,
        sc_error_set(err, SC_E_NOTFOUND, "User %s does not exist; %s", user,
                     f.agrees ? "what was isolated of it has been cleaned up" : f.missing));
}

void sc_answers_done(struct sc_answers *l)
{
    for (size_t i = 0; i < l->n; i++)
        sc_heard_done(&l->v[i].heard);
    free(l->v);
    *l = (struct sc_answers){0};
}

static struct sc_heard *heard_of(struct sc_answers *l, const char *user)
{
    for (size_t i = 0; l && i < l->n; i++)
        if (strcmp(l->v[i].owner, user) == 0)
            return &l->v[i].heard;
    return NULL;
}

int sc_jobs_open(struct sc_server *s, const char *const *users, size_t n, enum sc_facts_how how,
                 struct sc_answers *answers, struct sc_jobs *ret, struct sc_error *err)
{
    SC_FREE struct who *who = calloc(n ? n : 1, sizeof(*who));
    SC_CLEANUP(sc_jobs_done) struct sc_jobs jobs = {.v = calloc(n ? n : 1, sizeof(*jobs.v))};
    if (!who || !jobs.v)
        return no_memory(err);
    for (size_t i = 0; i < n; i++) {
        who[i].user = users[i];
        int rc = sc_account_uid(users[i], &who[i].uid, err);
        if (rc < 0)
            return rc == SC_E_NOTFOUND ? not_there(s, users[i], err) : rc;
    }
    qsort(who, n, sizeof(*who), by_uid);
    for (size_t i = 0; i < n; i++) {
        if (i && who[i].uid == who[i - 1].uid)
            continue;
        struct sc_job *j = &jobs.v[jobs.n++];
        j->account = (struct sc_account)SC_ACCOUNT_INIT;
        int rc = sc_account_open(who[i].user, s->lock_ms, &j->account, err);
        if (rc == 0)
            rc = sc_pass_begin(s, &j->account, how, heard_of(answers, who[i].user), &j->facts, err);
        if (rc < 0)
            return rc;
    }
    SC_MOVE(ret, &jobs);
    return 0;
}

static bool is_disabled(const struct sc_job *j, const char *name)
{
    for (size_t i = 0; i < j->wish.n_disable; i++)
        if (strcmp(j->wish.disable[i], name) == 0)
            return true;
    return false;
}

static bool is_isolated(const struct sc_job *j, const char *name)
{
    const struct sc_domain_entry *e = sc_domains_config_find(&j->facts.config, name);
    return e && e->isolated;
}

static int add_others(const struct sc_job *j, const struct sc_plan_site *site,
                      struct sc_names *others, struct sc_error *err)
{
    for (size_t i = 0; i < site->n_names; i++) {
        if (!is_isolated(j, site->names[i]) || is_disabled(j, site->names[i]))
            continue;
        if (!SC_VEC_ROOM(others->v, others->n) || !(others->v[others->n] = strdup(site->names[i])))
            return no_memory(err);
        others->n++;
    }
    return 0;
}

static bool ends(const struct sc_job *j, const struct sc_plan_site *site)
{
    for (size_t i = 0; i < site->n_names; i++)
        if (is_disabled(j, site->names[i]))
            return true;
    return false;
}

/* The job's names, and those of `more` from `first` on. */
static int append_names(struct sc_job *j, const struct sc_names *more, size_t first,
                        struct sc_error *err)
{
    size_t n = j->wish.n_disable;
    const char **all = calloc(n + more->n - first + 1, sizeof(*all));
    if (!all)
        return no_memory(err);
    for (size_t i = 0; i < n; i++)
        all[i] = j->names[i];
    for (size_t i = first; i < more->n; i++)
        all[n++] = more->v[i];
    free(j->names);
    j->names = all;
    j->wish = (struct sc_wish){.disable = all, .n_disable = n};
    return 0;
}

int sc_job_widen(struct sc_job *j, struct sc_names *others, struct sc_error *err)
{
    size_t first = others->n;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < j->facts.plan->n_sites; i++)
        if (ends(j, &j->facts.plan->sites[i]))
            rc = add_others(j, &j->facts.plan->sites[i], others, err);
    return rc < 0 ? rc : append_names(j, others, first, err);
}

static void log_names(struct sc_buf *b, const char *what, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sc_buf_fmt(b, "%s%s", i ? "," : what, names[i]);
}

/* Who changed what, and what came of it. */
static void log_job(const struct sc_jobs *jobs, const struct sc_job *j,
                    const struct sc_error *failed)
{
    SC_BUF struct sc_buf b = {.limit = 1500};
    if (jobs->what)
        sc_buf_fmt(&b, " %s=%s", jobs->what, jobs->of);
    else
        log_names(&b, " enable=", j->wish.enable, j->wish.n_enable);
    log_names(&b, " disable=", j->wish.disable, j->wish.n_disable);
    log_names(&b, j->wish.learn_until ? " learn=" : " learn-stop=", j->wish.learn, j->wish.n_learn);
    if (!b.len)
        sc_buf_str(&b, j->wish.end_processes ? " remount" : " regenerate");
    sc_log("by=%s user=%s%s: %s", jobs->by_user ? "user" : "root", j->account.user,
           b.data ? b.data : "", failed ? failed->text : "done");
}

/* What of the panel's answer is not as it should be, but stops nothing. */
static void tell_odd(const struct sc_job *j, const struct sc_watch *w)
{
    if (j->facts.why.code && j->facts.from_panel)
        sc_watch_notice(w, "user %s: %s", j->account.user, j->facts.why.text);
}

/* What of the account's crontab does not work in its sites. */
static void tell_crontab(const struct sc_job *j, const struct sc_watch *w)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    sc_note_read(j->account.uid, SC_NOTE_CRONTAB, &text);
    sc_note_read(j->account.uid, SC_NOTE_CRON_PATHS, &text);
    sc_note_read(j->account.uid, SC_NOTE_CRON_D, &text);
    char *save = NULL;
    for (char *l = text.len ? strtok_r(text.data, "\n", &save) : NULL; l;
         l = strtok_r(NULL, "\n", &save))
        sc_watch_notice(w, "%s", l);
}

void sc_jobs_home(struct sc_jobs *jobs, enum sc_home home)
{
    for (size_t i = 0; i < jobs->n; i++)
        jobs->v[i].wish.home = home;
}

/* Sites are counted; while a pass works, its steps say how many of its sites are as good as done. */
struct counting {
    const struct sc_watch *w;
    size_t done, now, total; /* now: sites of the job whose pass works */
};

static size_t sites_of(const struct sc_job *j)
{
    size_t n = j->wish.n_enable + j->wish.n_disable + j->wish.n_learn;
    return n ? n : 1;
}

static void on_step(size_t done, size_t of, void *arg)
{
    const struct counting *c = arg;
    sc_watch_progress(c->w, c->done + c->now * done / of, c->total);
}

static int apply_one(struct sc_server *s, struct sc_job *j, struct counting *c,
                     struct sc_error *err)
{
    c->now = sites_of(j);
    sc_watch_progress(c->w, c->done, c->total);
    s->stepped = on_step;
    s->stepped_arg = c;
    int rc = sc_pass_apply(s, &j->account, &j->facts, &j->wish, err);
    s->stepped = NULL;
    c->done += c->now;
    return rc;
}

int sc_jobs_run(struct sc_server *s, struct sc_jobs *jobs, const struct sc_watch *w,
                struct sc_error *err)
{
    int rc = 0;
    struct counting counting = {.w = w};
    for (size_t i = 0; i < jobs->n; i++)
        counting.total += sites_of(&jobs->v[i]);
    for (size_t i = 0; rc == 0 && i < jobs->n; i++)
        rc = sc_pass_check(s, &jobs->v[i].account, &jobs->v[i].facts, &jobs->v[i].wish, err);
    if (rc == 0 && jobs->look)
        sc_before_begin(jobs, s->cover && s->cover->gate, jobs->look, w);
    for (size_t i = 0; rc == 0 && i < jobs->n; i++) {
        rc = apply_one(s, &jobs->v[i], &counting, err);
        log_job(jobs, &jobs->v[i], rc == 0 ? NULL : err);
        if (rc == 0 && !jobs->v[i].wish.n_disable)
            tell_odd(&jobs->v[i], w);
        if (rc == 0 && jobs->v[i].wish.n_enable)
            tell_crontab(&jobs->v[i], w);
    }
    if (rc == 0)
        sc_watch_progress(w, counting.total, counting.total);
    return rc;
}
