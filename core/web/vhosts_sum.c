/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host has of all that was read: of the server, of directories, of names that are defined elsewhere. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/cleanup.h"
#include "core/web/vhosts.h"

static bool covers(const char *dir, const char *docroot)
{
    size_t n = strlen(dir);
    return strncmp(docroot, dir, n) == 0 && (docroot[n] == 0 || docroot[n] == '/');
}

/* What is said for a directory is said for the hosts at or below it, and for a host around it: some
 * of its code runs so. */
static bool is_for(const struct sc_vhosts_dir *d, const struct sc_vhost *h)
{
    for (size_t i = 0; i < h->n_roots; i++)
        if (covers(d->dir, h->roots[i].text) || covers(h->roots[i].text, d->dir))
            return true;
    return false;
}

static bool runs_php(const struct sc_ways *w)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->v[i].php)
            return true;
    return false;
}

/* What a way of the server's still runs in a host that has its own: SetHandler goes before AddHandler, wherever they
 * stand, and the host's word before the server's. */
static unsigned left_of(const struct sc_vhost *h, const struct sc_way *way)
{
    unsigned firm = h->named, loose = 0;
    for (size_t i = 0; i < h->ways.n; i++)
        if (h->ways.v[i].php) {
            firm |= h->ways.v[i].firm;
            loose |= h->ways.v[i].loose;
        }
    return (way->firm & ~firm) | (way->loose & ~(firm | loose));
}

static void apply_way(struct sc_vhosts_reader *r, struct sc_vhost *h, struct sc_way way)
{
    if (!way.server || !h->own_handlers || !way.php) {
        sc_vhosts_way(r, &h->ways, &way);
        return;
    }
    way.firm = left_of(h, &way);
    way.loose = 0;
    if (way.firm)
        sc_vhosts_way(r, &h->rest, &way);
}

/* What is said for the server is for hosts that say nothing themselves. */
static void apply_dirs(struct sc_vhosts_reader *r, struct sc_vhost *h)
{
    h->own_handlers = runs_php(&h->ways);
    for (int server = 0; server < 2; server++)
        for (size_t i = 0; i < r->n_dirs; i++) {
            const struct sc_vhosts_dir *d = &r->dirs[i];
            bool is_server = *d->dir == 0;
            if (h->nginx || is_server != (server == 1) || (!is_server && !is_for(d, h)))
                continue;
            for (size_t k = 0; k < d->ways.n; k++) {
                struct sc_way way = d->ways.v[k];
                way.server = is_server;
                apply_way(r, h, way);
            }
            h->own_handlers |= !is_server && runs_php(&d->ways);
        }
}

/* What programs get of the server and of directories they get in each host. */
static void apply_php_env(struct sc_vhosts_reader *r, struct sc_vhost *h)
{
    for (size_t i = 0; !h->nginx && i < r->n_dirs; i++) {
        const struct sc_vhosts_dir *d = &r->dirs[i];
        for (size_t k = 0; (!*d->dir || is_for(d, h)) && k < d->n_php_env; k++)
            sc_vhosts_word(r, &h->php_env, &h->n_php_env, d->php_env[k]);
    }
}

/* Names of workers, balancers and upstreams become what they lead to: several, perhaps. For both
 * web servers capitals are no difference. */
static void follow_aliases(struct sc_vhosts_reader *r, struct sc_ways *ways)
{
    for (size_t i = 0; i < ways->n; i++) {
        SC_FREE char *name = ways->v[i].address ? strdup(ways->v[i].address) : NULL;
        bool first = true;
        for (size_t a = 0; name && a < r->n_aliases; a++) {
            if (strcasecmp(r->aliases[a].name, name) != 0)
                continue;
            struct sc_way way = ways->v[i];
            way.address = r->aliases[a].address;
            if (!first) {
                sc_vhosts_way(r, ways, &way);
                continue;
            }
            free(ways->v[i].address);
            ways->v[i].address = sc_vhosts_dup(r, r->aliases[a].address);
            first = false;
        }
    }
}

/* Whether .htaccess files of what it serves may name handlers. */
static void apply_overrides(struct sc_vhosts_reader *r, struct sc_vhost *h)
{
    SC_FREE char *mass = h->pattern ? strndup(h->pattern, strcspn(h->pattern, "%")) : NULL;
    const char *at = mass ? sc_overrides_at(&r->overrides, &h->overrides, mass) : NULL;
    for (size_t i = 0; !h->nginx && !at && i < h->n_roots; i++)
        at = sc_overrides_at(&r->overrides, &h->overrides, h->roots[i].text);
    if (at && !h->nginx)
        h->htaccess_at = sc_vhosts_dup(r, at);
}

static bool is_action(const struct sc_vhosts_reader *r, const struct sc_vhost *h, const char *name)
{
    size_t at = (size_t)(h - r->out->v) + 1;
    for (size_t i = 0; i < r->n_actions; i++)
        if ((r->actions[i].host == 0 || r->actions[i].host == at) &&
            strcasecmp(r->actions[i].name, name) == 0)
            return true;
    return false;
}

/* Handlers that are only names: the program of their Action runs the script. */
static void drop_names(const struct sc_vhosts_reader *r, const struct sc_vhost *h,
                       struct sc_ways *of)
{
    size_t kept = 0;
    for (size_t i = 0; i < of->n; i++) {
        struct sc_way *w = &of->v[i];
        if (w->handler == SC_HANDLER_OTHER && w->php && is_action(r, h, w->what))
            SC_FREE_ALL(w->address, w->what, w->file);
        else
            of->v[kept++] = *w;
    }
    of->n = kept;
}

/* Passenger looks for an application around each document root. */
static void apply_passenger(struct sc_vhosts_reader *r, struct sc_vhost *h)
{
    char what[] = "mod_passenger (unless PassengerEnabled is off)";
    if (h->nginx || h->passenger_off || r->passenger_off ||
        !sc_vhosts_has_module(r->out, "passenger_module"))
        return;
    const struct sc_way way = {
        .handler = SC_HANDLER_OTHER, .what = what, .file = h->file, .line = h->line};
    sc_vhosts_way(r, &h->ways, &way);
}

void sc_vhosts_sum_up(struct sc_vhosts_reader *r, struct sc_vhost *h)
{
    apply_dirs(r, h);
    apply_passenger(r, h);
    drop_names(r, h, &h->ways);
    drop_names(r, h, &h->rest);
    apply_php_env(r, h);
    apply_overrides(r, h);
    follow_aliases(r, &h->ways);
    follow_aliases(r, &h->rest);
    for (size_t i = 0; i < h->ways.n; i++) {
        const struct sc_way *w = &h->ways.v[i];
        if (w->php)
            h->handlers |= w->handler;
        if (w->handler == SC_HANDLER_FPM && w->address && *w->address)
            sc_vhosts_word(r, &h->listens, &h->n_listens, w->address);
    }
}
