/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx_links.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/vec.h"
#include "core/web/apache/path.h"

size_t sc_nginx_links_block(struct sc_nginx_links *l, size_t around, size_t host)
{
    if (!SC_VEC_ROOM(l->v, l->n))
        return SIZE_MAX;
    l->v[l->n] = (struct sc_nginx_block){.around = around, .host = host, .root = SIZE_MAX};
    return l->n++;
}

void sc_nginx_links_root(struct sc_nginx_links *l, size_t block, size_t root)
{
    if (block < l->n)
        l->v[block].root = root;
}

void sc_nginx_links_or_next(struct sc_nginx_links *l, size_t block)
{
    if (block < l->n)
        l->v[block].more++;
}

void sc_nginx_links_runs(struct sc_nginx_links *l, size_t block)
{
    if (block < l->n)
        l->v[block].runs = true;
}

bool sc_nginx_links_said(struct sc_nginx_links *l, size_t block, char **words, size_t n,
                         const char *file, unsigned line)
{
    if (block >= l->n || l->v[block].says != SC_NGINX_SAYS_NOTHING)
        return true; /* nginx refuses a second one */
    struct sc_nginx_block *b = &l->v[block];
    b->says = n && strcmp(words[0], "on") == 0 ? SC_NGINX_SAYS_SHUT : SC_NGINX_SAYS_OPEN;
    b->line = line;
    b->file = strdup(file);
    if (n > 1 && strncmp(words[1], "from=", 5) == 0 && !(b->from = strdup(words[1] + 5)))
        return false;
    return b->file != NULL;
}

/* ---- what it comes to ---- */

/* The nearest block from `b` outwards that says something about links; NULL. */
static const struct sc_nginx_block *who_says(const struct sc_nginx_links *l, size_t b)
{
    while (b < l->n && l->v[b].says == SC_NGINX_SAYS_NOTHING)
        b = l->v[b].around;
    return b < l->n ? &l->v[b] : NULL;
}

/* The block whose root counts in `b`, of its host; NULL. */
static const struct sc_nginx_block *rooted(const struct sc_nginx_links *l, size_t b)
{
    size_t host = l->v[b].host;
    while (b < l->n && l->v[b].host == host && l->v[b].root == SIZE_MAX)
        b = l->v[b].around;
    return b < l->n && l->v[b].host == host ? &l->v[b] : NULL;
}

/* A link above the place named by `from` is followed, and one in the place itself where that is all of the path. `r`:
 * NULL for one with variables. */
static bool is_shut(const struct sc_nginx_block *said, const struct sc_host_root *r)
{
    const char *root = r ? r->text : NULL;
    char from[PATH_MAX], text[PATH_MAX];
    if (!said || said->says != SC_NGINX_SAYS_SHUT)
        return false;
    if (!said->from || strcmp(said->from, "$document_root") == 0 ||
        strcmp(said->from, "$realpath_root") == 0)
        return !said->from || !r || !r->whole;
    return root && !strchr(said->from, '$') && sc_web_path_clean(said->from, from) > 0 &&
           sc_web_path_clean(root, text) > 0 && sc_web_path_within(text, from);
}

static void open_host(struct sc_vhosts_reader *r, struct sc_vhost *h,
                      const struct sc_nginx_block *said)
{
    h->links = true;
    /* what is said for all hosts a line in the block can say otherwise */
    if (said && said->host && !h->links_at &&
        asprintf(&h->links_at, "%s:%u", said->file, said->line) < 0) {
        h->links_at = NULL;
        sc_vhosts_no_memory(r);
    }
}

/* `root`: NULL for one with variables. */
static void see_to_root(struct sc_vhosts_reader *r, struct sc_vhost *h,
                        const struct sc_nginx_block *said, struct sc_host_root *root)
{
    bool shut = is_shut(said, root);
    if (!shut)
        open_host(r, h, said);
    else if (!h->shut_by)
        h->shut_by = sc_vhosts_dup(r, said->file);
    if (root && !shut)
        root->links = true;
}

static void see_to(struct sc_vhosts_reader *r, const struct sc_nginx_links *l, size_t b)
{
    struct sc_vhost *h = &r->out->v[l->v[b].host - 1];
    const struct sc_nginx_block *own = rooted(l, b), *said = who_says(l, b);
    if (own && own->root == SC_NGINX_ROOT_PATTERN)
        see_to_root(r, h, said, NULL);
    else if (own) /* else it is nginx's own default directory */
        for (size_t i = own->root; i <= own->root + own->more && i < h->n_roots; i++)
            see_to_root(r, h, said, &h->roots[i]);
}

static void see_to_code(struct sc_vhosts_reader *r, const struct sc_nginx_links *l, size_t b)
{
    struct sc_vhost *h = l->v[b].host ? &r->out->v[l->v[b].host - 1] : NULL;
    const struct sc_nginx_block *own = h && l->v[b].runs ? rooted(l, b) : NULL;
    if (!own)
        return;
    h->pattern_runs |= own->root == SC_NGINX_ROOT_PATTERN;
    for (size_t i = own->root; i < h->n_roots && i - own->root <= own->more; i++)
        h->roots[i].runs = true;
}

/* A block that says neither serves what the block around it does. */
static bool counts(const struct sc_nginx_links *l, const struct sc_nginx_block *b)
{
    bool of_server = b->around >= l->n || l->v[b->around].host != b->host;
    return b->host && (of_server || b->root != SIZE_MAX || b->says != SC_NGINX_SAYS_NOTHING);
}

void sc_nginx_links_finish(struct sc_vhosts_reader *r, struct sc_nginx_links *l)
{
    for (size_t b = 0; b < l->n; b++)
        if (counts(l, &l->v[b]))
            see_to(r, l, b);
    for (size_t b = 0; b < l->n; b++) {
        see_to_code(r, l, b);
        free(l->v[b].from);
        free(l->v[b].file);
    }
    free(l->v);
    *l = (struct sc_nginx_links){0};
}
