/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SC_ENGINE_LEARNING_H
#define SC_ENGINE_LEARNING_H

#include <stdbool.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/server/server.h"

/* The sites of an account that learn. */
struct sc_learning {
    struct sc_site_list sites;
    int64_t *until; /* of each; 0: it does not */
    bool any;
};

int sc_learning_load(struct sc_server *s, const struct sc_user_row *u, struct sc_learning *ret,
                     struct sc_error *err);
void sc_learning_done(struct sc_learning *l); /* accepts {0} */

/* Until when the site at that document root, as the panel says it, learns (seconds since 1970); 0: it
 * does not. */
int64_t sc_learning_until(const struct sc_learning *l, const char *docroot);

#endif
