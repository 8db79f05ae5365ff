/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is opened on the mounts of a running view (fanotify(7)): those of the home, but for what the site
 * owns. Nobody waits for us: the kernel tells, and goes on. Needs root. */
#ifndef SC_LEARN_WATCH_H
#define SC_LEARN_WATCH_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/plan/planfile.h"

/* Begins to watch. The caller closes *ret_fd. SC_E_PLATFORM, SC_E_SYS. */
int sc_learn_watch(const struct sc_planfile *plan, pid_t keeper, int *ret_fd, struct sc_error *err);

struct sc_learn_event {
    const char *rel; /* below the home, not "" */
    unsigned kinds;  /* enum sc_learn_kind */
    pid_t pid;
};

/* Takes all that waits, and calls `tell` for each; *ret_lost: the kernel could not keep all. SC_E_SYS. */
int sc_learn_take(int fd, const struct sc_planfile *plan,
                  void (*tell)(const struct sc_learn_event *e, void *arg), void *arg,
                  bool *ret_lost, struct sc_error *err);

/* Whether the site owns `rel`, by its plan's entries; also Sitecage's own files in the home. */
bool sc_learn_is_own(const struct sc_planfile *plan, const char *rel);

#endif
