/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables of nginx whose values its configuration tells: `set`, `map`, `split_clients` and `geo` give
 * one several. Pure. */
#ifndef SC_WEB_NGINX_VALUES_H
#define SC_WEB_NGINX_VALUES_H

#include <stdbool.h>
#include <stddef.h>

struct sc_vhosts_reader;
struct sc_nginx_values_one;

struct sc_nginx_values {
    struct sc_nginx_values_one *v;
    size_t n;
};

void sc_nginx_values_done(struct sc_nginx_values *l);

/* A value that the variable `name` (with its '$') can have in `server`, counted from 1; 0: everywhere.
 * One more than SC_VHOSTS_MAX is an error of the reader's. */
void sc_nginx_value_add(struct sc_vhosts_reader *r, struct sc_nginx_values *l, const char *name,
                        const char *value, size_t server);

typedef void sc_nginx_value_fn(void *arg, const char *text);

/* Calls `fn` for each text that `text` can be in `server`: variables whose values are known have one of
 * these, others stay as they are. Where there are too many of these texts, some have the variable, too. */
void sc_nginx_each_value(struct sc_vhosts_reader *r, const struct sc_nginx_values *l,
                         const char *text, size_t server, sc_nginx_value_fn *fn, void *arg);

/* Blocks whose last word is a variable, and whose lines end with what it can be. */
bool sc_nginx_makes_variable(const char *block);

#endif
