/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting Sitecage's suexec entry where Apache looks for suexec (suexec_where.h), and taking it
 * away. Where that is an alternative (Debian), the entry becomes the choice (suexec_choice.h); a
 * plain file (RHEL, cPanel, DirectAdmin) is moved aside (suexec_aside.h). */
#ifndef SC_WEB_SUEXEC_FRONT_H
#define SC_WEB_SUEXEC_FRONT_H

#include <stdbool.h>
#include <sys/stat.h>
#include "core/base/error.h"
#include "core/web/suexec_arm.h"

#define SC_SUEXEC_NOT_ARMED                                                                        \
    SC_SUEXEC_ENTRY " is not what it should be (owner, mode or content): run cagefsctl "           \
                    "--site-isolation-allow-all"

struct sc_suexec {
    bool here;        /* this machine has a suexec that can be fronted */
    bool in_front;    /* Apache runs the entry, and the entry finds the real one */
    bool armed;       /* … and it is the one that should be there (suexec_arm.h) */
    char *real;       /* the real suexec */
    char *config_dir; /* that it reads (suexec -V: SUEXEC_CONFIG_DIR), or NULL: sc_suexec_view() */
    char *log;        /* that it writes (AP_LOG_EXEC), or NULL: the same */
};

void sc_suexec_done(struct sc_suexec *s);

/* Looks: by two links where the entry is chosen and the real one is there, else by asking
 * update-alternatives(1). Sets neither config_dir nor log. Needs root. */
int sc_suexec_look(struct sc_suexec *ret, struct sc_error *err);

/* Where Apache looks for suexec, when Sitecage's entry is there now: SC_THERE, with its path
 * (PATH_MAX bytes) and which file that is. SC_ABSENT: it is at none of the usual places; SC_E_SYS.
 * Nothing is run. */
int sc_suexec_place(char *path, struct stat *ret, struct sc_error *err);

/* What a site's view needs of the real suexec: only config_dir and log of *ret are set, from what
 * was noted when the entry was put in place. Nothing is run. */
int sc_suexec_view(struct sc_suexec *ret, struct sc_error *err);

/* Idempotent; `off` restores the choice that was made before `on`. Nothing to do where there is no
 * suexec. They run update-alternatives and dpkg-divert: the caller is root. */
int sc_suexec_front_on(struct sc_error *err);

/* As `on` where the entry is the alternative in use, or was by an older version's rules, or was in
 * the place of a plain file; another choice of the administrator's among alternatives stays. */
int sc_suexec_front_renew(struct sc_error *err);

int sc_suexec_front_off(struct sc_error *err);

#endif
