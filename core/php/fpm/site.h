/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An account and its sites as a pass hands them to PHP-FPM. */
#ifndef SC_PHP_FPM_SITE_H
#define SC_PHP_FPM_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct sc_fpm_site {
    unsigned id; /* 0: to be isolated, and cannot be now (its document root is missing): its pools
                     are kept out of the shared master, and nobody serves them */
    /* it is not isolated: `id` is 0 (one is given, core/php/fpm/outside.c), `php` NULL,
     * `changes` tells of isolated ones that lie below. Where none do ("") it is served as
     * long as it was isolated and its address cannot go back */
    bool outside;
    const char *docroot;      /* canonical */
    const char *const *texts; /* how the web server may write it, with `docroot` */
    size_t n_texts;
    const char *const *names; /* its domains; may be none */
    size_t n_names;
    const char *php;     /* the chosen php-fpm as the site sees it; NULL: each pool's own */
    const char *changes; /* a word that differs when the choice's settings do; NULL */
};

struct sc_vhosts;
struct sc_fpm_use;
struct sc_fpm_known_list;

struct sc_fpm_account {
    uid_t uid;
    gid_t gid;
    const char *user, *home;
    const char *const *homes; /* the home in its spellings */
    size_t n_homes;
    const char *const *docroots; /* canonical, of all sites of the account, isolated or not */
    size_t n_docroots;
    const struct sc_fpm_site *sites; /* all of these; their runtime state is written */
    size_t n_sites;
    unsigned max_sites; /* that may have masters of their own; 0: nobody counts them */
    /* for sc_fpm_look(): a pass has been made, so an isolated site's pools were taken over */
    bool stands;
    bool routed; /* Apache takes PHP of isolated sites to their own masters (core/web/module.h) */
    /* What Apache may still go by (a master that it is sent to, an address that is to be given
     * back) is left alone, and *later set: to be called again without this (NULL) when the web
     * server's table is written. */
    bool *later;
    /* of the web server, where they are read already; NULL. What their roots resolve to is added. */
    struct sc_vhosts *hosts;
    const struct sc_fpm_known_list *known; /* the pools in files, likewise */
    /* told what is not covered and why, a line each; may be NULL */
    void (*notice)(void *arg, const char *text);
    /* told of each use that sc_fpm_look() finds: of the site's own hosts, or of one `around` it;
     * `text` says why it is not covered ("" where it is); may be NULL */
    void (*seen)(void *arg, const struct sc_fpm_use *use, bool around, const char *text);
    void *arg;
};

#endif
