/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/coverage/unseen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/base/there.h"
#include "core/web/apache/path.h"
#include "core/web/roots.h"
#include "core/web/showable.h"

struct looking {
    const struct sc_cover_server *server;
    const struct sc_cover_site *site;
    struct sc_cover_seen *seen;
    struct sc_show_for to;
    struct sc_error *err;
};

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for coverage");
}

__attribute__((format(printf, 2, 3))) static int say(struct looking *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = l->seen->unseen ? 0 : vasprintf(&l->seen->unseen, fmt, ap);
    va_end(ap);
    if (n < 0)
        l->seen->unseen = NULL;
    return n < 0 ? no_memory(l->err) : 0;
}

/* ---- wrappers ---- */

static bool is_home(const struct sc_cover_site *site, const char *path)
{
    for (size_t i = 0; i < site->is.n_homes; i++)
        if (strcmp(path, site->is.homes[i]) == 0)
            return true;
    return false;
}

/* Another site's document root around what lies in the home; NULL: the site can run it there. The home itself, where
 * that is one, is closed to nobody. */
static const char *is_of_another(const struct sc_cover_site *site, const char *real)
{
    const char *around = NULL;
    if (sc_web_path_within(real, site->is.docroot))
        return NULL;
    for (size_t i = 0; i < site->is.n_docroots; i++)
        if (strcmp(site->is.docroots[i], site->is.docroot) != 0 &&
            !is_home(site, site->is.docroots[i]) && sc_web_path_within(real, site->is.docroots[i]))
            around = site->is.docroots[i];
    return around;
}

/* The program of one way. */
static int look_at_wrapper(struct looking *l, const struct sc_way *w, const char *path)
{
    SC_FREE char *real = NULL, *by = NULL;
    int rc = sc_real_path(path, &real, l->err);
    if (rc != SC_THERE)
        return rc < 0 ? rc : 0;
    if (sc_roots_in_home(real, &l->site->is)) {
        const char *other = is_of_another(l->site, real);
        return !other ? 0
                      : say(l,
                            "%s, which runs the site's PHP (%s:%u), lies in another site (%s), of "
                            "which the site sees nothing: put a copy into a directory of the home "
                            "that is no site's, or below /usr, and name that",
                            path, w->file, w->line, other);
    }
    rc = sc_showable_sees(&l->to, &l->server->hosts, path, &by, l->err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return by ? say(l,
                    "%s, which runs the site's PHP (%s:%u), is not shown to sites, because others "
                    "than root can change %s: chown root %s && chmod go-w %s, or move it below "
                    "/usr",
                    path, w->file, w->line, by, by, by)
              : say(l,
                    "%s, which runs the site's PHP (%s:%u), lies where sites see nothing: move it "
                    "below /usr or /opt",
                    path, w->file, w->line);
}

/* An Action names its program by an address: it is in one of the directories of a ScriptAlias. */
static int look_in_aliases(struct looking *l, const struct sc_vhost *h, const struct sc_way *w)
{
    const char *name = strrchr(w->what, '/') + 1;
    for (size_t i = 0; i < h->n_roots + l->server->hosts.n_shared; i++) {
        bool own = i < h->n_roots;
        const char *dir = own ? h->roots[i].text : l->server->hosts.shared[i - h->n_roots];
        SC_FREE char *path = NULL;
        if (own && !h->roots[i].alias)
            continue;
        if (asprintf(&path, "%s/%s", dir, name) < 0) {
            path = NULL;
            return no_memory(l->err);
        }
        int rc = *name ? sc_there(path, NULL, l->err) : SC_ABSENT;
        if (rc == SC_THERE)
            rc = look_at_wrapper(l, w, path);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int look_at_way(struct looking *l, const struct sc_vhost *h, const struct sc_way *w)
{
    if (!w->php || !w->what || w->what[0] != '/')
        return 0;
    if (w->handler == SC_HANDLER_CGI)
        return look_in_aliases(l, h, w);
    if (w->handler != SC_HANDLER_FCGID)
        return 0;
    SC_FREE char *path = strndup(w->what, strcspn(w->what, " \t")); /* it may have arguments */
    return path ? look_at_wrapper(l, w, path) : no_memory(l->err);
}

/* ---- PHP-FPM ---- */

static int look_at_php(struct looking *l, const struct sc_cover_use *u)
{
    SC_FREE char *dir = sc_showable_php_dir(u->exe), *place = NULL, *by = NULL;
    if (!dir)
        return no_memory(l->err);
    int rc = sc_showable_sees(&l->to, &l->server->hosts, u->exe, &by, l->err);
    if (rc < 0 || sc_showable_is_every(u->exe))
        return rc < 0 ? rc : 0;
    if (sc_there(u->exe, NULL, NULL) == SC_ABSENT)
        return 0;
    rc = *dir && !sc_showable_is_beside(u->main, dir)
             ? sc_showable_find(&l->to, &l->server->hosts, dir, &place, l->err)
             : 0;
    if (rc < 0)
        return rc;
    if (place && sc_fpm_places_within(&l->server->sockets, place))
        return say(l,
                   "PHP at %s cannot be shown to the site, because a PHP-FPM pool listens in %s: "
                   "have pools listen below /run",
                   u->exe, place);
    if (place)
        return 0;
    return by ? say(l,
                    "%s, which runs the site's PHP, is not shown to sites, because others than "
                    "root can change %s: chown root %s && chmod go-w %s",
                    u->exe, by, by, by)
              : say(l,
                    "%s, which runs the site's PHP, lies where sites see nothing: install PHP "
                    "below /usr or /opt",
                    u->exe);
}

int sc_cover_look_at_programs(const struct sc_cover_server *server,
                              const struct sc_cover_site *site, struct sc_cover_seen *seen,
                              struct sc_error *err)
{
    struct looking l = {server,
                        site,
                        seen,
                        {.uid = site->uid, .home = site->is.n_homes ? site->is.homes[0] : ""},
                        err};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < server->hosts.n; i++) {
        const struct sc_vhost *h = &server->hosts.v[i];
        if (h->nginx || sc_host_stands(h, &site->is) != SC_HOST_SITE)
            continue;
        for (size_t k = 0; rc == 0 && k < h->ways.n; k++)
            rc = look_at_way(&l, h, &h->ways.v[k]);
    }
    for (size_t i = 0; rc == 0 && i < seen->n_uses; i++)
        if (!seen->uses[i].around && seen->uses[i].exe)
            rc = look_at_php(&l, &seen->uses[i]);
    return rc;
}
