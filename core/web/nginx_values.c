/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx_values.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/web/vhosts.h"

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

const char *sc_nginx_value(const struct sc_nginx_values *l, size_t i, const char *name,
                           size_t server)
{
    const struct sc_nginx_values_one *one = &l->v[i];
    return (one->server == 0 || one->server == server) && strcmp(one->name, name) == 0 ? one->value
                                                                                       : NULL;
}

bool sc_nginx_makes_variable(const char *block)
{
    return strcmp(block, "map") == 0 || strcmp(block, "split_clients") == 0 ||
           strcmp(block, "geo") == 0;
}
