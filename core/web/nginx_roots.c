/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx_roots.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"

/* What a root with variables can be. */
struct values {
    struct sc_vhosts_reader *r;
    struct sc_nginx_links *links;
    const struct sc_nginx_root *of;
    bool any;    /* one was a path */
    char *other; /* one was something else */
};

static void add_path(struct sc_vhosts_reader *r, struct sc_nginx_links *links,
                     const struct sc_nginx_root *said, const char *path)
{
    struct sc_vhost *h = &r->out->v[said->host];
    size_t at = sc_vhosts_root(r, h, path, !said->of_server);
    if (at != SIZE_MAX)
        h->roots[at].location = !said->of_server;
    sc_nginx_links_root(links, said->block, at);
}

static void add_pattern(struct sc_vhosts_reader *r, struct sc_nginx_links *links,
                        const struct sc_nginx_root *said, const char *text)
{
    struct sc_vhost *h = &r->out->v[said->host];
    if (!h->pattern || said->of_server) {
        free(h->pattern);
        h->pattern = sc_vhosts_dup(r, text);
    }
    sc_nginx_links_root(links, said->block, SC_NGINX_ROOT_PATTERN);
}

static void add_value(void *arg, const char *text)
{
    struct values *v = arg;
    struct sc_vhost *h = &v->r->out->v[v->of->host];
    if (!*text)
        return;
    if (*text != '/' || strchr(text, '$')) {
        if (!v->other)
            v->other = sc_vhosts_dup(v->r, text);
    } else if (!v->any) {
        v->any = true;
        add_path(v->r, v->links, v->of, text);
    } else if (sc_vhosts_root(v->r, h, text, true) != SIZE_MAX) {
        sc_nginx_links_or_next(v->links, v->of->block);
    }
}

void sc_nginx_root_said(struct sc_vhosts_reader *r, struct sc_nginx_roots *l,
                        struct sc_nginx_links *links, const struct sc_nginx_root *said)
{
    if (!strchr(said->text, '$')) {
        add_path(r, links, said, said->text);
        return;
    }
    char *copy =
        l->n < SC_VHOSTS_MAX && SC_VEC_ROOM(l->later, l->n) ? sc_vhosts_dup(r, said->text) : NULL;
    if (!copy) {
        sc_vhosts_no_memory(r);
        return;
    }
    l->later[l->n] = *said;
    l->later[l->n++].text = copy;
}

/* A server without a root of its own has that of its first location. */
static void document_root(struct sc_vhosts_reader *r, struct sc_vhost *h)
{
    for (size_t i = 0; h->nginx && !h->docroot && i < h->n_roots; i++)
        if (h->roots[i].location) {
            h->roots[i].alias = false;
            h->docroot = sc_vhosts_dup(r, h->roots[i].text);
            return;
        }
}

static void root_free(struct sc_nginx_root *root)
{
    free(root->text);
}

void sc_nginx_roots_finish(struct sc_vhosts_reader *r, struct sc_nginx_roots *l,
                           const struct sc_nginx_values *values, struct sc_nginx_links *links)
{
    for (size_t i = 0; i < l->n; i++) {
        struct values v = {.r = r, .links = links, .of = &l->later[i]};
        sc_nginx_each_value(r, values, v.of->text, v.of->host + 1, add_value, &v);
        if (v.other)
            add_pattern(r, links, v.of, v.other);
        free(v.other);
    }
    for (size_t i = 0; i < r->out->n; i++)
        document_root(r, &r->out->v[i]);
    SC_VEC_DONE(l->later, l->n, root_free);
    *l = (struct sc_nginx_roots){0};
}
