/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sites learn, as the database has it: for the state of domains. */
#include "core/engine/learning.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/config/domains_config.h"

/* 0 where it does not. */
static int64_t until_of(const struct sc_site_row *row, const char *home, int64_t now)
{
    SC_CLEANUP(sc_domain_entry_clear) struct sc_domain_entry e = {0};
    if (!row->isolated || !row->config || !strstr(row->config, "learning_until") ||
        sc_domain_entry_from_json(&e, row->config, home, NULL) < 0)
        return 0;
    e.isolated = false;
    return sc_domain_entry_is_learning(&e, now) ? e.learning_until : 0;
}

/* The panel may say it by links. */
static bool is_docroot(const char *text, const char *docroot)
{
    char real[PATH_MAX];
    return strcmp(text, docroot) == 0 || (realpath(text, real) && strcmp(real, docroot) == 0);
}

int sc_learning_load(struct sc_server *s, const struct sc_user_row *u, struct sc_learning *ret,
                     struct sc_error *err)
{
    struct sc_learning l = {0};
    int64_t now = sc_server_now(s);
    int rc = sc_store_sites_get(s->store, u->uid, &l.sites, err);
    if (rc < 0)
        return rc;
    l.until = calloc(l.sites.n + 1, sizeof(*l.until));
    if (!l.until) {
        sc_learning_done(&l);
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < l.sites.n; i++) {
        l.until[i] = until_of(&l.sites.rows[i], u->home, now);
        l.any |= l.until[i] != 0;
    }
    *ret = l;
    return 0;
}

void sc_learning_done(struct sc_learning *l)
{
    sc_site_list_done(&l->sites);
    free(l->until);
    *l = (struct sc_learning){0};
}

int64_t sc_learning_until(const struct sc_learning *l, const char *docroot)
{
    for (size_t i = 0; l->any && i < l->sites.n; i++)
        if (l->until[i] && is_docroot(docroot, l->sites.rows[i].docroot))
            return l->until[i];
    return 0;
}
