/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/views.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/web/apache/ask.h"
#include "core/web/apache/ask_client.h"

#define VIEWS_MAX  128 /* three descriptors each */
#define ASKING_MAX 64  /* sites whose views are being asked for, or could not be had */
#define WAITERS    4   /* threads that wait long for one site's answer, beside the one that asks */

enum asking_state {
    ASKED,  /* a thread waits for the answer */
    HAD,    /* it came: the view is among the views */
    REFUSED /* `err` is the answer for everybody until `until` */
};

/* A site that is asked for, or was a moment ago. */
struct asking {
    uint32_t uid, site; /* uid 0: free */
    enum asking_state state;
    unsigned waiters; /* all that wait */
    unsigned patient; /* those that do for long */
    int64_t since, until;
    struct sc_error err;
};

struct sc_web_views {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    pthread_t watcher;
    int epoll, stop;
    unsigned clock;
    struct sc_web_view *views[VIEWS_MAX];
    struct asking asking[ASKING_MAX];
    struct sc_web_views_conf conf;
    char *socket;
};

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- views, under the lock ---- */

static void drop(struct sc_web_view *view)
{
    if (--view->refs > 0)
        return;
    sc_close(&view->root);
    sc_close(&view->keeper);
    sc_close(&view->mounts);
    free(view);
}

static struct sc_web_view **find(struct sc_web_views *v, uint32_t uid, uint32_t site)
{
    for (size_t i = 0; i < VIEWS_MAX; i++)
        if (v->views[i] && v->views[i]->uid == uid && v->views[i]->site == site)
            return &v->views[i];
    return NULL;
}

/* A free place, or that of the view that was not used for the longest time. */
static struct sc_web_view **place(struct sc_web_views *v)
{
    struct sc_web_view **old = &v->views[0];
    for (size_t i = 0; i < VIEWS_MAX; i++) {
        if (!v->views[i])
            return &v->views[i];
        if (v->clock - v->views[i]->used > v->clock - (*old)->used)
            old = &v->views[i];
    }
    return old;
}

/* The cache lets it go; who still works with it keeps it. */
static void forget(struct sc_web_views *v, struct sc_web_view **at)
{
    struct sc_web_view *view = *at;
    *at = NULL;
    (void)epoll_ctl(v->epoll, EPOLL_CTL_DEL, view->keeper, NULL);
    drop(view);
}

static void keep(struct sc_web_views *v, struct sc_web_view *view)
{
    struct sc_web_view **at = find(v, view->uid, view->site);
    struct epoll_event e = {.events = EPOLLIN, .data.u64 = (uint64_t)view->uid << 32 | view->site};
    at = at ? at : place(v);
    if (*at)
        forget(v, at);
    if (epoll_ctl(v->epoll, EPOLL_CTL_ADD, view->keeper, &e) < 0)
        return; /* not watched: used once and not kept */
    view->refs++;
    *at = view;
}

static bool is_alive(const struct sc_web_view *view)
{
    struct pollfd p = {.fd = view->keeper, .events = POLLIN};
    return poll(&p, 1, 0) == 0;
}

/* ---- keepers that end ---- */

static void *watch(void *arg)
{
    struct sc_web_views *v = arg;
    for (;;) {
        struct epoll_event e;
        int n = epoll_wait(v->epoll, &e, 1, -1);
        if (n < 0 && errno != EINTR)
            return NULL;
        if (n != 1)
            continue;
        if (e.data.u64 == 0)
            return NULL;
        pthread_mutex_lock(&v->lock);
        struct sc_web_view **at = find(v, (uint32_t)(e.data.u64 >> 32), (uint32_t)e.data.u64);
        if (at && !is_alive(*at))
            forget(v, at);
        pthread_mutex_unlock(&v->lock);
    }
}

static int start_watcher(struct sc_web_views *v)
{
    pthread_attr_t attr;
    sigset_t all, before;
    int rc = pthread_attr_init(&attr);
    if (rc != 0)
        return rc;
    sigfillset(&all);
    pthread_attr_setstacksize(&attr, 64 << 10);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&v->watcher, &attr, watch, v);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return rc;
}

/* ---- asking ---- */

static bool is_over(const struct asking *a)
{
    return a->state == HAD || (a->state == REFUSED && a->until <= now_ms());
}

/* The site's place among those that are asked for; a new one when there is none. NULL: all are
 * taken. */
static struct asking *asking_of(struct sc_web_views *v, uint32_t uid, uint32_t site)
{
    struct asking *room = NULL;
    for (size_t i = 0; i < ASKING_MAX; i++) {
        struct asking *a = &v->asking[i];
        if (a->uid == uid && a->site == site)
            return a;
        if (!a->uid || (is_over(a) && a->waiters == 0))
            room = a;
    }
    if (room)
        *room = (struct asking){.uid = uid, .site = site, .state = HAD};
    return room;
}

static int is_busy(struct sc_error *err)
{
    return sc_error_set(err, SC_E_BUSY, "the site's view is being built");
}

static void wait_until(struct sc_web_views *v, const struct asking *a, int64_t end)
{
    struct timespec until = {.tv_sec = end / 1000, .tv_nsec = end % 1000 * 1000000};
    while (a->state == ASKED)
        if (pthread_cond_timedwait(&v->answered, &v->lock, &until) != 0)
            return;
}

/* For the answer that another thread asked for. A process that has just begun has no views, and gets
 * many requests of a site at once: all of them wait while that costs nobody else much. */
static int wait_for(struct sc_web_views *v, struct asking *a, struct sc_error *err)
{
    a->waiters++;
    wait_until(v, a, a->since + v->conf.all_ms);
    if (a->state == ASKED && a->patient < WAITERS) {
        a->patient++;
        wait_until(v, a, now_ms() + v->conf.wait_ms);
        a->patient--;
    }
    a->waiters--;
    return a->state == ASKED ? is_busy(err) : 0;
}

/* Asks, without the lock. */
static int ask(struct sc_web_views *v, struct asking *a, struct sc_web_view **ret,
               struct sc_error *err)
{
    int fds[SC_WEB_FDS];
    struct sc_error why = SC_ERROR_INIT;
    a->state = ASKED;
    a->since = now_ms();
    pthread_mutex_unlock(&v->lock);
    struct sc_web_view *view = calloc(1, sizeof(*view));
    int rc = view ? sc_web_ask(v->socket, a->uid, a->site, fds, &why)
                  : sc_error_set(&why, SC_E_NOMEM, "out of memory for a site's view");
    pthread_mutex_lock(&v->lock);
    pthread_cond_broadcast(&v->answered);
    if (rc < 0) {
        free(view);
        a->state = REFUSED;
        a->until = now_ms() + (why.code == SC_E_BUSY ? v->conf.busy_ms : v->conf.failed_ms);
        a->err = why;
        return sc_error_set(err, why.code, "%s", why.text);
    }
    a->state = HAD;
    *view = (struct sc_web_view){.root = fds[SC_WEB_FD_ROOT],
                                 .keeper = fds[SC_WEB_FD_KEEPER],
                                 .mounts = fds[SC_WEB_FD_MOUNTS],
                                 .uid = a->uid,
                                 .site = a->site,
                                 .refs = 1,
                                 .used = ++v->clock};
    keep(v, view);
    *ret = view;
    return 0;
}

/* A living view that is held already. */
static struct sc_web_view *held(struct sc_web_views *v, uint32_t uid, uint32_t site)
{
    struct sc_web_view **at = find(v, uid, site);
    if (at && !is_alive(*at)) {
        forget(v, at);
        at = NULL;
    }
    if (!at)
        return NULL;
    (*at)->refs++;
    (*at)->used = ++v->clock;
    return *at;
}

static int get(struct sc_web_views *v, uint32_t uid, uint32_t site, struct sc_web_view **ret,
               struct sc_error *err)
{
    for (int tries = 0; tries < 3; tries++) {
        struct sc_web_view *view = held(v, uid, site);
        if (view) {
            *ret = view;
            return 0;
        }
        struct asking *a = asking_of(v, uid, site);
        if (!a)
            return is_busy(err);
        if (is_over(a))
            return ask(v, a, ret, err);
        if (a->state == REFUSED)
            return sc_error_set(err, a->err.code, "%s", a->err.text);
        int rc = wait_for(v, a, err);
        if (rc < 0)
            return rc;
    }
    return is_busy(err);
}

int sc_web_views_get(struct sc_web_views *v, uint32_t uid, uint32_t site, struct sc_web_view **ret,
                     struct sc_error *err)
{
    pthread_mutex_lock(&v->lock);
    int rc = get(v, uid, site, ret, err);
    pthread_mutex_unlock(&v->lock);
    return rc;
}

void sc_web_view_unref(struct sc_web_views *v, struct sc_web_view *view)
{
    if (!view)
        return;
    pthread_mutex_lock(&v->lock);
    drop(view);
    pthread_mutex_unlock(&v->lock);
}

/* ---- life ---- */

static void destroy(struct sc_web_views *v)
{
    sc_close(&v->epoll);
    sc_close(&v->stop);
    pthread_mutex_destroy(&v->lock);
    pthread_cond_destroy(&v->answered);
    free(v->socket);
    free(v);
}

static int make_descriptors(struct sc_web_views *v)
{
    struct epoll_event e = {.events = EPOLLIN, .data.u64 = 0};
    v->epoll = epoll_create1(EPOLL_CLOEXEC);
    v->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return v->epoll < 0 || v->stop < 0 ? -1 : epoll_ctl(v->epoll, EPOLL_CTL_ADD, v->stop, &e);
}

static void make_locks(struct sc_web_views *v)
{
    pthread_condattr_t attr;
    pthread_mutex_init(&v->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&v->answered, &attr);
    pthread_condattr_destroy(&attr);
}

int sc_web_views_new(const struct sc_web_views_conf *conf, struct sc_web_views **ret,
                     struct sc_error *err)
{
    struct sc_web_views *v = calloc(1, sizeof(*v));
    if (!v)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the views of sites");
    v->epoll = v->stop = -EBADF;
    v->conf = *conf;
    v->socket = strdup(conf->socket);
    make_locks(v);
    int rc = 0;
    if (!v->socket)
        rc = sc_error_set(err, SC_E_NOMEM, "out of memory for the views of sites");
    else if (make_descriptors(v) < 0)
        rc = sc_error_sys(err, errno, "make what watches keepers");
    else if ((errno = start_watcher(v)) != 0)
        rc = sc_error_sys(err, errno, "start the thread that watches keepers");
    if (rc < 0) {
        destroy(v);
        return rc;
    }
    *ret = v;
    return 0;
}

void sc_web_views_free(struct sc_web_views *v)
{
    if (!v)
        return;
    uint64_t one = 1;
    if (write(v->stop, &one, sizeof(one)) == (ssize_t)sizeof(one))
        pthread_join(v->watcher, NULL);
    for (size_t i = 0; i < VIEWS_MAX; i++)
        if (v->views[i])
            drop(v->views[i]);
    destroy(v);
}
