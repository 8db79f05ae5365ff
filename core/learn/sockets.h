/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets of the home that a site connects to. connect(2) opens nothing, so nothing tells of it but the
 * time of access of the socket's file. The home's mount in the view sets that at each connection
 * (SC_LEARN_MOUNT); mounts elsewhere set it only where it is older than the other times. So it is put
 * far into the future: when it has come back, somebody in the site has connected. Which program that
 * was is not known. */
#ifndef SC_LEARN_SOCKETS_H
#define SC_LEARN_SOCKETS_H

#include <stddef.h>
#include <sys/stat.h>
#include "core/base/error.h"
#include "core/plan/planfile.h"

#define SC_LEARN_SOCKETS_MAX 256 /* of one site; further ones are not watched */

struct sc_learn_sockets {
    struct sc_learn_socket {
        char *rel;
        dev_t dev;
        ino_t ino;
        struct timespec put; /* the time of access that was put there */
    } * v;
    size_t n;
    int home; /* the server's own view of it */
};

#define SC_LEARN_SOCKETS_INIT                                                                      \
    {                                                                                              \
        .home = -EBADF                                                                             \
    }

/* Gives the sockets the time of now, and frees what is held. */
void sc_learn_sockets_done(struct sc_learn_sockets *s, const struct sc_planfile *plan);

/* Looks for sockets that are new, and calls `used` for those that were connected to since. SC_E_SYS,
 * SC_E_NOMEM. */
int sc_learn_sockets_look(struct sc_learn_sockets *s, const struct sc_planfile *plan,
                          void (*used)(const char *rel, void *arg), void *arg,
                          struct sc_error *err);

#endif
