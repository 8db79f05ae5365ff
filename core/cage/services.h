/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The "service" lines of a plan: directories, sockets and files of the system that whoever serves
 * there may make again while a site runs (a restarted database, a new resolv.conf). A bind shows
 * what was there when it was made, so these are compared and made again in running views. */
#ifndef SC_CAGE_SERVICES_H
#define SC_CAGE_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/dirs.h"
#include "core/base/error.h"
#include "core/plan/planfile.h"

#define SC_SERVICE_KIND "service"

/* What a site may see of the system's services. */
struct sc_service {
    char *path;   /* where programs look for it; in the view */
    char *source; /* where it lies on the server; no symbolic link */
};

struct sc_services {
    struct sc_service *v;
    size_t n;
};

void sc_services_done(struct sc_services *s); /* frees what it holds; accepts {0} */

/* Which there are on this machine: databases, caches, what names are resolved with. Nothing of an
 * account's (a user can make names in /tmp). *ret must be {0}. `dirs`: as sc_match(). SC_E_SYS,
 * SC_E_NOMEM. */
int sc_services_find(struct sc_dirs *dirs, struct sc_services *ret, struct sc_error *err);

/* Directories in which a change of a name that sc_services_is_name() knows may change that answer;
 * NULL behind the last. A source may become another file, too: its own directory tells that. */
const char *const *sc_services_dirs(void);
bool sc_services_is_name(const char *name);

/* Puts one line in place in a view that is being built. 1: its source is not there. */
int sc_service_add(int rootfd, const struct sc_planfile *plan, const struct sc_sysline *l,
                   struct sc_error *err);

/* Makes the running view of `keeper` show what the plan's lines, and its "shown" lines (shownbinds.h), lead
 * to now. 1: something changed.
 * Needs root. */
int sc_services_change(const struct sc_planfile *plan, int pidfd, pid_t keeper,
                       struct sc_error *err);

/* The same for a site's running view, if there is one, with what sc_services_find() found instead of
 * its plan's lines. 1: something changed. The caller holds the site's build lock and is root. */
int sc_services_show(uid_t uid, unsigned site, const struct sc_services *found,
                     struct sc_error *err);

#endif
