/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of mod_sitecage that know httpd share. */
#ifndef SC_WEB_APACHE_MOD_H
#define SC_WEB_APACHE_MOD_H

#include <httpd.h>
#include <http_config.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <apr_strings.h>

#include "core/web/apache/ask.h"
#include "core/web/apache/counts.h"
#include "core/web/apache/docroots.h"
#include "core/web/apache/live.h"
#include "core/web/apache/slots.h"
#include "core/web/apache/views.h"

/* The only name of this library that others see. */
extern module AP_MODULE_DECLARE_DATA __attribute__((visibility("default"))) sitecage_module;

/* What one process of the server has for one reading of its configuration. */
struct sc_mod {
    struct sc_web_slots slots;
    struct sc_web_live *live;
    struct sc_web_views *views; /* of a child */
    struct sc_web_docroots *docroots;
    struct sc_web_counts *counts; /* shared by all children; NULL: nothing is counted */
    const char *broken;           /* why no isolated site may be served; NULL: nothing is wrong */
    const char *suexec_bin;       /* where this Apache looks for suexec; NULL: it does not say */
    bool may_not_write;           /* below /run or /var/lib: sitecage-web does it (ask.h) */
    bool can_proxy;               /* mod_proxy and mod_proxy_fcgi are loaded */
    bool passenger;               /* mod_passenger is */
};
extern struct sc_mod *sc_mod; /* NULL while the configuration is only looked at */

/* What directives say: of a directory, or the whole server. */
struct sc_mod_dir {
    apr_array_header_t *handlers, *backends; /* that are allowed; of const char *; NULL: none */
    const char
        *code; /* the directive of a .htaccess that runs code in the server's process; NULL */
    const char *program; /* one that starts a program; NULL */
    bool linked;         /* with these: the .htaccess lies in an isolated site, by whatever name */
    apr_array_header_t
        *passwords; /* files that the server's own configuration names; as handlers */
};

/* What is known about one request. */
struct sc_mod_request {
    struct sc_web_shared *shared;     /* the table that it is judged by */
    const struct sc_web_site *site;   /* NULL: no isolated site's */
    const struct sc_web_site *learns; /* the site of such a request that learns; NULL */
    const char *docroot;              /* that was looked up last, by its address … */
    const struct sc_web_site *host;   /* … and whose it is */
    /* of this request, or of one that is part of it: */
    const request_rec *proxied; /* whose connection of mod_proxy's was decided; NULL */
    const request_rec *handled; /* whose handler phase was entered for the site; NULL */
    bool sites_code;            /* with handled: what it runs is users' doing */
    bool from_site;             /* its file lay in the site once: what .htaccess set goes on */
    bool refused;
    const char *denied; /* a file that the guard did not open; the first */
};

/* ---- request.c ---- */

/* Of this request; of its main request where it has none. Never NULL after create_request. */
struct sc_mod_request *sc_mod_request_of(const request_rec *r);

/* From now on this thread works for the site, until another request begins. 0, or the status that
 * the visitor gets, logged. */
int sc_mod_enter(request_rec *r, const struct sc_web_site *site);
void sc_mod_leave(void);

/* Finds out whose the request is by what is known of it now, and enters. 0, or a status. */
int sc_mod_find_site(request_rec *r);

/* The isolated site that clean `path` lies in by its text; NULL. One that learns is noted in the
 * request. */
const struct sc_web_site *sc_mod_site_of_path(const request_rec *r, const char *path);

/* "*:PORT" (address.h) as mod_proxy takes it. */
static inline const char *sc_mod_local(apr_pool_t *p, const char *name)
{
    return apr_pstrcat(p, "127.0.0.1", name + 1, NULL);
}

/* Says no: logged in one line, counted. Returns `status`. `detail` says what is meant; NULL. */
int sc_mod_refuse(request_rec *r, const struct sc_web_site *site, int status, const char *reason,
                  const char *detail);

/* Whether what is called `path` really lies in an isolated site. */
bool sc_mod_is_in_site(const char *path);

void sc_mod_request_hooks(apr_pool_t *p);

/* ---- directives.c ---- */

void *sc_mod_make_dir(apr_pool_t *p, char *path);
void *sc_mod_merge_dirs(apr_pool_t *p, void *base, void *more);
extern const command_rec sc_mod_directives[];
void sc_mod_directive_hooks(apr_pool_t *p);

/* ---- gate.c ---- */

/* A program that a directive of the site's own has Apache start, in whatever phase: 0, or the status that the
 * visitor gets, logged. `detail`: the directive. */
int sc_mod_judge_program(request_rec *r, const struct sc_web_site *site, const char *detail);

/* Whether what the request's file name leads to is code that users can write. */
bool sc_mod_is_sites_code(const request_rec *r, const char *filename);
void sc_mod_gate_hooks(apr_pool_t *p);

/* ---- passenger.c ---- */

bool sc_mod_passenger_is(void); /* it is loaded */
/* 0, or the status of a request that Passenger has prepared to run, logged. */
int sc_mod_passenger_judge(request_rec *r, const struct sc_web_site *site);
/* ap_run_handler() without Passenger's. */
int sc_mod_passenger_without(request_rec *r);

/* ---- proxy.c ---- */

void sc_mod_proxy_hooks(apr_pool_t *p); /* in pre_config: mod_proxy may be loaded after us */

/* ---- told.c ---- */

/* Before a program of an isolated site is started: why it was not is said in the host's own log. */
void sc_mod_ask_entry(request_rec *r);
void sc_mod_told_hooks(apr_pool_t *p);

/* ---- htaccess.c ---- */

void sc_mod_htaccess_hooks(apr_pool_t *p);

/* ---- selftest.c ---- */

/* NULL, or why the guard does not work in this process. */
const char *sc_mod_selftest(apr_pool_t *p);

/* ---- report.c ---- */

void sc_mod_report(apr_pool_t *p, server_rec *s); /* root's process, at each start */

#endif
