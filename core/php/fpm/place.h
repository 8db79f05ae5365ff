/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where pools listen at Unix sockets that sites would see: whoever can connect has the pool run
 * what he sends it, outside of every site. Of the server a view shows SC_FPM_SHOWN, so what lies in
 * /run, /var, /tmp … is not there. */
#ifndef SC_PHP_FPM_PLACE_H
#define SC_PHP_FPM_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/php/pools/known.h"
#include "core/php/fpm/taken.h"

#define SC_FPM_SHOWN                                                                               \
    {                                                                                              \
        "/usr", "/opt", "/etc", "/bin", "/sbin"                                                    \
    }

/* A directory with sockets of pools and nothing else is closed in views. */
struct sc_fpm_places {
    char **closed; /* such directories: real paths, each once, sorted */
    size_t n_closed;
    struct sc_fpm_open *open; /* pools in other directories there */
    size_t n_open;
    char **others; /* where else pools listen: real paths, each once */
    size_t n_others;
    struct sc_fpm_taken_list taken; /* pools in no file: their addresses were taken over */
};

struct sc_fpm_open {
    const char *pool, *file, *listen; /* the lists' */
    uid_t uid;                        /* of the socket; of one that is missing root's */
    gid_t gid;
    mode_t mode;
};

void sc_fpm_places_done(struct sc_fpm_places *p);

/* Looks; `pools` must stay. SC_E_SYS, SC_E_NOMEM. */
int sc_fpm_places_look(const struct sc_fpm_known_list *pools, struct sc_fpm_places *ret,
                       struct sc_error *err);

/* Whether a pool listens at or below that directory, which views do not show of themselves. Pure. */
bool sc_fpm_places_within(const struct sc_fpm_places *p, const char *dir);

/* Whether programs with these ids can connect (unix(7): whoever may write the socket). Pure. */
bool sc_fpm_is_open_to(const struct sc_fpm_open *o, uid_t uid, gid_t gid);

#endif
