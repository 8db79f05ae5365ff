/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/web/nginx_words.h"
#include "core/web/vhosts.h"

#define DEPTH_MAX  8
#define VALUES_MAX 65536u

struct sc_nginx_values_one {
    char *name, *value;
    size_t server;
};

static void one_free(struct sc_nginx_values_one *one)
{
    SC_FREE_ALL(one->name, one->value);
}

void sc_nginx_values_done(struct sc_nginx_values *l)
{
    SC_VEC_DONE(l->v, l->n, one_free);
    *l = (struct sc_nginx_values){0};
}

void sc_nginx_value_add(struct sc_vhosts_reader *r, struct sc_nginx_values *l, const char *name,
                        const char *value, size_t server)
{
    struct sc_nginx_values_one one = {sc_vhosts_dup(r, name), sc_vhosts_dup(r, value), server};
    if (one.name && one.value && l->n < SC_VHOSTS_MAX && SC_VEC_ROOM(l->v, l->n)) {
        l->v[l->n++] = one;
        return;
    }
    sc_vhosts_no_memory(r);
    one_free(&one);
}

static const char *value(const struct sc_nginx_values *l, size_t i, const char *name, size_t server)
{
    const struct sc_nginx_values_one *one = &l->v[i];
    return (one->server == 0 || one->server == server) && strcmp(one->name, name) == 0 ? one->value
                                                                                       : NULL;
}

struct expansion {
    struct sc_vhosts_reader *r;
    const struct sc_nginx_values *l;
    size_t server;
    sc_nginx_value_fn *fn;
    void *arg;
    unsigned left; /* values that may still be put in */
};

/* What is before `from` stays. */
static void expand(struct expansion *e, const char *text, size_t from, int depth)
{
    char name[256];
    const char *at = strchr(text + from, '$'), *v;
    size_t len = at && depth < DEPTH_MAX ? sc_nginx_variable(at, name, sizeof(name)) : 0;
    bool any = false;
    for (size_t i = 0; len && i < e->l->n && e->left; i++) {
        SC_FREE char *whole = NULL;
        if (!(v = value(e->l, i, name, e->server)))
            continue;
        any = true;
        e->left--;
        if (asprintf(&whole, "%.*s%s%s", (int)(at - text), text, v, at + len) < 0)
            whole = NULL;
        if (whole)
            expand(e, whole, (size_t)(at - text), depth + 1);
        else
            sc_vhosts_no_memory(e->r);
    }
    if (!at || !e->left)
        e->fn(e->arg, text);
    else if (!any)
        expand(e, text, (size_t)(at - text) + 1, depth);
}

void sc_nginx_each_value(struct sc_vhosts_reader *r, const struct sc_nginx_values *l,
                         const char *text, size_t server, sc_nginx_value_fn *fn, void *arg)
{
    struct expansion e = {r, l, server, fn, arg, VALUES_MAX};
    expand(&e, text, 0, 0);
}

bool sc_nginx_makes_variable(const char *block)
{
    return strcmp(block, "map") == 0 || strcmp(block, "split_clients") == 0 ||
           strcmp(block, "geo") == 0;
}
