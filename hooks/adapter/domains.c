/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An adapter's list of domains. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/inventory/envelope.h"
#include "hooks/adapter/adapter.h"

/* What is said of a domain, as the panel spells it. */
struct said {
    const char *name, *owner, *docroot; /* none is NULL */
};

static int pass_over(struct sc_domains *d, const struct said *s, const char *canon,
                     const struct sc_error *why, struct sc_error *err)
{
    bool owner_ok = sc_owner_valid(s->owner), has_path = *s->docroot != 0;
    const struct sc_odd what = {.name = *canon ? canon : NULL,
                                .owner = owner_ok ? s->owner : NULL,
                                .path = has_path ? s->docroot : NULL,
                                .hides = !*canon && !has_path};
    return sc_odds_add(&d->odds, &what, err, "%s", why->text);
}

/* JSON has UTF-8 only. */
static bool sayable(const char *text)
{
    SC_JSON json_t *v = json_string(text);
    return v != NULL;
}

int sc_domains_add(struct sc_domains *d, const char *name, const char *owner, const char *docroot,
                   bool is_main, struct sc_error *err)
{
    const struct said s = {name ? name : "", owner ? owner : "", docroot ? docroot : ""};
    char canon[256] = "", root[SC_DOCROOT_MAX + 1];
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_domain_canon(s.name, canon, &why);
    if (rc == SC_E_INVAL)
        return pass_over(d, &s, "", &why, err);
    if (rc < 0)
        return sc_error_set(err, rc, "%s", why.text);
    const char *wrong = sc_docroot_clean(s.docroot, root);
    if (!wrong && !sayable(root))
        wrong = "is not UTF-8";
    if (!sc_owner_valid(s.owner))
        sc_error_set(&why, SC_E_INVAL, "domain '%s': its owner '%.64s' is not a user name", canon,
                     s.owner);
    else if (wrong)
        sc_error_set(&why, SC_E_INVAL, "domain '%s': its document root '%.256s' %s", canon,
                     s.docroot, wrong);
    return why.code ? pass_over(d, &s, canon, &why, err)
                    : sc_domains_put(d, canon, s.owner, root, is_main, err);
}

/* The length of the deepest directory above the document root that is called `name`; 0. */
static size_t named_dir(const char *docroot, const char *name)
{
    size_t n = strlen(name), found = 0;
    for (const char *p = docroot; n && (p = strchr(p, '/')); p++)
        if (strncasecmp(p + 1, name, n) == 0 && p[1 + n] == '/' && p[2 + n])
            found = (size_t)(p - docroot) + 1 + n;
    return found;
}

int sc_domains_add_named(struct sc_domains *d, const char *name, const char *owner,
                         const char *docroot, bool is_main, struct sc_error *err)
{
    size_t before = d->n;
    int rc = sc_domains_add(d, name, owner, docroot, is_main, err);
    if (rc < 0 || d->n == before)
        return rc;
    const struct sc_domain *it = &d->v[d->n - 1];
    size_t len = named_dir(it->docroot, it->name);
    if (!len)
        len = named_dir(it->docroot, name);
    if (!len)
        return 0;
    SC_FREE char *dir = strndup(it->docroot, len);
    return dir ? sc_domains_put_dir(d, dir, err)
               : sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
}

int sc_domains_add_in(struct sc_domains *d, const char *name, const char *owner,
                      const char *docroot, const char *dir, bool is_main, struct sc_error *err)
{
    size_t before = d->n, len = strlen(dir);
    int rc = sc_domains_add(d, name, owner, docroot, is_main, err);
    if (rc < 0 || d->n == before)
        return rc;
    const char *root = d->v[d->n - 1].docroot;
    bool in = strncmp(root, dir, len) == 0 && root[len] == '/' && root[len + 1];
    return in ? sc_domains_put_dir(d, dir, err) : 0;
}

static int put_copy(struct sc_domains *to, const struct sc_domain *d, struct sc_error *err)
{
    int rc = sc_domains_put(to, d->name, d->owner, d->docroot, d->is_main, err);
    return rc == 0 && d->site_dir ? sc_domains_put_dir(to, d->site_dir, err) : rc;
}

int sc_domains_move(struct sc_domains *from, struct sc_domains *to, struct sc_error *err)
{
    int rc = sc_odds_move(&from->odds, &to->odds, err);
    for (size_t i = 0; rc == 0 && i < from->n; i++)
        rc = put_copy(to, &from->v[i], err);
    if (rc == 0)
        sc_domains_done(from);
    return rc;
}

/* Whether the odd entry says nothing that the domain of that name does not. */
static bool says_less(const struct sc_domains *d, const struct sc_odd *o)
{
    const struct sc_domain *it = o->name ? sc_domains_find(d, o->name) : NULL;
    return it && (!o->path || strcmp(o->path, it->docroot) == 0) &&
           (!o->owner || strcmp(o->owner, it->owner) == 0);
}

static void drop_odds(struct sc_domains *d)
{
    struct sc_odds rest = {0};
    for (size_t i = 0; i < d->odds.n; i++) {
        const struct sc_odd *o = &d->odds.v[i];
        if (!says_less(d, o) && sc_odds_add(&rest, o, NULL, "%s", o->text) < 0) {
            sc_odds_done(&rest); /* without memory they stay as they are */
            return;
        }
    }
    sc_odds_done(&d->odds);
    d->odds = rest;
}

/* The place of an entry that another one of its name was preferred to. */
static void keep_place(struct sc_domains *d, const struct sc_domain *kept,
                       const struct sc_domain *other)
{
    const struct sc_odd what = {.owner = other->owner, .path = other->docroot};
    if (strcmp(kept->docroot, other->docroot) != 0)
        (void)sc_odds_add(&d->odds, &what, NULL,
                          "domain '%s' is there twice: its document root is %s, not %s", kept->name,
                          kept->docroot, other->docroot);
}

void sc_domains_finish(struct sc_domains *d)
{
    size_t kept = d->n ? 1 : 0;
    sc_domains_sort(d);
    for (size_t i = 1; i < d->n; i++) {
        if (strcmp(d->v[kept - 1].name, d->v[i].name) != 0) {
            d->v[kept++] = d->v[i];
            continue;
        }
        keep_place(d, &d->v[kept - 1], &d->v[i]);
        SC_FREE_ALL(d->v[i].name, d->v[i].owner, d->v[i].docroot, d->v[i].site_dir);
    }
    d->n = kept;
    drop_odds(d);
}

int sc_domains_give(struct sc_domains *first, struct sc_domains *later, struct sc_domains *ret,
                    struct sc_error *err)
{
    int rc = sc_domains_move(later, first, err);
    if (rc < 0)
        return rc;
    sc_domains_finish(first);
    sc_domains_done(ret);
    SC_MOVE(ret, first);
    return 0;
}
