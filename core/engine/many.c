/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/many.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/base/vec.h"
#include "core/coverage/coverage.h"
#include "core/pass/recover.h"

struct work {
    struct sc_server *s;
    const struct sc_many_how *how;
    const struct sc_watch *w; /* the caller's */
    struct sc_watch inner;    /* for the calls of one account */
    struct sc_many *m;
    size_t total, finished; /* sites whose turn comes */
    struct sc_error first;  /* failure */
    struct sc_cover_server known;
};

static void on_progress(size_t done, size_t total, void *arg)
{
    const struct work *k = arg;
    (void)total;
    sc_watch_progress(k->w, k->finished + done, k->total);
}

static void on_notice(const char *text, void *arg)
{
    const struct work *k = arg;
    sc_watch_notice(k->w, "%s", text);
}

static void on_waiting(const char *text, void *arg)
{
    const struct work *k = arg;
    sc_watch_waiting(k->w, "%s", text);
}

static bool is_stopped(const struct work *k)
{
    return k->how->stop && k->how->stop();
}

static int run(struct work *k, const char *const *names, size_t n, const char *owner,
               struct sc_error *err)
{
    struct sc_enable_how how = k->how->how;
    how.owner = owner;
    how.known = &k->known;
    if (k->how->enable)
        return (k->how->dry_run ? sc_engine_enable_dry : sc_engine_enable)(k->s, names, n, &how,
                                                                           &k->inner, err);
    SC_CLEANUP(sc_names_done) struct sc_names others = {0};
    int rc = (k->how->dry_run ? sc_engine_disable_dry : sc_engine_disable)(k->s, names, n,
                                                                           &k->inner, &others, err);
    for (size_t i = 0; rc == 0 && i < others.n; i++)
        if (SC_VEC_ROOM(k->m->others.v, k->m->others.n))
            k->m->others.v[k->m->others.n++] = sc_steal_ptr(&others.v[i]);
    return rc;
}

static void settle(struct work *k, struct sc_many_site *const *v, size_t n, enum sc_many_is is,
                   const struct sc_error *why)
{
    for (size_t i = 0; i < n; i++) {
        v[i]->is = is;
        if (why) {
            v[i]->code = sc_error_word(why);
            v[i]->text = strdup(why->text);
        }
    }
    k->m->of[is] += n;
    k->finished += n;
    sc_watch_progress(k->w, k->finished, k->total);
}

/* Whether it may be the fault of some of the sites, and not of their account or of the server. */
static bool is_about_a_site(const struct sc_error *e)
{
    static const char *const words[] = {SC_IS_IMPOSSIBLE, SC_IS_NOT_COVERED, SC_IS_UNKNOWN_DOMAIN,
                                        SC_IS_INVALID};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(sc_error_word(e), words[i]) == 0)
            return true;
    return false;
}

/* Sites of one account, in one pass. Where some cannot be done they are looked for by halves: a try that fails
 * changes nothing. */
static int do_sites(struct work *k, struct sc_many_site *const *v, size_t n, struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    SC_FREE const char **names = calloc(n, sizeof(*names));
    if (!names)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %zu sites", n);
    for (size_t i = 0; i < n; i++)
        names[i] = v[i]->domain;
    int rc = run(k, names, n, v[0]->user, &why);
    if (rc == 0) {
        settle(k, v, n, SC_MANY_DONE, NULL);
        return 0;
    }
    if (is_stopped(k)) /* the signal ended a program that it needed, too */
        return 0;
    if (k->how->keep_going && n > 1 && is_about_a_site(&why)) {
        rc = do_sites(k, v, n / 2, err);
        return rc < 0 || is_stopped(k) ? rc : do_sites(k, v + n / 2, n - n / 2, err);
    }
    if (k->first.code == 0)
        k->first = why;
    settle(k, v, n, SC_MANY_FAILED, &why);
    return 0;
}

static int do_account(struct work *k, size_t from, size_t to, struct sc_error *err)
{
    SC_FREE struct sc_many_site **v = calloc(to - from, sizeof(struct sc_many_site *));
    size_t n = 0;
    if (!v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %zu sites", to - from);
    for (size_t i = from; i < to; i++)
        if (k->m->v[i].is == SC_MANY_OPEN)
            v[n++] = &k->m->v[i];
    return n ? do_sites(k, v, n, err) : 0;
}

static int do_all(struct work *k, struct sc_error *err)
{
    int rc = 0;
    sc_watch_progress(k->w, 0, k->total);
    for (size_t from = 0, to; rc == 0 && from < k->m->n && !is_stopped(k); from = to) {
        for (to = from + 1; to < k->m->n && strcmp(k->m->v[to].user, k->m->v[from].user) == 0;)
            to++;
        rc = do_account(k, from, to, err);
        if (k->first.code && !k->how->keep_going)
            break;
    }
    return rc;
}

static int conclude(const struct work *k, struct sc_error *err)
{
    const size_t *of = k->m->of;
    const bool dry = k->how->dry_run;
    if (is_stopped(k) && k->finished < k->total)
        return sc_error_is(err, SC_IS_INTERRUPTED,
                           sc_error_set(err, SC_E_BUSY,
                                        "interrupted: %zu of %zu sites are done; run the same "
                                        "command again to go on",
                                        of[SC_MANY_DONE], k->total));
    if (of[SC_MANY_FAILED] == 0)
        return 0;
    if (k->how->keep_going)
        return sc_error_is(err, SC_IS_SOME_FAILED,
                           sc_error_set(err, k->first.code, "%zu of %zu sites %s; the first: %s",
                                        of[SC_MANY_FAILED], k->total, dry ? "would fail" : "failed",
                                        k->first.text));
    return sc_error_is(err, sc_error_word(&k->first),
                       sc_error_set(err, k->first.code,
                                    "%s (%zu of %zu sites %s; --keep-going does the others)",
                                    k->first.text, of[SC_MANY_DONE], k->total,
                                    dry ? "would be done" : "are done"));
}

int sc_engine_many(struct sc_server *s, const struct sc_many_which *which,
                   const struct sc_many_how *how, const struct sc_watch *w, struct sc_many *ret,
                   struct sc_error *err)
{
    struct work k = {.s = s, .how = how, .w = w, .m = ret};
    k.inner = (struct sc_watch){on_progress, on_notice, on_waiting, &k};
    sc_pass_recover(s); /* what a killed call had begun is done, and not done again */
    int rc = sc_many_select(s, which, how, ret, err);
    if (rc < 0)
        return rc;
    k.total = ret->n - ret->of[SC_MANY_SKIPPED];
    rc = do_all(&k, err);
    sc_cover_server_done(&k.known);
    return rc < 0 ? rc : conclude(&k, err);
}
