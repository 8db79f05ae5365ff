/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enable and disable for many sites: --user, --all, --file, --exclude, --keep-going. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/commands/cagefsctl.h"
#include "core/commands/name_list.h"
#include "core/engine/many.h"

/* A signal ends the call between two accounts; the second one at once. */
static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
    (void)sig;
    interrupted = 1;
}

static bool is_interrupted(void)
{
    return interrupted != 0;
}

static void catch_signals(void)
{
    static const int sigs[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction act = {.sa_handler = on_signal,
                                  .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};
    struct sigaction now;
    interrupted = 0;
    for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++)
        if (sigaction(sigs[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            (void)sigaction(sigs[i], &act, NULL);
}

bool sc_ctl_is_many(const struct sc_ctl *c)
{
    return c->many.n_users || c->many.n_files || c->many.n_except || c->all || c->many.keep_going;
}

/* ---- what it is about ---- */

static int read_files(const struct sc_ctl *c, struct sc_names *ret, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < c->many.n_files; i++)
        rc = sc_name_list_read(c->many.files[i], ret, err);
    return rc;
}

/* Operands and the lines of files, as they are. */
static const char **all_names(const struct sc_ctl *c, const struct sc_names *read)
{
    const char **v = calloc(c->n + read->n + 1, sizeof(*v));
    for (size_t i = 0; v && i < c->n; i++)
        v[i] = c->names[i];
    for (size_t i = 0; v && i < read->n; i++)
        v[c->n + i] = read->v[i];
    return v;
}

/* ---- what became of it ---- */

static json_t *done_json(const struct sc_many *m)
{
    json_t *list = sc_json_texts((const char *const *)m->others.v, m->others.n);
    int bad = list ? 0 : -1;
    for (size_t i = m->n; i-- > 0 && !bad;)
        if (m->v[i].is == SC_MANY_DONE)
            bad |= json_array_insert_new(list, 0, sc_json_text(m->v[i].domain));
    return list;
}

static json_t *those_json(const struct sc_many *m, enum sc_many_is is)
{
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < m->n; i++) {
        const struct sc_many_site *s = &m->v[i];
        if (s->is == is && is == SC_MANY_FAILED)
            bad |= json_array_append_new(list, json_pack("{s:o, s:s, s:o}", "domain",
                                                         sc_json_text(s->domain), "code", s->code,
                                                         "message", sc_json_text(s->text)));
        else if (s->is == is)
            bad |=
                json_array_append_new(list, json_pack("{s:o, s:s}", "domain",
                                                      sc_json_text(s->domain), "reason", s->code));
    }
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

static void done_text(struct sc_out *o, const struct sc_many *m, const char *done)
{
    const char *between = "";
    if (m->of[SC_MANY_DONE] + m->others.n == 0)
        return;
    sc_out_fmt(o, "CloudLinux Isolates %s for domain(s),\n", done);
    for (size_t i = 0; i < m->n; i++) {
        if (m->v[i].is != SC_MANY_DONE)
            continue;
        sc_out_fmt(o, "%s", between);
        sc_out_word(o, m->v[i].domain);
        between = ",";
    }
    for (size_t i = 0; i < m->others.n; i++) {
        sc_out_fmt(o, ",");
        sc_out_word(o, m->others.v[i]);
    }
    sc_out_fmt(o, "\n");
}

static bool fails_as(const struct sc_many_site *a, const struct sc_many_site *b)
{
    return b->is == SC_MANY_FAILED && a->text && b->text && strcmp(a->text, b->text) == 0;
}

/* Sites that one pass would have done fail together, for one reason, which names the one at fault. The next to look at. */
static size_t failed_text(struct sc_out *o, const struct sc_many *m, size_t i)
{
    const struct sc_many_site *first = &m->v[i++];
    if (first->is != SC_MANY_FAILED)
        return i;
    sc_out_fmt(o, "FAILED ");
    sc_out_word(o, first->domain);
    for (; i < m->n && fails_as(first, &m->v[i]); i++) {
        sc_out_fmt(o, ",");
        sc_out_word(o, m->v[i].domain);
    }
    sc_out_fmt(o, ": ");
    sc_out_word(o, first->text ? first->text : "");
    sc_out_fmt(o, "\n");
    return i;
}

static void tell(struct sc_out *o, const struct sc_many *m, bool dry_run, const char *done)
{
    if (o->json) {
        sc_out_set_take(o, "done", done_json(m));
        sc_out_set_take(o, "failed", those_json(m, SC_MANY_FAILED));
        sc_out_set_take(o, "skipped", those_json(m, SC_MANY_SKIPPED));
        return;
    }
    done_text(o, m, done);
    for (size_t i = 0; i < m->n;)
        i = failed_text(o, m, i);
    sc_out_fmt(o, "%zu site%s: %zu %s, %zu %s, %zu skipped\n", m->n, m->n == 1 ? "" : "s",
               m->of[SC_MANY_DONE], dry_run ? "would be done" : "done", m->of[SC_MANY_FAILED],
               dry_run ? "would fail" : "failed", m->of[SC_MANY_SKIPPED]);
}

int sc_ctl_many(struct sc_ctl *c, bool enable, struct sc_error *err)
{
    SC_CLEANUP(sc_names_done) struct sc_names read = {0};
    SC_CLEANUP(sc_many_done) struct sc_many m = {0};
    int rc = read_files(c, &read, err);
    SC_FREE const char **names = rc == 0 ? all_names(c, &read) : NULL;
    if (rc < 0 || !names)
        return rc < 0 ? rc : sc_error_set(err, SC_E_NOMEM, "out of memory");
    const struct sc_many_which which = {.domains = names,
                                        .n_domains = c->n + read.n,
                                        .users = c->many.users,
                                        .n_users = c->many.n_users,
                                        .except = c->many.except,
                                        .n_except = c->many.n_except,
                                        .all = c->all};
    const struct sc_many_how how = {
        .enable = enable,
        .dry_run = c->dry_run,
        .keep_going = c->many.keep_going,
        .how = {.anyway = c->anyway, .home = c->home, .learned = c->learned},
        .stop = is_interrupted};
    catch_signals();
    rc = sc_engine_many(c->server, &which, &how, c->watch, &m, err);
    if (rc == 0 || m.of[SC_MANY_DONE] + m.of[SC_MANY_FAILED])
        tell(c->out, &m, c->dry_run,
             c->dry_run ? enable ? "would be enabled" : "would be disabled"
             : enable   ? "was enabled"
                        : "was disabled");
    return rc;
}
