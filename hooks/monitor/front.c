/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/monitor/front.h"

#include <limits.h>
#include <string.h>
#include <sys/inotify.h>

#include "core/base/there.h"
#include "core/pass/front.h"
#include "core/pass/webserver.h"
#include "core/web/serve/service.h"
#include "core/web/suexec_arm.h"
#include "core/web/suexec_where.h"

#define RETRY_MS 1000 /* an installer, or a command that changes it, is at work */

static void watch_name(struct sc_watches *w, const char *dir, const char *path)
{
    (void)sc_watches_add(w, dir, SC_WATCH_FILES | IN_ATTRIB, SC_WATCH_FRONT, 0,
                         strrchr(path, '/') + 1, NULL);
}

/* Where Apache looks: an update puts its own file there. */
static void watch_place(struct sc_watches *w)
{
    char place[PATH_MAX], dir[PATH_MAX];
    if (sc_suexec_where(place, NULL) != SC_THERE)
        return;
    memcpy(dir, place, sizeof(dir));
    *strrchr(dir, '/') = 0;
    watch_name(w, dir[0] ? dir : "/", place);
}

/* The copy, its directory, where that is made, and what it is a copy of. */
static void watch(struct sc_watches *w)
{
    static const struct {
        const char *dir, *name;
    } places[] = {
        {SC_WEB_DIR, SC_WEB_LOCK}, /* closed by its end */
        {SC_SUEXEC_DIR, SC_SUEXEC_ENTRY},
        {SC_LIBEXECDIR "/..", SC_SUEXEC_DIR},
        {SC_LIBEXECDIR, SC_SUEXEC_INSTALLED},
        {"/run", "/run/nginx.pid"}, /* a web server comes, or ends: another one serves the sites */
        {"/run/apache2", "/run/apache2/apache2.pid"},
        {"/run/httpd", "/run/httpd/httpd.pid"}};
    sc_watches_begin(w, SC_WATCH_FRONT, 0);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        watch_name(w, places[i].dir, places[i].name);
    watch_place(w);
    sc_watches_end(w, SC_WATCH_FRONT, 0);
}

void sc_monitor_front(struct sc_monitor *m, int64_t now)
{
    struct sc_error err = SC_ERROR_INIT;
    watch(m->sets[0].w); /* before the look: what changes after it is told */
    sc_pass_webserver_revive(m->s);
    int rc = sc_pass_front_renew(m->s, &err);
    m->front_at = rc == SC_E_BUSY ? now + RETRY_MS : SC_WORK_NEVER;
    if (rc < 0 && rc != SC_E_BUSY)
        sc_monitor_error(m, err.text);
}
