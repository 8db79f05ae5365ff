/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manners of a hook: whatever comes in, the panel gets its answer, soon, and nothing else. */
#ifndef SC_HOOKS_ADAPTER_HOOK_H
#define SC_HOOKS_ADAPTER_HOOK_H

#include "hooks/adapter/adapter.h"
#include "hooks/events/queue.h"

/* The whole hook: `args` are what follows "hook" (the event first, NULL-terminated), `env` is the
 * environment as it came. Ignores SIGPIPE and SIGXFSZ, closes what the panel left open above
 * descriptor 2, and answers within SC_HOOK_ALARM_MS whatever happens: an alarm (or a SIGTERM,
 * SIGINT or SIGHUP) leaves the mark SC_RESYNC_ALL, answers and ends the process with status 0.
 * Where no daemon takes what is durable now, one is started (hooks/events/starter.h). For any
 * caller; who is not root changes nothing. */
void sc_hook_main(const struct sc_adapter_ops *ops, char *const *args, char *const *env);

/* The same without what is the whole process's: `conf` NULL changes nothing, but reads and
 * answers. */
void sc_hook_run(const struct sc_adapter_ops *ops, const struct sc_queue_conf *conf,
                 char *const *args, char *const *env, int in_fd, int out_fd);

#endif
