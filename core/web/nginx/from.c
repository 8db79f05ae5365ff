/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx/from.h"

#include <string.h>

#include "core/web/apache/path.h"

/* nginx compares texts, and knows no way to write a dollar sign. */
static bool is_plain(const char *text, char clean[PATH_MAX])
{
    if (strpbrk(text, "$\"\\") || sc_web_path_clean(text, clean) <= 1 || strcmp(text, clean) != 0)
        return false;
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ')
            return false;
    return true;
}

/* In a home, and not directly, where nothing isolated changes anything. What lies in one that is `whole` counts. */
static bool is_changeable(const char *path, bool whole, const struct sc_web_whose *site)
{
    char home[PATH_MAX];
    for (size_t i = 0; i < site->n_homes; i++) {
        const char *rest =
            sc_web_path_clean(site->homes[i], home) > 1 ? sc_web_path_below(path, home) : NULL;
        if (rest && *rest && (whole || strchr(rest, '/')))
            return true;
    }
    return false;
}

static bool is_by_link(const struct sc_host_root *root)
{
    return root->real && strcmp(root->real, root->text) != 0;
}

static const struct sc_host_root *main_root(const struct sc_vhost *h)
{
    for (size_t i = 0; i < h->n_roots; i++)
        if (!h->roots[i].alias)
            return &h->roots[i];
    return NULL;
}

/* Cuts `top` until `path` is in it. */
static void widen(char *top, const char *path)
{
    while (*top && !sc_web_path_within(path, top))
        *strrchr(top, '/') = 0;
}

/* False: a link on the way to one of its directories would not be followed any more. */
static bool add_host(const struct sc_vhost *h, const struct sc_host_root *root,
                     const struct sc_web_whose *site, char *top, bool *more)
{
    char clean[PATH_MAX];
    const struct sc_host_root *own = main_root(h);
    if (own && strcmp(own->text, root->text) != 0)
        return false;
    for (size_t i = 0; i < h->n_roots; i++) {
        const struct sc_host_root *r = &h->roots[i];
        if (sc_web_path_clean(r->text, clean) <= 1 || (strcmp(clean, root->text) == 0 && !r->whole))
            continue;
        if (!is_changeable(clean, r->whole, site)) {
            if (is_by_link(r))
                return false;
            continue;
        }
        *more = true;
        if (!is_by_link(root))
            widen(top, clean);
    }
    return true;
}

bool sc_nginx_from(const struct sc_vhosts *hosts, const struct sc_vhost *h,
                   const struct sc_web_whose *site, char out[PATH_MAX])
{
    const struct sc_host_root *root = main_root(h);
    bool more = false;
    if (!root || !is_plain(root->text, out) || !sc_roots_in_home(out, site))
        return false;
    for (size_t i = 0; i < hosts->n; i++)
        if (hosts->v[i].nginx && sc_host_stands(&hosts->v[i], site) == SC_HOST_SITE &&
            !add_host(&hosts->v[i], root, site, out, &more))
            return false;
    return more && sc_roots_in_home(out, site);
}

bool sc_nginx_needs_from(const struct sc_vhost *h, const struct sc_web_whose *site)
{
    char clean[PATH_MAX];
    for (size_t i = 0; i < h->n_roots; i++)
        if (h->roots[i].whole && sc_web_path_clean(h->roots[i].text, clean) > 1 &&
            is_changeable(clean, true, site))
            return true;
    return false;
}
