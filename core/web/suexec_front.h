/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting Sitecage's suexec entry where Apache looks for suexec, and taking it away. On Debian
 * suexec is an alternative (update-alternatives(1)), and the entry becomes its highest; elsewhere
 * nothing is done yet (a package would move the original aside), and status says so. */
#ifndef SC_WEB_SUEXEC_FRONT_H
#define SC_WEB_SUEXEC_FRONT_H

#include <stdbool.h>
#include "core/base/error.h"

#define SC_SUEXEC_ENTRY SC_LIBEXECDIR "/suexec"

struct sc_suexec {
    bool here;        /* this machine has a suexec that can be fronted */
    bool in_place;    /* Apache runs the entry, and the entry finds the real one */
    char *real;       /* the real suexec */
    char *config_dir; /* that it reads (suexec -V: SUEXEC_CONFIG_DIR), or NULL */
    char *log;        /* that it writes (AP_LOG_EXEC), or NULL */
};

void sc_suexec_done(struct sc_suexec *s);

/* Looks, changes nothing. Needs root for what `suexec -V` tells. */
int sc_suexec_look(struct sc_suexec *ret, struct sc_error *err);

/* What a site's view needs of the real suexec: only config_dir and log of *ret are set, from what
 * was noted when the entry was put in place. Nothing is run. */
int sc_suexec_view(struct sc_suexec *ret, struct sc_error *err);

/* Idempotent; `off` restores the choice that was made before `on`. Nothing to do where there is no
 * suexec. They run update-alternatives: the caller is root. */
int sc_suexec_front_on(struct sc_error *err);
int sc_suexec_front_off(struct sc_error *err);

#endif
