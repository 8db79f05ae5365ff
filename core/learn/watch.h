/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is opened on the mounts of a running view (fanotify(7)): those of the home, but for what the site
 * owns. Nobody waits for us: the kernel tells, and goes on. Needs root. */
#ifndef SC_LEARN_WATCH_H
#define SC_LEARN_WATCH_H

#include <errno.h>
#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/learn/often.h"
#include "core/plan/planfile.h"

/* Begins to watch. The caller closes *ret_fd. SC_E_PLATFORM, SC_E_SYS. */
int sc_learn_watch(const struct sc_planfile *plan, pid_t keeper, int *ret_fd, struct sc_error *err);

struct sc_learn_watch {
    int fan; /* of sc_learn_watch() */
    struct sc_learn_often often;
};
#define SC_LEARN_WATCH_INIT                                                                        \
    {                                                                                              \
        .fan = -EBADF                                                                              \
    }

struct sc_learn_event {
    const char *rel; /* below the home, not "" */
    unsigned kinds;  /* enum sc_learn_kind */
    pid_t pid;
};
typedef void sc_learn_tell(const struct sc_learn_event *e, void *arg);

/* Takes all that waits, and calls `tell` for each; *ret_lost: the kernel could not keep all. What was used
 * SC_LEARN_OFTEN times is not told by the kernel until sc_learn_second(). SC_E_SYS. */
int sc_learn_take(struct sc_learn_watch *w, const struct sc_planfile *plan, sc_learn_tell *tell,
                  void *arg, bool *ret_lost, struct sc_error *err);

/* A second is over: all is told again. */
void sc_learn_second(struct sc_learn_watch *w);

/* Whether the site owns `rel`, by its plan's entries; also Sitecage's own files in the home. */
bool sc_learn_is_own(const struct sc_planfile *plan, const char *rel);

#endif
