/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/learners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "db/store.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains that learn");
}

/* Whether the site of domain `i` learns as the database has it. */
static int learns_already(const struct sc_server *s, const struct sc_account *a,
                          const struct sc_facts *f, size_t i, bool *ret, struct sc_error *err)
{
    SC_FREE char *docroot = NULL;
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    SC_CLEANUP(sc_domain_entry_clear) struct sc_domain_entry e = {0};
    *ret = false;
    if (asprintf(&docroot, "%s/%s", a->home, f->docroots.rels[i]) < 0)
        return no_memory(err);
    int rc = sc_store_site_find(s->store, a->uid, docroot, &row, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    *ret = row.isolated && row.config &&
           sc_domain_entry_from_json(&e, row.config, a->home_alias, NULL) == 0 &&
           e.learning_until != 0;
    return 0;
}

static int isolate_instead(struct sc_facts *f, const char *name, struct sc_error *err)
{
    f->not_learning.limit = SC_NOT_LEARNING_MAX;
    if (f->not_learning.len + strlen(name) + 2 < SC_NOT_LEARNING_MAX)
        sc_buf_fmt(&f->not_learning, "%s%s", f->not_learning.len ? " " : "", name);
    return sc_domains_config_set_isolated(&f->config, name, true, err);
}

int sc_learners_bound(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                      struct sc_error *err)
{
    SC_FREE bool *new = calloc(f->domains.n + 1, sizeof(*new));
    size_t known = 0, n_new = 0;
    int rc = 0;
    if (!new)
        return no_memory(err);
    for (size_t i = 0; rc == 0 && i < f->domains.n; i++) {
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, f->domains.v[i].name);
        bool already = false;
        if (!e || !f->docroots.rels[i] || !sc_domain_entry_is_learning(e, sc_server_now(s)))
            continue;
        rc = learns_already(s, a, f, i, &already, err);
        new[i] = !already;
        known += already;
        n_new += !already;
    }
    f->learning = known + n_new;
    for (size_t i = 0; rc == 0 && n_new && i < f->domains.n; i++)
        if (new[i] && known++ >= SC_USER_LEARN_MAX)
            rc = isolate_instead(f, f->domains.v[i].name, err);
    return rc;
}
