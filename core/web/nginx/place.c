/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx/place.h"

#include <ctype.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/web/nginx/from.h"
#include "core/web/apache/path.h"

#define NAME "sitecage"

void sc_nginx_place_done(struct sc_nginx_place *p)
{
    SC_FREE_ALL(p->path, p->domain, p->before, p->after, p->from);
    *p = (struct sc_nginx_place){0};
}

bool sc_nginx_place_same(const struct sc_nginx_place *a, const struct sc_nginx_place *b)
{
    return strcmp(a->path, b->path) == 0 && a->named == b->named &&
           (!a->named || strcmp(a->domain, b->domain) == 0);
}

int sc_nginx_place_copy(const struct sc_nginx_place *from, struct sc_nginx_place *ret,
                        struct sc_error *err)
{
    SC_CLEANUP(sc_nginx_place_done)
    struct sc_nginx_place p = {.own = from->own, .named = from->named, .owner = from->owner};
    p.path = strdup(from->path);
    p.domain = from->domain ? strdup(from->domain) : NULL;
    p.before = from->before ? strdup(from->before) : NULL;
    p.after = from->after ? strdup(from->after) : NULL;
    p.from = from->from ? strdup(from->from) : NULL;
    if (!p.path || (from->domain && !p.domain) || (from->before && !p.before) ||
        (from->after && !p.after) || (from->from && !p.from))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
    SC_MOVE(ret, &p);
    return 0;
}

bool sc_nginx_place_name(const char *pattern, char *out, size_t size)
{
    const char *star = strchr(pattern, '*'), *name = strrchr(pattern, '/');
    if (*pattern != '/' || !star || star < name || strpbrk(pattern, "?[]\\$") ||
        strchr(star + 1, '*'))
        return false;
    const char *between = isalnum((unsigned char)star[-1]) ? "_" : "";
    int n =
        snprintf(out, size, "%.*s%s" NAME "%s", (int)(star - pattern), pattern, between, star + 1);
    return n > 0 && (size_t)n < size;
}

/* ---- whose path it is ---- */

/* "/a.example/", "/a.example.conf*", "/a.example_*"; not "/a.example.org/", "/x.a.example/". */
static bool has_name(const char *path, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = path; n && (at = strcasestr(at, name)); at++)
        if (at > path && at[-1] == '/' &&
            (strchr("/*_", at[n]) || strncmp(at + n, ".conf", 5) == 0 ||
             strncmp(at + n, ".d/", 3) == 0))
            return true;
    return false;
}

static bool is_kept_for(const char *path, const struct sc_web_whose *site)
{
    char clean[PATH_MAX];
    if (sc_web_path_clean(path, clean) < 2)
        return false;
    for (size_t i = 0; i < site->n_names; i++)
        if (has_name(clean, site->names[i]))
            return true;
    return sc_roots_in_home(clean, site);
}

static bool is_of_site(const struct sc_vhosts *hosts, size_t host, const struct sc_web_whose *site)
{
    return host > 0 && sc_host_stands(&hosts->v[host - 1], site) == SC_HOST_SITE &&
           !sc_host_serves_more(&hosts->v[host - 1], site);
}

/* Whether a file of this path is read by server blocks of the site alone, by each once, and by none
 * for a location of it. */
static bool is_alone(const struct sc_vhosts *hosts, const char *path,
                     const struct sc_web_whose *site, size_t host)
{
    size_t times = 0;
    for (size_t i = 0; i < hosts->n_includes; i++) {
        const struct sc_nginx_include *k = &hosts->includes[i];
        if (fnmatch(k->pattern, path, FNM_PATHNAME | FNM_PERIOD) != 0)
            continue;
        if (k->deeper || !is_of_site(hosts, k->host, site))
            return false;
        times += k->host == host;
    }
    return times == 1;
}

static bool is_plain(const char *pattern)
{
    return *pattern == '/' && !strpbrk(pattern, "*?[]\\$");
}

/* The last one that will do: panels have it read at the end. */
static bool find(const struct sc_vhosts *hosts, size_t host, const struct sc_web_whose *site,
                 bool own, char out[PATH_MAX])
{
    for (size_t i = hosts->n_includes; i-- > 0;) {
        const struct sc_nginx_include *k = &hosts->includes[i];
        if (k->host != host || k->deeper || !is_kept_for(k->pattern, site))
            continue;
        bool fits =
            own ? sc_nginx_place_name(k->pattern, out, PATH_MAX)
                : is_plain(k->pattern) && snprintf(out, PATH_MAX, "%s", k->pattern) < PATH_MAX;
        if (fits && is_alone(hosts, out, site, host))
            return true;
    }
    return false;
}

int sc_nginx_place_find(const struct sc_vhosts *hosts, const struct sc_vhost *h,
                        const struct sc_web_whose *site, struct sc_nginx_place *ret,
                        struct sc_error *err)
{
    char path[PATH_MAX];
    size_t host = (size_t)(h - hosts->v) + 1;
    bool own = true;
    if (h->links_at)
        return sc_error_set(
            err, SC_E_DENIED, "%s leaves links open: write `disable_symlinks on from=%s;` there",
            h->links_at,
            sc_nginx_needs_from(h, site) && h->docroot ? h->docroot : "$document_root");
    if (!is_of_site(hosts, host, site))
        return sc_error_set(err, SC_E_DENIED,
                            "the server block serves other sites, too: give the site one of its "
                            "own, or write `disable_symlinks on from=$document_root;` in that");
    if (!find(hosts, host, site, true, path) &&
        (own = false, !find(hosts, host, site, false, path)))
        return sc_error_set(err, SC_E_NOTFOUND,
                            "write `disable_symlinks on from=$document_root;` in that server "
                            "block, or `include /etc/nginx/sitecage/%s.conf*;`",
                            site->n_names ? site->names[0] : "DOMAIN");
    char start[PATH_MAX];
    struct sc_nginx_place p = {
        .path = path, .own = own, .from = sc_nginx_from(hosts, h, site, start) ? start : NULL};
    return sc_nginx_place_copy(&p, ret, err);
}
