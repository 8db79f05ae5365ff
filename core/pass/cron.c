/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/cron.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/account/notes.h"
#include "core/base/cleanup.h"

static int apply(const struct sc_tools *t, const struct sc_cron_owner *o,
                 const struct sc_cron_site *sites, size_t n, struct sc_error *err)
{
    char text[256];
    size_t unknown = 0;
    int rc = t->cron(o, sites, n, &unknown, err);
    if (rc < 0)
        return rc;
    snprintf(text, sizeof(text),
             "%zu entr%s of the crontab of %s do%s not run: it costs too much to find out which "
             "site is meant; write the paths without variables, see sitecage-cron(7)",
             unknown, unknown == 1 ? "y" : "ies", o->user, unknown == 1 ? "es" : "");
    return sc_note_set(o->uid, SC_NOTE_CRONTAB, unknown ? text : NULL, err);
}

int sc_pass_cron(const struct sc_tools *t, const struct sc_account *a, const struct sc_plan *plan,
                 const struct sc_made *m, struct sc_error *err)
{
    struct sc_cron_owner o = {.uid = a->uid,
                              .gid = a->gid,
                              .user = a->user,
                              .home = a->home,
                              .home_alias = a->home_alias,
                              .homefd = a->homefd};
    size_t n = plan->n_sites;
    struct sc_cron_site *sites = calloc(n ? n : 1, sizeof(*sites));
    char **docroots = calloc(n ? n : 1, sizeof(*docroots));
    int rc = sites && docroots ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const struct sc_plan_site *s = &plan->sites[i];
        if (s->rel && asprintf(&docroots[i], "%s/%s", a->home, s->rel) < 0) {
            docroots[i] = NULL;
            rc = sc_error_set(err, SC_E_NOMEM, "out of memory for a crontab");
        }
        sites[i] = (struct sc_cron_site){.docroot = docroots[i] ? docroots[i] : s->aliases[0],
                                         .aliases = (const char *const *)s->aliases,
                                         .n_aliases = s->n_aliases,
                                         .token = m->ids[i] ? m->tokens[i] : "",
                                         .isolated = s->isolated};
    }
    if (rc == 0)
        rc = apply(t, &o, sites, n, err);
    for (size_t i = 0; docroots && i < n; i++)
        free(docroots[i]);
    free(docroots);
    free(sites);
    return rc;
}

int sc_pass_cron_end(const struct sc_tools *t, uid_t uid, struct sc_error *err)
{
    struct sc_cron_owner o = {.uid = uid, .homefd = -1};
    SC_FREE char *user = NULL;
    SC_FREE char *home = NULL;
    int rc = sc_account_passwd(uid, &user, &o.gid, &home, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    o.user = user;
    o.home = o.home_alias = home;
    return apply(t, &o, NULL, 0, err);
}
