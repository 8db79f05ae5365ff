/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks that hooks left, because they could not write the queue. */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/clock.h"
#include "core/base/domain_name.h"
#include "core/base/log.h"
#include "core/server/server.h"
#include "hooks/events/queue.h"
#include "hooks/monitor/look.h"

#define MARKS_MAX 4096 /* in one turn */

struct taker {
    struct sc_server *s;
    void (*found)(const char *user, void *arg);
    void *arg;
};

/* The event first, then the mark goes: a mark that is left meanwhile is for a change that the look
 * comes after. False: the queue cannot be written. */
static bool take_mark(const struct taker *t, int dirfd, const char *name)
{
    bool all = strcmp(name, SC_RESYNC_ALL) == 0;
    if (!all && !sc_owner_valid(name))
        return unlinkat(dirfd, name, 0) == 0; /* no hook left this */
    int64_t now = sc_wall_ms();
    const struct sc_event_row row = {.user = all ? NULL : name,
                                     .kind = all ? SC_KIND_RESYNC_ALL : SC_KIND_USER_CHANGED,
                                     .created_ms = now,
                                     .not_before_ms = now};
    struct sc_error err = SC_ERROR_INIT;
    if (sc_store_event_push(t->s->store, &row, &err) < 0) {
        sc_log("the queue of events cannot be written: %s", err.text);
        t->found(all ? NULL : name, t->arg); /* now, and again as long as the mark is there */
        return false;
    }
    sc_log("a hook could not write the queue and left a mark: %s", all ? "all users" : name);
    (void)unlinkat(dirfd, name, 0);
    return true;
}

static bool take_marks(const struct taker *t, const char *path)
{
    SC_DIR DIR *d = opendir(path);
    if (!d)
        return sc_is_absent(errno);
    bool ok = true;
    size_t n = 0;
    for (struct dirent *e; ok && n < MARKS_MAX && (errno = 0, e = readdir(d)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            ok = take_mark(t, dirfd(d), e->d_name);
            n++;
        }
    return ok && n < MARKS_MAX && errno == 0;
}

bool sc_monitor_marks(struct sc_server *s, void (*found)(const char *user, void *arg), void *arg)
{
    const struct taker t = {s, found, arg};
    bool done = take_marks(&t, SC_RESYNC_DIR);
    return take_marks(&t, SC_RESYNC_DIR_RUN) && done;
}
