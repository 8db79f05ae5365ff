/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/enroll.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "plesk/event.h"
#include "plesk/handlers.h"

#define PRIORITY        "50"  /* Plesk's "normal" */
#define CALL_TIMEOUT_MS 60000 /* each starts Plesk's PHP */

static int call(const struct sc_plesk *p, const char *const *args, struct sc_run_result *ret,
                struct sc_error *err)
{
    return sc_plesk_run(p, args, CALL_TIMEOUT_MS, false, ret, err);
}

static int list_own(const struct sc_plesk *p, struct sc_handlers *ret, struct sc_error *err)
{
    const char *args[] = {"bin", "event_handler", "--list", NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = call(p, args, &r, err);
    if (rc < 0)
        return rc;
    return sc_handlers_parse(r.out.data ? r.out.data : "", r.out.len, p->adapter, ret, err);
}

/* Which of our events this Plesk has: flags in the order of sc_plesk_events. */
#define EVENTS_MAX 64
static int list_events(const struct sc_plesk *p, bool known[EVENTS_MAX], struct sc_error *err)
{
    const char *args[] = {"bin", "event_handler", "--list-events", NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = call(p, args, &r, err);
    if (rc < 0)
        return rc;
    size_t n = 0;
    for (size_t i = 0; sc_plesk_events[i]; i++) {
        known[i] =
            sc_handlers_event_known(r.out.data ? r.out.data : "", r.out.len, sc_plesk_events[i]);
        n += known[i];
    }
    if (n == 0)
        return sc_error_set(err, SC_E_PANEL,
                            "'plesk bin event_handler --list-events' lists none of the events that "
                            "Sitecage knows");
    return 0;
}

static size_t count(const struct sc_handlers *h, const char *event)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++)
        n += strcmp(h->v[i].event, event) == 0;
    return n;
}

static int remove_one(const struct sc_plesk *p, unsigned long id, struct sc_error *err)
{
    char number[24];
    snprintf(number, sizeof(number), "%lu", id);
    const char *args[] = {"bin", "event_handler", "--delete", number, NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = call(p, args, &r, err);
    return rc < 0 ? sc_error_wrap(err, "handler %s", number) : 0;
}

static int create(const struct sc_plesk *p, const char *event, struct sc_error *err)
{
    char command[512];
    snprintf(command, sizeof(command), "%s hook %s", p->adapter, event);
    const char *args[] = {"bin",    "event_handler", "--create", "-command", command, "-priority",
                          PRIORITY, "-user",         "root",     "-event",   event,   NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = call(p, args, &r, err);
    return rc < 0 ? sc_error_wrap(err, "event %s", event) : 0;
}

/* Which of the handlers stays for its event: the first one. */
static bool surplus(const struct sc_handlers *h, size_t at, const bool known[EVENTS_MAX])
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(h->v[i].event, h->v[at].event) == 0)
            return true;
    }
    for (size_t i = 0; sc_plesk_events[i]; i++) {
        if (known[i] && strcmp(sc_plesk_events[i], h->v[at].event) == 0)
            return false;
    }
    return true; /* an event that we do not ask for any more */
}

static bool root_forbidden(const struct sc_plesk *p, char **ret_path)
{
    *ret_path = sc_plesk_path(p, SC_PLESK_ROOT_LOCK);
    return *ret_path && access(*ret_path, F_OK) == 0;
}

static int check_root_allowed(const struct sc_plesk *p, int code, struct sc_error *err)
{
    SC_FREE char *lock = NULL;
    if (root_forbidden(p, &lock))
        return sc_error_set(err, code,
                            "Plesk is forbidden to run event handlers as root: remove %s and "
                            "register again",
                            lock);
    return lock ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for Plesk's lock file");
}

/* Two at once would each miss what the other makes. */
static int lock(const struct sc_plesk *p, int *ret_fd, struct sc_error *err)
{
    int rc = sc_mkdir_p(p->run_dir, 0755, err);
    if (rc < 0)
        return rc;
    SC_FREE char *path = NULL;
    if (asprintf(&path, "%s/plesk-handlers.lock", p->run_dir) < 0) {
        path = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a lock");
    }
    SC_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot open %s", path);
    while (flock(fd, LOCK_EX) < 0) {
        if (errno != EINTR)
            return sc_error_sys(err, errno, "cannot lock %s", path);
    }
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

static int create_missing(const struct sc_plesk *p, const struct sc_handlers *own,
                          const bool known[EVENTS_MAX], struct sc_error *err)
{
    bool seen = false;
    for (size_t i = 0; sc_plesk_events[i]; i++) {
        if (!known[i] || count(own, sc_plesk_events[i]))
            continue;
        int rc = create(p, sc_plesk_events[i], err);
        if (rc < 0)
            return rc;
        if (seen)
            continue;
        /* One that we do not find again would be made again each time. */
        SC_CLEANUP(sc_handlers_done) struct sc_handlers now = {0};
        rc = list_own(p, &now, err);
        if (rc < 0)
            return rc;
        if (!count(&now, sc_plesk_events[i]))
            return sc_error_set(err, SC_E_PANEL,
                                "a handler for %s was made, but 'plesk bin event_handler --list' "
                                "does not show it in a way that Sitecage understands",
                                sc_plesk_events[i]);
        seen = true;
    }
    return 0;
}

int sc_plesk_enroll(const struct sc_plesk *p, struct sc_error *err)
{
    SC_FD int held = -EBADF;
    SC_CLEANUP(sc_handlers_done) struct sc_handlers own = {0};
    bool known[EVENTS_MAX] = {false};
    int rc = check_root_allowed(p, SC_E_DENIED, err);
    if (rc == 0)
        rc = lock(p, &held, err);
    if (rc == 0)
        rc = list_events(p, known, err);
    if (rc == 0)
        rc = list_own(p, &own, err);
    for (size_t i = 0; rc == 0 && i < own.n; i++) {
        if (surplus(&own, i, known))
            rc = remove_one(p, own.v[i].id, err);
    }
    return rc < 0 ? rc : create_missing(p, &own, known, err);
}

int sc_plesk_unenroll(const struct sc_plesk *p, struct sc_error *err)
{
    SC_FD int held = -EBADF;
    SC_CLEANUP(sc_handlers_done) struct sc_handlers own = {0};
    int rc = lock(p, &held, err);
    if (rc == 0)
        rc = list_own(p, &own, err);
    for (size_t i = 0; rc == 0 && i < own.n; i++)
        rc = remove_one(p, own.v[i].id, err);
    return rc;
}

int sc_plesk_status(const struct sc_plesk *p, struct sc_buf *ret_text, struct sc_error *err)
{
    SC_CLEANUP(sc_handlers_done) struct sc_handlers own = {0};
    SC_BUF struct sc_buf missing = SC_BUF_INIT;
    bool known[EVENTS_MAX] = {false};
    size_t wanted = 0, there = 0;
    int rc = list_events(p, known, err);
    if (rc == 0)
        rc = list_own(p, &own, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; sc_plesk_events[i]; i++) {
        if (!known[i])
            continue;
        wanted++;
        if (count(&own, sc_plesk_events[i]))
            there++;
        else
            sc_buf_fmt(&missing, " %s", sc_plesk_events[i]);
    }
    if ((rc = sc_buf_check(&missing, "the list of events", err)) < 0)
        return rc;
    if (there < wanted)
        return sc_error_set(
            err, SC_E_NOTFOUND,
            "%zu of %zu event handlers are missing in Plesk (%s): run '%s register'",
            wanted - there, wanted, missing.data + 1, p->adapter);
    if ((rc = check_root_allowed(p, SC_E_NOTFOUND, err)) < 0)
        return rc;
    sc_buf_fmt(ret_text, "%zu event handlers are in place", there);
    if (own.n > there)
        sc_buf_fmt(ret_text, ", and %zu too many ('%s register' removes them)", own.n - there,
                   p->adapter);
    return sc_buf_check(ret_text, "the status", err);
}
