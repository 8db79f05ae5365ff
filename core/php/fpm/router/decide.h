/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which site is a FastCGI request for? The one in which its code lies: the way to the script is followed link
 * by link, and the first place on it that a closed site owns (isolated, or to be and cannot be)
 * decides, for what lies in such a place its owner can change at any time. Pure, but for reading
 * links. libc only. */
#ifndef SC_FPM_ROUTER_DECIDE_H
#define SC_FPM_ROUTER_DECIDE_H

#include <stddef.h>
#include <sys/types.h>
#include "core/enter/fcgi_params.h"
#include "core/enter/table.h"

/* readlink(2), or what stands for it in tests. */
typedef ssize_t sc_router_link(void *arg, const char *path, char *out, size_t size);

struct sc_router_links {
    sc_router_link *read;
    void *arg;
};

enum sc_router_whose {
    SC_ROUTER_REST, /* no closed site's: the master that the pool's other sites have */
    SC_ROUTER_SITE, /* that site's own master */
    SC_ROUTER_NOBODY
};

struct sc_router_answer {
    enum sc_router_whose whose;
    unsigned id;     /* with SITE */
    const char *why; /* with NOBODY: static text */
};

/* `t`: the account's table; data NULL: no site of it is closed. A request whose code and
 * DOCUMENT_ROOT belong to two sites, one of which is closed, is nobody's. */
void sc_router_decide(const struct sc_table *t, const struct sc_fcgi_said *said,
                      const struct sc_router_links *links, struct sc_router_answer *ret);

/* The script as php-fpm understands it (sapi/fpm/fpm/fpm_main.c): SCRIPT_FILENAME, else
 * PATH_TRANSLATED, without what Apache writes before it ("proxy:fcgi://localhost"). "" when there is
 * none; NULL: no absolute path. `out` has PATH_MAX bytes. */
const char *sc_router_script(const struct sc_fcgi_said *said, char out[PATH_MAX]);

#endif
