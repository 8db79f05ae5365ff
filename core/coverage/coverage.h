/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one judgement: does isolation reach every way in which this server runs a site's code?
 * enable, check, status, the daemon and the users' commands ask this, and nothing else. Looking is
 * apart from judging: look.c reads, judge.c is pure. All but the judge need root. */
#ifndef SC_COVERAGE_COVERAGE_H
#define SC_COVERAGE_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "core/base/error.h"
#include "core/loopback/loopback.h"
#include "core/php/fpm/place.h"
#include "core/php/pools/which.h"
#include "core/web/roots.h"
#include "core/web/routes.h"
#include "core/web/suexec_front.h"
#include "core/web/vhosts.h"

enum sc_coverage {
    SC_COVERAGE_COVERED,
    SC_COVERAGE_UNVERIFIED, /* nothing of this server's configuration names the site */
    SC_COVERAGE_NOT
};

/* "covered", "unverified", "not covered" */
const char *sc_coverage_name(enum sc_coverage is);

struct sc_cover_verdict {
    enum sc_coverage is;
    unsigned handlers; /* that run its PHP: enum sc_handler */
    size_t hosts;      /* that serve it */
    char
        text[SC_ERROR_TEXT_MAX]; /* why it is not covered: the handler, the file, the way out; "" */
};

/* What this server is, looked at once for a call. */
struct sc_cover_server {
    struct sc_vhosts hosts;
    struct sc_fpm_known_list pools;
    struct sc_suexec front;
    char front_error[SC_ERROR_TEXT_MAX]; /* why suexec could not be looked at; "" */
    pid_t litespeed;                     /* a process of LiteSpeed, or -errno; 0: none runs */
    char unit_error[SC_ERROR_TEXT_MAX];  /* why Apache's unit lets no entry work; "" */
    char shut_error
        [SC_ERROR_TEXT_MAX]; /* why Apache could serve nothing of an isolated site in its unit; "" */
    struct sc_loopback ports;            /* at which pools can be reached over loopback, … */
    char ports_error[SC_ERROR_TEXT_MAX]; /* … and why they cannot be closed; "" */
    struct sc_fpm_places sockets;        /* of pools that views show */
    struct sc_web_routes routes;         /* what mod_sitecage was told; read when it is asked for */
    unsigned fpm_sites;                  /* of one account, that may have PHP-FPM masters */
    bool lsphp;                          /* mod_lsapi runs Sitecage's entry */
    bool gate;                           /* mod_sitecage is in Apache, or is switched on first */
    bool nginx;                          /* its program is there */
    bool nginx_timed;    /* only where a host asks for it: all processes are walked */
    int64_t nginx_since; /* when its workers began, in seconds; 0: it does not run */
    bool nginx_tested;
    char nginx_error[SC_ERROR_TEXT_MAX]; /* what its own test of its configuration said; "" */
    int64_t compared_ms; /* when its files were compared last, by the monotonic clock; 0: do so */
    bool must_stand;     /* our entry has to be in suexec's place now; else enable puts it there */
    bool looked;
};

void sc_cover_server_done(struct sc_cover_server *s);

/* SC_E_TOOBIG, SC_E_NOMEM: what cannot be read is not taken for absent. */
int sc_cover_server_look(bool must_stand, struct sc_cover_server *ret, struct sc_error *err);

/* Whether the files that the hosts and pools were read from are as they were. What the hosts' roots
 * resolve to is forgotten, and will be looked at again. Within a moment (SC_COVER_MOMENT_MS) of the
 * last time it is not asked again: the steps of one pass have one picture. False for NULL and {0}. */
#define SC_COVER_MOMENT_MS 100
bool sc_cover_server_holds(struct sc_cover_server *s);

/* Ends that moment: somebody has worked since. NULL is fine. */
void sc_cover_server_doubt(struct sc_cover_server *s);

/* The same once more, at any time. What was read before is kept where none of its files was changed
 * since; {0}: nothing was. */
int sc_cover_server_again(bool must_stand, struct sc_cover_server *s, struct sc_error *err);

/* One site on its way to a verdict. */
struct sc_cover_site {
    const char *domain; /* as it is called in messages */
    unsigned id;        /* 0: not isolated (yet) */
    uid_t uid;
    gid_t gid;
    const char *user, *home;
    struct sc_web_whose is;
    const char *const *isolated; /* document roots that are isolated, or about to be: canonical */
    size_t n_isolated;
};

/* The verdict. Reads the site's own .htaccess with the account's rights, asks PHP-FPM's records and
 * the kernel who answers. What roots of hosts resolve to is added to server->hosts. */
int sc_cover_site(struct sc_cover_server *server, const struct sc_cover_site *site,
                  struct sc_cover_verdict *ret, struct sc_error *err);

/* Has nginx follow no links in what the account has isolated, as far as it can be: core/web/nginx. What
 * cannot be is the verdict's business. `store` as the account is to be. `known`: the configuration where
 * it was read already, or NULL; its files may be others afterwards. `later`: sc_nginx_read()
 * (core/web/nginx/hold.h) follows. */
struct sc_store;
int sc_cover_nginx(struct sc_store *store, uid_t uid, struct sc_cover_server *known, bool later,
                   int wait_ms, struct sc_error *err);

/* For an account that is no more. */
int sc_cover_nginx_forget(uid_t uid, bool later, int wait_ms, struct sc_error *err);

/* ---- for the judge ---- */

struct sc_cover_use { /* of a PHP-FPM pool by a host of the site, or by one around it */
    enum sc_fpm_how how;
    bool around, nginx;
    char *listen;
    char *exe, *main; /* of the pool's master, NULL */
    char *text;       /* why it is not covered; "" */
    const struct sc_way *way;
};

struct sc_cover_links { /* a server block of nginx that serves the site, or lies around it */
    const struct sc_vhost *host;
    bool around;
    bool unread; /* host->shut_by was changed since nginx has read it */
    bool soon;   /* enable writes the line that is missing */
    char *text;  /* else: the way out */
};

struct sc_cover_seen {            /* of one site */
    struct sc_cover_links *links; /* of those that serve links, or are unread */
    size_t n_links;
    struct sc_cover_use *uses;
    size_t n_uses;
    struct sc_ways own;                /* what its .htaccess says */
    char own_error[SC_ERROR_TEXT_MAX]; /* why that could not be read; "" */
    char **shown; /* other names of the home, or of a place in it, that the view has */
    size_t n_shown;
    /* a program that runs its PHP and that its view cannot show, with the way out; NULL */
    char *unseen;
    bool left_out; /* it is isolated, and the table that Apache reads does not say so */
};

/* Pure. */
void sc_cover_judge(const struct sc_cover_server *server, const struct sc_cover_site *site,
                    const struct sc_cover_seen *seen, struct sc_cover_verdict *ret);

#endif
