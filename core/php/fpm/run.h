/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the pass tells a site's supervisor: SC_FPM_RUN/<id>.run, read at its start and at SIGUSR2;
 * and what it answers: <id>.done. libc only; need root. */
#ifndef SC_PHP_FPM_RUN_H
#define SC_PHP_FPM_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "core/base/error.h"

#define SC_FPM_GROUPS_MAX 64

struct sc_fpm_run {
    uid_t uid;
    gid_t gid;
    gid_t groups[SC_FPM_GROUPS_MAX];
    size_t n_groups;
    char *user, *home;
    char *docroot;            /* "-" with `router` */
    bool router;              /* a pool that sites share: core/php/fpm/router */
    char *php;                /* the chosen php-fpm as the site sees it; "-": each pool's own */
    char *changes;            /* any word that differs when the chosen PHP's settings do */
    unsigned long long asked; /* answered in <id>.done */
};

void sc_fpm_run_done(struct sc_fpm_run *r);
int sc_fpm_run_load(unsigned id, struct sc_fpm_run *ret, struct sc_error *err);
int sc_fpm_run_save(unsigned id, const struct sc_fpm_run *r, struct sc_error *err);

/* What was saved last says the same, whatever was asked. */
bool sc_fpm_run_is(unsigned id, const struct sc_fpm_run *r);

/* Takes a new id: makes the lock of its supervisor, by one system call. SC_E_BUSY: somebody has it. */
int sc_fpm_run_begin(unsigned id, struct sc_error *err);

/* Removes its files: nobody ended it, and it has nothing to do any more. */
void sc_fpm_run_forget(unsigned id);

/* `ok`: the master runs as asked. */
void sc_fpm_run_answer(unsigned id, unsigned long long asked, bool ok);
/* 1: done; 0: not yet; -1: it could not be. */
int sc_fpm_run_answered(unsigned id, unsigned long long asked);

#endif
