/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/tokens.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "directadmin/tokens_run.h"

void sc_da_places_done(struct sc_da_places *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->v[i].path);
        free(p->v[i].why);
    }
    free(p->v);
    *p = (struct sc_da_places){0};
}

int sc_da_places_add(struct sc_da_places *p, const char *path, const char *why,
                     struct sc_error *err)
{
    struct sc_da_place one = {path ? strdup(path) : NULL, why ? strdup(why) : NULL};
    if ((path && !one.path) || (why && !one.why) || !SC_VEC_ROOM(p->v, p->n)) {
        free(one.path);
        free(one.why);
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    }
    p->v[p->n++] = one;
    return 0;
}

/* What the web server's hosts get. */
struct hosts {
    struct sc_da_hits http, https, domain; /* the last: the domain's own, for a subdomain */
};

static void hosts_done(struct hosts *h)
{
    sc_da_hits_done(&h->http);
    sc_da_hits_done(&h->https);
    sc_da_hits_done(&h->domain);
}

static int run_all(const char *text, const struct sc_da_site *site, struct hosts *h,
                   struct sc_error *err)
{
    const struct sc_da_host http = {site, site->sub, false}, https = {site, site->sub, true},
                            domain = {site, "", false};
    int rc = sc_da_tokens_run(text, &http, &h->http, err);
    if (rc == 0)
        rc = sc_da_tokens_run(text, &https, &h->https, err);
    if (rc == 0 && *site->sub)
        rc = sc_da_tokens_run(text, &domain, &h->domain, err);
    return rc;
}

static int doubt(struct sc_da_places *also, const struct sc_da_hit *h, struct sc_error *err)
{
    SC_FREE char *why = strndup(h->why ? h->why : "", h->why_length);
    if (!why)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    return sc_da_places_add(also, h->path, why, err);
}

/* A path that is the site's as well. */
static int more(struct sc_da_places *also, const char *path, struct sc_error *err)
{
    return path ? sc_da_places_add(also, path, NULL, err) : 0;
}

static int weigh(const struct sc_da_hit *http, const struct sc_da_hit *https,
                 const struct sc_da_hit **best, struct sc_da_places *also, struct sc_error *err)
{
    if (http->in_force == SC_DA_MAYBE || (http->in_force == SC_DA_YES && !http->path))
        return doubt(also, http, err);
    if (https->in_force == SC_DA_MAYBE || (https->in_force == SC_DA_YES && !https->path))
        return doubt(also, https, err);
    int rc = 0;
    if (https->in_force == SC_DA_YES &&
        (http->in_force == SC_DA_NO || strcmp(http->path, https->path) != 0))
        rc = more(also, https->path, err);
    if (rc < 0 || http->in_force == SC_DA_NO)
        return rc;
    if (*best && (*best)->sdocroot && !http->sdocroot)
        return more(also, http->path, err);
    if (*best && !(*best)->sdocroot && http->sdocroot)
        rc = more(also, (*best)->path, err);
    *best = http;
    return rc;
}

/* A |?DOCROOT=…| for a subdomain that the domain has, too: it is the domain's. One that names the
 * subdomain may move it nevertheless. */
static int share(const struct sc_da_hit *sub, const struct sc_da_hit *domain,
                 struct sc_da_places *also, struct sc_error *err)
{
    bool same = sub->path && domain->path && strcmp(sub->path, domain->path) == 0;
    if (same || sub->in_force == SC_DA_NO)
        return 0;
    if (sub->in_force == SC_DA_MAYBE || domain->in_force == SC_DA_MAYBE)
        return doubt(also, sub->why_length ? sub : domain, err);
    return more(also, sub->path, err);
}

static int weigh_one(const struct hosts *h, size_t i, bool is_sub, const struct sc_da_hit **best,
                     struct sc_da_places *also, struct sc_error *err)
{
    const struct sc_da_hit *http = &h->http.v[i];
    if (!is_sub && http->sdocroot)
        return 0;
    if (is_sub && !http->sdocroot && h->domain.v[i].in_force != SC_DA_NO)
        return share(http, &h->domain.v[i], also, err);
    return weigh(http, &h->https.v[i], best, also, err);
}

int sc_da_tokens_docroot(const char *text, const struct sc_da_site *site, char **ret,
                         struct sc_da_places *also, struct sc_error *err)
{
    SC_CLEANUP(hosts_done) struct hosts h = {0};
    const struct sc_da_hit *best = NULL;
    int rc = run_all(text, site, &h, err);
    for (size_t i = 0; rc == 0 && i < h.http.n; i++)
        rc = weigh_one(&h, i, *site->sub != 0, &best, also, err);
    if (rc < 0)
        return rc;
    char *path = best ? strdup(best->path) : NULL;
    if (best && !path)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    *ret = path;
    return 0;
}
