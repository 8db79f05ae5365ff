/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --site-isolation-check: what runs the PHP of each domain, and does isolation reach it. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/php/fpm/apply.h"
#include "core/php/fpm/known.h"
#include "core/account/account.h"
#include "core/check/internal.h"
#include "core/web/suexec_front.h"
#include "core/web/vhosts.h"
#include "core/engine/engine.h"

#define LSPHP_ENTRY  SC_LIBEXECDIR "/lsphp"
#define LSPHP_NATIVE "/usr/local/bin/lsphp"
#define LSPHP_LIST   "/etc/container/php.handler"

#define TEXTS_MAX 8u

struct look {
    struct sc_checks *checks;
    struct sc_vhosts hosts;
    struct sc_suexec front;
    bool enabled;
};

static void look_done(struct look *l)
{
    sc_vhosts_done(&l->hosts);
    sc_suexec_done(&l->front);
}

/* One domain on its way to a row. */
struct domain {
    const struct sc_status_row *row;
    unsigned handlers;            /* of all its hosts */
    size_t hosts;                 /* how many */
    const char *texts[TEXTS_MAX]; /* its document root as the web server and the panel write it */
    size_t n_texts;
    const struct sc_vhost *no_suexec; /* a host of Apache's with CGI or FCGI without suexec */
    char why[SC_ERROR_TEXT_MAX];      /* why something is not covered, and the way out */
};

/* ---- which hosts ---- */

static bool has_name(const struct sc_vhost *h, const char *name)
{
    for (size_t i = 0; i < h->n_names; i++)
        if (strcasecmp(h->names[i], name) == 0)
            return true;
    return false;
}

static void take_host(struct domain *d, const struct sc_vhost *h)
{
    d->hosts++;
    d->handlers |= h->handlers;
    bool there = !h->docroot || d->n_texts == TEXTS_MAX;
    for (size_t i = 0; i < d->n_texts && !there; i++)
        there = strcmp(d->texts[i], h->docroot) == 0;
    if (!there)
        d->texts[d->n_texts++] = h->docroot;
    if ((h->handlers & (SC_HANDLER_CGI | SC_HANDLER_FCGID)) && !h->suexec && !h->nginx &&
        !d->no_suexec)
        d->no_suexec = h;
}

/* By name; where no host has it, by document root. */
static void find_hosts(const struct sc_vhosts *all, struct domain *d)
{
    for (size_t i = 0; i < all->n; i++)
        if (has_name(&all->v[i], d->row->domain))
            take_host(d, &all->v[i]);
    if (d->hosts)
        return;
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].docroot && strcmp(all->v[i].docroot, d->row->docroot) == 0)
            take_host(d, &all->v[i]);
}

/* ---- is it covered: each returns OK, or writes why not ---- */

static enum sc_check_result by_suexec(const struct look *l, struct domain *d)
{
    const struct sc_vhost *h = d->no_suexec;
    if (h) {
        snprintf(d->why, sizeof(d->why),
                 "the virtual host at %s:%u has no SuexecUserGroup: its programs run as the web "
                 "server's user, outside of every site; give it one",
                 h->file, h->line);
        return SC_CHECK_FAILED;
    }
    if (!l->front.here) {
        snprintf(d->why, sizeof(d->why), "no suexec is installed: see \"web server: suexec\"");
        return SC_CHECK_FAILED;
    }
    if (l->enabled && !l->front.armed) {
        snprintf(d->why, sizeof(d->why),
                 l->front.in_front ? "Sitecage's entry " SC_SUEXEC_NOT_ARMED
                                   : "Sitecage's entry is not in front of suexec: run cagefsctl "
                                     "--site-isolation-allow-all");
        return SC_CHECK_FAILED;
    }
    return SC_CHECK_OK;
}

/* Whether mod_lsapi is told to run Sitecage's lsphp, as the server's own or by name. */
static bool lsphp_in_place(void)
{
    char real[PATH_MAX], line[PATH_MAX + 256];
    if (realpath(LSPHP_NATIVE, real) && strcmp(real, LSPHP_ENTRY) == 0)
        return true;
    bool found = false;
    FILE *f = fopen(LSPHP_LIST, "re");
    while (f && !found && fgets(line, sizeof(line), f))
        found = line[0] != '#' && strstr(line, LSPHP_ENTRY) != NULL;
    if (f)
        fclose(f);
    return found;
}

static enum sc_check_result by_lsapi(const struct look *l, struct domain *d)
{
    if (l->hosts.per_user_at) {
        snprintf(d->why, sizeof(d->why),
                 "lsapi_per_user On at %s is incompatible with CloudLinux Isolates: switch to "
                 "lsapi_per_user Off (the default)",
                 l->hosts.per_user_at);
        return SC_CHECK_FAILED;
    }
    if (lsphp_in_place())
        return SC_CHECK_OK;
    snprintf(d->why, sizeof(d->why),
             "mod_lsapi does not run " LSPHP_ENTRY ": name it in " LSPHP_LIST);
    return SC_CHECK_FAILED;
}

static void keep_first(void *arg, const char *text)
{
    struct domain *d = arg;
    if (!d->why[0])
        snprintf(d->why, sizeof(d->why), "%s", text);
}

static enum sc_check_result by_fpm(struct domain *d)
{
    struct sc_error err = SC_ERROR_INIT;
    unsigned uses = 0, covered = 0;
    bool own = d->handlers & SC_HANDLER_FPM;
    struct sc_fpm_site site = {
        .id = d->row->id, .docroot = d->row->docroot, .texts = d->texts, .n_texts = d->n_texts};
    struct sc_fpm_account account = {.user = d->row->user, .notice = keep_first, .arg = d};
    int rc = sc_account_uid(d->row->user, &account.uid, &err);
    if (rc == 0)
        rc = sc_fpm_look(&account, &site, &uses, &covered, &err);
    if (rc < 0)
        snprintf(d->why, sizeof(d->why), "%s", err.text);
    else if (uses == 0 && own)
        snprintf(d->why, sizeof(d->why), "its PHP-FPM pool was not found");
    return rc == 0 && (uses || !own) && covered == uses ? SC_CHECK_OK : SC_CHECK_FAILED;
}

/* A host around it uses FPM: by that host's name its code may be asked for. */
static bool fpm_is_around(const struct look *l, const struct domain *d)
{
    for (size_t i = 0; i < l->hosts.n; i++)
        if ((l->hosts.v[i].handlers & SC_HANDLER_FPM) && l->hosts.v[i].docroot &&
            sc_fpm_is_around(l->hosts.v[i].docroot, d->texts, d->n_texts))
            return true;
    return false;
}

static enum sc_check_result judge(const struct look *l, struct domain *d)
{
    enum sc_check_result result = SC_CHECK_OK;
    if (d->hosts == 0) {
        snprintf(d->why, sizeof(d->why),
                 "no virtual host of Apache or nginx has this name or the document root %s",
                 d->row->docroot);
        return SC_CHECK_WARNING;
    }
    if (d->handlers & SC_HANDLER_MODULE) {
        snprintf(d->why, sizeof(d->why),
                 "mod_php runs in the web server's own process and cannot be isolated: use LSAPI, "
                 "FPM, FCGI or CGI");
        return SC_CHECK_FAILED;
    }
    if (d->handlers & (SC_HANDLER_CGI | SC_HANDLER_FCGID))
        result = by_suexec(l, d);
    if (result == SC_CHECK_OK && (d->handlers & SC_HANDLER_LSAPI))
        result = by_lsapi(l, d);
    if (result == SC_CHECK_OK && ((d->handlers & SC_HANDLER_FPM) || fpm_is_around(l, d)))
        result = by_fpm(d);
    return result;
}

static void check_one(struct look *l, const struct sc_status_row *row)
{
    struct domain d = {.row = row, .texts = {row->docroot}, .n_texts = 1};
    find_hosts(&l->hosts, &d);
    enum sc_check_result result = judge(l, &d);
    const char *handler = d.hosts ? sc_handler_name(d.handlers) : "none";
    const char *state = result != SC_CHECK_OK ? d.why
                        : d.handlers == 0     ? "no PHP handler is configured for it"
                        : row->isolated       ? "isolated, and covered"
                                              : "covered once it is isolated";
    sc_check_add_domain(l->checks, row->domain, handler, result == SC_CHECK_OK && d.handlers,
                        result, state);
}

/* How many hosts of the server there are of each kind. */
static void check_hosts(struct look *l)
{
    static const unsigned kinds[] = {SC_HANDLER_LSAPI, SC_HANDLER_FPM,    SC_HANDLER_FCGID,
                                     SC_HANDLER_CGI,   SC_HANDLER_MODULE, 0};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        const char *name = sc_handler_name(kinds[k]);
        size_t n = 0;
        for (size_t i = 0; i < l->hosts.n; i++)
            n += strcmp(sc_handler_name(l->hosts.v[i].handlers), name) == 0;
        if (n)
            sc_buf_fmt(&text, "%s%s %zu", text.len ? ", " : "", name, n);
    }
    sc_check_add(l->checks, "web server: hosts", l->hosts.n ? SC_CHECK_OK : SC_CHECK_SKIPPED, "%s",
                 text.len ? text.data : "none was found in the configuration");
}

int sc_check_domains(struct sc_checks *c, struct sc_server *s, const char *const *domains, size_t n,
                     bool enabled, struct sc_error *err)
{
    SC_CLEANUP(look_done) struct look l = {.checks = c, .enabled = enabled};
    SC_CLEANUP(sc_status_done) struct sc_status status = {0};
    int rc = sc_engine_status(s, domains, n, &status, err);
    if (rc == 0)
        rc = sc_vhosts_load("", &l.hosts, err);
    if (rc < 0)
        return rc;
    if (sc_suexec_look(&l.front, NULL) < 0)
        l.front.here = false; /* "web server: suexec" says why */
    if (n == 0)
        check_hosts(&l);
    for (size_t i = 0; i < status.n; i++)
        check_one(&l, &status.v[i]);
    return 0;
}
