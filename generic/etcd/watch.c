/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The watch: what changes in etcd becomes a hint for its account. The revision up to which all was told is kept in
 * /run, so that whoever watches next goes on there. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/io.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "generic/etcd/answer.h"
#include "generic/etcd/etcd.h"
#include "hooks/events/queue.h"

#define STATE        SC_RUN_DIR "/etcd" /* "CLUSTER REVISION" */
#define WHOLE_MS     480000             /* then the daemon starts it again */
#define LISTEN_MS    20000 /* a member that hangs tells nothing: it is looked at so often */
#define ASK_MS       10000
#define PAUSE_MS     250 /* where nobody answers, doubled up to */
#define PAUSE_MAX_MS 1000

struct watch {
    struct sc_etcd e;
    struct sc_etcd_state told; /* revision 0: not known */
    int64_t pause_ms;          /* 0: etcd answers */
};

/* ---- what was told ---- */

static void load(struct sc_etcd_state *ret)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_etcd_state s = {.revision = 0};
    if (sc_read_trusted_file(STATE, 0, 256, &text, NULL) == 0 && text.data &&
        sscanf(text.data, "%23[0-9] %" SCNd64, s.cluster, &s.revision) == 2 && s.revision > 0)
        *ret = s;
}

/* What is not kept is told twice. */
static void keep(const struct sc_etcd_state *s)
{
    char text[64];
    int n = snprintf(text, sizeof(text), "%s %" PRId64 "\n", s->cluster, s->revision);
    SC_FD int fd = open(STATE ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || sc_write_all(fd, text, (size_t)n) < 0 || rename(STATE ".new", STATE) < 0)
        (void)unlink(STATE ".new");
}

static int push(struct sc_events *events, struct sc_error *err)
{
    const struct sc_queue_conf conf = SC_QUEUE_CONF("etcd");
    int rc = events->n ? sc_queue_push(&conf, events, err) : 0;
    events->n = 0;
    return rc;
}

static int tell_all(struct sc_error *err)
{
    struct sc_events events = {.n = 0};
    sc_event_add(&events, SC_EVENT_RESYNC_ALL, &(struct sc_event_words){0});
    return push(&events, err);
}

static int tell(const struct sc_etcd_news *n, struct sc_error *err)
{
    struct sc_events events = {.n = 0};
    int rc = n->all ? tell_all(err) : 0;
    for (size_t i = 0; rc == 0 && !n->all && i < n->n_users; i++) {
        sc_event_add(&events, SC_EVENT_USER_CHANGED, &(struct sc_event_words){.user = n->users[i]});
        if (events.n == SC_EVENTS_MAX || i + 1 == n->n_users)
            rc = push(&events, err);
    }
    return rc;
}

/* ---- one round ---- */

static bool goes_on(const struct sc_etcd_state *told, const struct sc_etcd_state *now)
{
    return told->revision && strcmp(told->cluster, now->cluster) == 0 &&
           told->revision <= now->revision;
}

/* Where what was told cannot be gone on from (the first time, another cluster, one that was put back to an older state,
 * or what came meanwhile was compacted), all accounts are looked at, and the watch goes on from now. */
static int begin(struct watch *w, const struct sc_etcd_state *now, struct sc_error *err)
{
    if (goes_on(&w->told, now))
        return 0;
    int rc = tell_all(err);
    if (rc == 0) {
        w->told = *now;
        keep(&w->told);
    }
    return rc;
}

/* A watch that began behind `now` and told nothing: nothing was there to tell up to then. */
static int64_t up_to(const struct sc_etcd_news *n, const struct sc_etcd_state *now, int64_t told)
{
    if (n->seen)
        return n->seen;
    int64_t quiet = n->created < now->revision ? n->created : now->revision;
    return quiet > told ? quiet : told;
}

static int take(struct watch *w, const struct sc_etcd_news *n, const struct sc_etcd_state *now,
                struct sc_error *err)
{
    if (n->lost) {
        sc_log("etcd: the changes since revision %" PRId64
               " are not kept any longer: all accounts are looked at",
               w->told.revision);
        w->told.revision = 0;
        return 0;
    }
    int rc = tell(n, err);
    int64_t at = up_to(n, now, w->told.revision);
    if (rc < 0 || at == w->told.revision)
        return rc;
    w->told.revision = at;
    keep(&w->told);
    return 0;
}

static int round_of(struct watch *w, struct sc_error *err)
{
    SC_ETCD_PAGE struct sc_etcd_page page = {0};
    SC_ETCD_NEWS struct sc_etcd_news news = {0};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    int rc = sc_etcd_count(&w->e, sc_clock_ms() + ASK_MS, &page, err);
    if (rc == 0)
        sc_etcd_remember(&w->e);
    if (rc == 0)
        rc = begin(w, &page.at, err);
    if (rc < 0)
        return rc;
    SC_FREE char *body = sc_etcd_watch_body(w->e.prefix, w->told.revision + 1);
    if (!body)
        return sc_error_set(err, SC_E_NOMEM, "out of memory to watch etcd");
    rc = sc_etcd_listen(&w->e, body, LISTEN_MS, &out, err);
    if (rc == 0)
        rc = sc_etcd_read_watch(out.data, out.len, w->e.prefix, &news, err);
    if (rc < 0)
        return rc;
    if (w->pause_ms)
        sc_log("etcd answers again");
    w->pause_ms = 0;
    return take(w, &news, &page.at, err);
}

static void wait_after(struct watch *w, const struct sc_error *why)
{
    if (!w->pause_ms)
        sc_log("etcd cannot be watched: %s; what is isolated stays isolated", why->text);
    w->pause_ms = !w->pause_ms                     ? PAUSE_MS
                  : w->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS
                                                   : w->pause_ms * 2;
    w->e.first = (w->e.first + 1) % w->e.n; /* the one that was watched may be cut off */
    sc_sleep_ms(w->pause_ms);
}

/* Certificates, keys and passwords may have been exchanged meanwhile; what cannot be read now stays as it was. */
static void read_again(struct sc_etcd *e)
{
    SC_ETCD struct sc_etcd fresh = {0};
    struct sc_error why = SC_ERROR_INIT;
    if (sc_etcd_open(&fresh, &why) < 0)
        return;
    fresh.first = e->first % fresh.n;
    fresh.token = fresh.user ? sc_steal_ptr(&e->token) : NULL;
    sc_etcd_done(e);
    SC_MOVE(e, &fresh);
}

static void done(struct watch *w)
{
    sc_etcd_done(&w->e);
}

int sc_etcd_watch(struct sc_error *err)
{
    SC_CLEANUP(done) struct watch w = {.pause_ms = 0};
    int64_t end = sc_clock_ms() + WHOLE_MS;
    int rc = sc_etcd_open(&w.e, err);
    if (rc < 0)
        return rc;
    load(&w.told);
    while (sc_clock_ms() < end) {
        struct sc_error why = SC_ERROR_INIT;
        if (round_of(&w, &why) < 0) {
            wait_after(&w, &why);
            read_again(&w.e);
        }
    }
    return 0;
}
