/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/services.h"

#include <string.h>
#include <sys/inotify.h>

#include "core/base/cleanup.h"
#include "core/base/digest.h"
#include "core/cage/services.h"

void sc_services_told(struct sc_monitor *m, enum sc_watch_what what, const char *name, int64_t now)
{
    bool counts = what == SC_WATCH_SERVICE || !name || sc_services_is_name(name);
    if (counts && m->services_at > now + SC_SERVICES_SETTLE_MS)
        m->services_at = now + SC_SERVICES_SETTLE_MS;
}

void sc_services_watch(struct sc_monitor *m)
{
    struct sc_watches *w = m->sets[0].w;
    m->services_seen = SC_DIGEST_BEGIN;
    sc_watches_begin(w, SC_WATCH_SERVICE, 0);
    sc_watches_begin(w, SC_WATCH_SERVICES, 0);
    for (const char *const *dir = sc_services_dirs(); *dir; dir++)
        (void)sc_watches_add(w, *dir, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR, SC_WATCH_SERVICES, 0,
                             NULL, NULL);
}

void sc_services_watch_source(struct sc_monitor *m, const char *source)
{
    const char *slash = strrchr(source, '/');
    SC_FREE char *dir = slash ? strndup(source, (size_t)(slash - source)) : NULL;
    m->services_seen = sc_digest_text(m->services_seen, source);
    if (dir && dir[0])
        (void)sc_watches_add(m->sets[0].w, dir, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR,
                             SC_WATCH_SERVICE, 0, slash + 1, NULL);
}

void sc_services_looked(struct sc_monitor *m, bool ok, bool again, int64_t now)
{
    struct sc_watches *w = m->sets[0].w;
    bool others = ok && m->services && m->services != m->services_seen;
    if (ok) {
        sc_watches_end(w, SC_WATCH_SERVICE, 0);
        sc_watches_end(w, SC_WATCH_SERVICES, 0);
        m->services = m->services_seen;
    }
    int64_t at = !ok     ? now + SC_SERVICES_RETRY_MS
                 : again ? now + SC_SERVICES_AGAIN_MS
                         : SC_WORK_NEVER;
    if (at < m->services_at)
        m->services_at = at;
    if (others)
        sc_monitor_all_due(m, false);
}
