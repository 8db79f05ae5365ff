/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/held.h"

#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/config/domains_held.h"

/* A lock that cannot be understood counts as one that says nothing. */
static int read_kept(const struct sc_account *a, const struct sc_buf *text, struct sc_held *h)
{
    struct sc_error why = SC_ERROR_INIT;
    if (text->len &&
        sc_domains_config_parse(text->data, text->len, a->home_alias, &h->was, &why) == 0)
        return 1;
    if (text->len)
        sc_log("user=%s: what is kept with the lock is not understood, what was applied counts: %s",
               a->user, why.text);
    return 0;
}

int sc_held_begin(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  int (*applied)(const struct sc_server *s, const struct sc_account *a,
                                 struct sc_domains_config *ret, struct sc_error *err),
                  struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_held *h = &f->held;
    int rc = sc_policy_lock_read(&s->policy, a->user, &h->locked, &text, err);
    if (rc < 0 || !h->locked)
        return rc;
    if (!read_kept(a, &text, h))
        rc = applied(s, a, &h->was, err);
    return rc < 0 ? rc
                  : sc_domains_config_hold(&h->was, &f->config, a->home_alias, &h->refused, err);
}

static const struct sc_domain_entry *was_of(const struct sc_facts *f, size_t i)
{
    return sc_domains_config_find(&f->held.was, sc_renames_old(&f->renames, f->domains.v[i].name));
}

/* Whether the document root of domain `i` has a name that is held. */
static bool is_held_place(const struct sc_facts *f, size_t i)
{
    for (size_t k = 0; k < f->domains.n; k++) {
        const struct sc_domain_entry *w = was_of(f, k);
        if (w && w->isolated && f->docroots.rels[k] &&
            strcmp(f->docroots.rels[k], f->docroots.rels[i]) == 0)
            return true;
    }
    return false;
}

int sc_held_names(struct sc_facts *f, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && f->held.locked && i < f->domains.n; i++) {
        struct sc_domain_entry *e = sc_domains_config_find(&f->config, f->domains.v[i].name);
        const struct sc_domain_entry *w = was_of(f, i);
        if (e && f->docroots.rels[i] && !(w && w->isolated) && is_held_place(f, i))
            rc = sc_domain_entry_hold(e, w, &f->held.refused, err);
    }
    return rc;
}
