/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx_slips.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"

static bool is_one(const char *name)
{
    static const char *const names[] = {"dav_methods", "proxy_store", "fastcgi_store",
                                        "uwsgi_store", "scgi_store",  "auth_basic_user_file"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* The file or the files that it names; NULL: those below the roots. */
static char *path_of(char **words)
{
    return strcmp(words[0], "dav_methods") == 0 || strcmp(words[1], "on") == 0 ? NULL : words[1];
}

static void slip_free(struct sc_host_slip *s)
{
    SC_FREE_ALL(s->what, s->path, s->file);
}

static void add(struct sc_vhosts_reader *r, struct sc_host_slip **v, size_t *n,
                const struct sc_host_slip *said)
{
    struct sc_host_slip s = {.what = sc_vhosts_dup(r, said->what),
                             .path = said->path ? sc_vhosts_dup(r, said->path) : NULL,
                             .file = sc_vhosts_dup(r, said->file),
                             .line = said->line};
    if (s.what && s.file && !s.path == !said->path && *n < SC_VHOSTS_MAX && SC_VEC_ROOM(*v, *n)) {
        (*v)[(*n)++] = s;
        return;
    }
    sc_vhosts_no_memory(r);
    slip_free(&s);
}

void sc_nginx_slip_said(struct sc_vhosts_reader *r, struct sc_nginx_slips *all, size_t host,
                        char **words, const char *file, unsigned line)
{
    struct sc_vhost *h = host ? &r->out->v[host - 1] : NULL;
    if (!is_one(words[0]) || strcmp(words[1], "off") == 0)
        return;
    const struct sc_host_slip said = {
        .what = words[0], .path = path_of(words), .file = (char *)(uintptr_t)file, .line = line};
    add(r, h ? &h->slips : &all->v, h ? &h->n_slips : &all->n, &said);
}

static bool has(const struct sc_vhost *h, const char *what)
{
    for (size_t i = 0; i < h->n_slips; i++)
        if (strcmp(h->slips[i].what, what) == 0)
            return true;
    return false;
}

void sc_nginx_slips_finish(struct sc_vhosts_reader *r, struct sc_nginx_slips *all)
{
    for (size_t i = 0; all->n && i < r->out->n; i++) {
        struct sc_vhost *h = &r->out->v[i];
        for (size_t k = 0; h->nginx && k < all->n; k++)
            if (!has(h, all->v[k].what))
                add(r, &h->slips, &h->n_slips, &all->v[k]);
    }
    SC_VEC_DONE(all->v, all->n, slip_free);
}
