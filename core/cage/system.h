/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a site sees of the server besides its home: the "sys" lines of its plan (view.h says what
 * each means). */
#ifndef SC_CAGE_SYSTEM_H
#define SC_CAGE_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/plan/planfile.h"

struct sc_system_panel {
    const char *path;     /* where the panel is: closed */
    const char *programs; /* directory, perhaps in there, of programs that sites run; NULL */
};

struct sc_system {
    uid_t uid;
    const char *home;                     /* the account's, real path */
    uint64_t shm_size;                    /* bytes */
    const char *suexec_config;            /* directory that the real suexec reads, or NULL */
    const char *suexec_log;               /* file that it writes, or NULL */
    const struct sc_system_panel *panels; /* without a path at the end */
    const char *const *closed;            /* further directories: real paths, … */
    size_t n_closed;                      /* … so many */
};

/* Sets p->sys. Looks at what exists on this machine; changes nothing. SC_E_NOMEM. */
int sc_system_lines(const struct sc_system *in, struct sc_planfile *p, struct sc_error *err);

/* Adds what is this one site's (p->uid, p->id): its proxyexec socket. SC_E_NOMEM. */
int sc_system_site_lines(struct sc_planfile *p, struct sc_error *err);

#endif
