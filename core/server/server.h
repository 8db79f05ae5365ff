/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every engine call works with; opaque to commands (handle.h). */
#ifndef SC_SERVER_SERVER_H
#define SC_SERVER_SERVER_H

#include <stdint.h>
#include "core/config/conf.h"
#include "core/inventory/inventory.h"
#include "core/policy/policy.h"
#include "core/server/handle.h"
#include "core/server/watch.h"
#include "db/store.h"

/* Told of each step of a pass before it is done (core/pass/steps.c). Returns 0: it is to be done;
 * 1: it is not, all is well; or an error, which the step then fails with. */
struct sc_step_hook {
    int (*before)(void *arg, const char *step, struct sc_error *err); /* NULL: nobody */
    void *arg;
};

struct sc_cover_server; /* core/coverage/coverage.h */
struct sc_named_paths;  /* core/facts/facts.h */
struct sc_planned;      /* core/pass/planned.h */
struct sc_meanwhile;    /* core/base/run.h */

/* How long a command waits for others' changes of an account. */
#define SC_LOCK_WAIT_MS 60000

/* How long one call waits, in all, for requests in views that end (core/ending). */
#define SC_GRACE_MS 1000

struct sc_server {
    struct sc_conf conf;
    struct sc_policy_paths policy;
    struct sc_store *store;
    struct sc_inventory_hung *hung; /* what sc_server_panel() hands on */

    /* A test's own, NULL: the real ones. */
    const struct sc_panel *panel; /* core/server/panel.h */
    const struct sc_tools *tools; /* core/pass/tools.h */
    int64_t (*clock)(void);       /* seconds since 1970 */
    struct sc_step_hook step;     /* before each step of a pass */

    /* The command's, NULL: what it has read of the web server's configuration, so that its passes
     * need not. */
    struct sc_cover_server *cover;
    struct sc_named_paths *php;     /* the same of PHP's own */
    struct sc_planned *planned;     /* what sites see of the server */
    struct sc_meanwhile *meanwhile; /* what it does while the panel is asked */

    /* The command's: told behind each step of a pass; NULL. */
    void (*stepped)(size_t done, size_t of, void *arg);
    void *stepped_arg;

    int lock_ms; /* SC_LOCK_WAIT_MS; 0 in the daemon's workers, which come again */
    /* The daemon's workers: a pass puts looks off for what is new (core/account/give_way.h); that one did. */
    bool gives_way, gave_way;
    /* many passes follow each other: nginx reads what they changed at their end */
    bool nginx_later;
    int grace_ms; /* left of what this call waits for requests in views that end (core/ending) */
};

/* Now, in seconds since 1970. */
int64_t sc_server_now(const struct sc_server *s);

/* How the panel is asked. SC_E_PLATFORM when there is none. */
int sc_server_panel(const struct sc_server *s, struct sc_inventory_conf *ret, struct sc_error *err);

#endif
