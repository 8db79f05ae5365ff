/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An account and its sites as a pass hands them to PHP-FPM. */
#ifndef SC_PHP_FPM_SITE_H
#define SC_PHP_FPM_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct sc_fpm_site {
    unsigned id;  /* 0: to be isolated, and cannot be now (its document root is missing): its pools
                     are kept out of the shared master, and nobody serves them */
    bool outside; /* it is not isolated, and isolated ones lie below: `id` is 0 (one is given,
                     core/php/fpm/outside.h), `php` NULL, `changes` tells of what lies below */
    const char *docroot;      /* canonical */
    const char *const *texts; /* how the web server may write it, with `docroot` */
    size_t n_texts;
    const char *php;     /* the chosen php-fpm as the site sees it; NULL: each pool's own */
    const char *changes; /* a word that differs when the choice's settings do; NULL */
};

struct sc_vhosts;

struct sc_fpm_account {
    uid_t uid;
    gid_t gid;
    const char *user, *home;
    const struct sc_fpm_site *sites; /* all of these; their runtime state is written */
    size_t n_sites;
    const struct sc_vhosts *hosts; /* of the web server, where they are read already; NULL */
    /* told what is not covered and why, a line each; may be NULL */
    void (*notice)(void *arg, const char *text);
    void *arg;
};

#endif
