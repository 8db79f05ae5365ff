/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/events/queue.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/clock.h"

/* The owner of the domain as far as he is known; `user` stays empty when he is not. */
static int look_up(struct sc_store *store, const char *domain, char user[SC_OWNER_MAX + 1],
                   struct sc_error *err)
{
    SC_CLEANUP(sc_domain_row_done) struct sc_domain_row d = {0};
    SC_CLEANUP(sc_user_row_done) struct sc_user_row u = {0};
    int rc = sc_store_domain_find(store, domain, &d, err);
    if (rc == 0)
        rc = sc_store_user_by_uid(store, d.uid, &u, err);
    if (rc == SC_E_NOTFOUND)
        return 0;
    if (rc == 0 && !u.gone && sc_owner_valid(u.name))
        snprintf(user, SC_OWNER_MAX + 1, "%s", u.name);
    return rc;
}

static int push_one(struct sc_store *store, struct sc_event *e, struct sc_error *err)
{
    int rc = 0;
    if (!e->user[0] && e->domain[0])
        rc = look_up(store, e->domain, e->user, err);
    if (rc == 0 && !e->user[0] && e->new_domain[0])
        rc = look_up(store, e->new_domain, e->user, err);
    if (rc < 0)
        return rc;
    int64_t now = sc_wall_ms();
    struct sc_event_row row = {.user = e->user,
                               .kind = sc_event_kind_name(e->kind),
                               .old_name = e->domain,
                               .new_name =
                                   e->kind == SC_EVENT_USER_RENAMED ? e->new_user : e->new_domain,
                               .payload = e->subdomains ? SC_EVENT_SUBDOMAINS : NULL,
                               .created_ms = now,
                               .not_before_ms = now};
    return sc_store_event_push(store, &row, err);
}

/* The text of the last event for people who ask whether hooks arrive at all. */
static int note_last(struct sc_store *store, const struct sc_queue_conf *conf,
                     const struct sc_event *e, struct sc_error *err)
{
    char text[1024], value[1200];
    sc_event_text(e, text, sizeof(text));
    snprintf(value, sizeof(value), "%" PRId64 " %s %s", sc_wall_ms() / 1000, conf->panel, text);
    return sc_store_meta_set(store, SC_QUEUE_LAST, value, err);
}

static int push_all(const struct sc_queue_conf *conf, struct sc_events *events,
                    struct sc_error *err)
{
    SC_CLEANUP(sc_store_freep) struct sc_store *store = NULL;
    int rc = sc_store_open_wait(conf->store, SC_QUEUE_WAIT_MS, &store, err);
    if (rc < 0)
        return rc;
    rc = sc_store_begin(store, err);
    for (size_t i = 0; rc == 0 && i < events->n; i++)
        rc = push_one(store, &events->v[i], err);
    if (rc == 0)
        rc = note_last(store, conf, &events->v[events->n - 1], err);
    return rc < 0 ? rc : sc_store_commit(store, err);
}

static int mark_all(const struct sc_queue_conf *conf, const struct sc_events *events,
                    struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < events->n; i++) {
        const struct sc_event *e = &events->v[i];
        rc = sc_resync_mark(conf->resync_dirs, e->user[0] ? e->user : NULL, err);
        if (rc == 0 && e->new_user[0])
            rc = sc_resync_mark(conf->resync_dirs, e->new_user, err);
    }
    return rc;
}

static void log_events(const struct sc_queue_conf *conf, const struct sc_events *events,
                       const struct sc_error *why)
{
    for (size_t i = 0; i < events->n; i++) {
        char text[1024];
        sc_event_text(&events->v[i], text, sizeof(text));
        if (why->code)
            sc_log("event %s %s: not queued (%s), marked instead", conf->panel, text, why->text);
        else
            sc_log("event %s %s", conf->panel, text);
    }
}

int sc_queue_push(const struct sc_queue_conf *conf, const struct sc_events *events,
                  struct sc_error *err)
{
    if (events->n == 0)
        return 0;
    struct sc_error why = SC_ERROR_INIT;
    struct sc_events known = *events; /* with the owners that were looked up */
    if (push_all(conf, &known, &why) < 0) {
        int rc = mark_all(conf, events, err);
        if (rc < 0)
            return rc;
    }
    log_events(conf, &known, &why);
    if (conf->monitor_socket && !sc_queue_wake(conf->monitor_socket) && conf->nobody)
        conf->nobody();
    return 0;
}

bool sc_queue_wake(const char *monitor_socket)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    SC_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || strlen(monitor_socket) >= sizeof(to.sun_path))
        return false;
    strcpy(to.sun_path, monitor_socket);
    /* Full: the daemon has a reason to look already. */
    return sendto(fd, "", 1, MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof(to)) == 1 ||
           errno == EAGAIN;
}
