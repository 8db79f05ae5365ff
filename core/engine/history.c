/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/history.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/error_code.h"
#include "core/base/io.h"
#include "core/base/log.h"
#include "core/base/vec.h"
#include "core/history/ring.h"
#include "core/server/server.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the history");
}

static void history_done(struct sc_site_history *h)
{
    sc_history_series_done(&h->series);
    sc_history_events_done(&h->events);
}

void sc_site_histories_done(struct sc_site_histories *l)
{
    SC_VEC_DONE(l->v, l->n, history_done);
    *l = (struct sc_site_histories){0};
}

/* What is looked for: the same of all sites. */
struct window {
    enum sc_history_ring ring;
    int64_t step, from, to;
};

static int window_of(struct sc_server *s, const struct sc_history_asked *asked, struct window *ret,
                     struct sc_error *err)
{
    struct window w = {.to = sc_server_now(s)};
    int64_t period = sc_history_period(asked, w.to);
    int rc = sc_ring_choose(period, asked->step, &w.ring, &w.step, err);
    if (rc < 0)
        return rc;
    int64_t kept = sc_ring_span(w.ring);
    w.from = w.to - (period < kept ? period : kept);
    w.from -= w.from % w.step; /* the step that it lies in is whole, or almost */
    *ret = w;
    return 0;
}

static int one(struct sc_store *h, unsigned site, const struct window *w,
               struct sc_site_history *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_history_usages_done) struct sc_history_usages rows = {0};
    int rc = sc_history_usage_get(h, site, (unsigned)w->ring, w->from, w->to, &rows, err);
    if (rc == 0)
        rc = sc_history_series_make(&rows, w->step, w->to, &ret->series, err);
    return rc < 0 ? rc : sc_history_events_get(h, site, w->from, w->to, &ret->events, err);
}

int sc_engine_history(struct sc_server *s, const unsigned *sites, size_t n,
                      const struct sc_history_asked *asked, struct sc_site_histories *ret,
                      struct sc_error *err)
{
    SC_CLEANUP(sc_store_freep) struct sc_store *h = NULL;
    SC_CLEANUP(sc_site_histories_done) struct sc_site_histories l = {0};
    struct window w;
    int rc = window_of(s, asked, &w, err);
    if (rc < 0)
        return rc;
    l.v = calloc(n + 1, sizeof(*l.v));
    if (!l.v)
        return no_memory(err);
    /* a damaged one is the daemon's business: until then there is none */
    l.kept = sc_history_open_to_read(SC_HISTORY_PATH, &h, NULL) == 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct sc_site_history *to = &l.v[l.n++];
        to->series = (struct sc_history_series){.step = w.step, .from = w.from, .to = w.to};
        rc = l.kept ? one(h, sites[i], &w, to, err) : 0;
    }
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
    return 0;
}

/* ---- whose ---- */

static void name_done(struct sc_history_name *n)
{
    free(n->domain);
    free(n->user);
}

void sc_history_names_done(struct sc_history_names *l)
{
    SC_VEC_DONE(l->v, l->n, name_done);
    *l = (struct sc_history_names){0};
}

static int add(struct sc_history_names *l, const char *domain, const char *user, unsigned site,
               struct sc_error *err)
{
    if (!SC_VEC_ROOM(l->v, l->n))
        return no_memory(err);
    struct sc_history_name *one = &l->v[l->n++];
    *one = (struct sc_history_name){strdup(domain), strdup(user), site};
    return one->domain && one->user ? 0 : no_memory(err);
}

/* Of one account: all of its isolated names, or one. */
static int add_account(struct sc_server *s, const struct sc_user_row *u, const char *domain,
                       struct sc_history_names *l, struct sc_error *err)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list names = {0};
    int rc = sc_store_isolated_get(s->store, u->uid, &names, err);
    for (size_t i = 0; rc == 0 && i < names.n; i++)
        if (!domain || strcmp(names.rows[i].name, domain) == 0)
            rc = add(l, names.rows[i].name, u->name, names.rows[i].site_id, err);
    return rc;
}

static int not_isolated(const char *name, struct sc_error *err)
{
    return sc_error_is(err, SC_IS_NOT_ISOLATED,
                       sc_error_set(err, SC_E_NOTFOUND,
                                    "%s is not isolated: nothing is known of what it used", name));
}

static int add_domain(struct sc_server *s, const char *given, struct sc_history_names *l,
                      struct sc_error *err)
{
    char name[256];
    size_t before = l->n;
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row d = {0};
    SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
    if (sc_domain_canon(given, name, NULL) < 0)
        return sc_no_domain(err, given);
    int rc = sc_store_domain_find(s->store, name, &d, err);
    if (rc == SC_E_NOTFOUND)
        return sc_no_domain(err, given);
    if (rc == 0)
        rc = sc_store_user_by_uid(s->store, d.uid, &u, err);
    if (rc == 0)
        rc = add_account(s, &u, name, l, err);
    return rc == 0 && l->n == before ? not_isolated(name, err) : rc;
}

int sc_engine_history_names(struct sc_server *s, const char *const *domains, size_t n,
                            struct sc_history_names *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_history_names_done) struct sc_history_names l = {0};
    SC_CLEANUP(sc_user_list_done) struct sc_user_list users = {0};
    int rc = n ? 0 : sc_store_users_get(s->store, true, &users, err);
    for (size_t i = 0; rc == 0 && i < users.n; i++)
        rc = add_account(s, &users.rows[i], NULL, &l, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = add_domain(s, domains[i], &l, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &l);
    return 0;
}

/* ---- who changed them ---- */

#define LOG_TAIL (1u << 20) /* bytes of the log that are looked at */

/* What of the log's end says who changed what. Without a log: nothing. */
static void read_changes(struct sc_buf *ret)
{
    SC_FD int fd = open(SC_LOG_PATH, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    SC_FREE char *data = malloc(LOG_TAIL);
    if (fd < 0 || !data || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return;
    off_t from = st.st_size > (off_t)LOG_TAIL ? st.st_size - (off_t)LOG_TAIL : 0;
    ssize_t n = lseek(fd, from, SEEK_SET) < 0 ? -1 : sc_read_all(fd, data, LOG_TAIL);
    if (n > 0)
        sc_changes_lines(data, (size_t)n, ret);
}

int sc_engine_history_changes(const struct sc_history_names *names, int64_t from,
                              struct sc_changes *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf lines = SC_BUF_INIT;
    read_changes(&lines);
    int rc = sc_buf_check(&lines, "the log", err);
    for (size_t i = 0; rc == 0 && i < names->n; i++)
        rc = sc_changes_of(&lines, names->v[i].user, names->v[i].domain, from, &ret[i], err);
    return rc;
}
