/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One user's domains from his files, in the precedence of DirectAdmin's templates. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "directadmin/conf.h"
#include "directadmin/files.h"
#include "directadmin/override.h"
#include "directadmin/tokens.h"
#include "hooks/adapter/adapter.h"
#include "hooks/adapter/homes.h"

#define VALUE_MAX (3 * SC_DOCROOT_MAX) /* percent-encoded */

/* Domains go before subdomains and aliases, of whichever user: a name that is both is the
 * domain. */
struct listing {
    int dirfd;
    struct sc_domains first, later;
    const char *user, *home, *main; /* of the user being read */
    struct sc_error *err;
};

/* What was read of one domain. */
struct domain {
    const char *name; /* as DirectAdmin spells it */
    struct sc_buf conf, subdomains, pointers, override;
    struct sc_buf tokens[3];
};

static void domain_done(struct domain *d)
{
    sc_buf_free(&d->conf);
    sc_buf_free(&d->subdomains);
    sc_buf_free(&d->pointers);
    sc_buf_free(&d->override);
    for (size_t i = 0; i < 3; i++)
        sc_buf_free(&d->tokens[i]);
}

static int add(struct listing *l, struct sc_domains *to, const char *name, const char *docroot,
               bool is_main)
{
    return sc_domains_add_named(to, name, l->user, docroot, is_main, l->err);
}

static bool same_name(const char *a, const char *b)
{
    char x[256], y[256];
    return sc_domain_canon(a, x, NULL) == 0 && sc_domain_canon(b, y, NULL) == 0 &&
           strcmp(x, y) == 0;
}

static int read_pointers(struct listing *l, struct domain *d)
{
    return sc_da_files_read(l->dirfd, &d->pointers, l->err, "%s/domains/%s.pointers", l->user,
                            d->name);
}

static int read_domain(struct listing *l, struct domain *d)
{
    struct {
        struct sc_buf *buf;
        const char *suffix;
    } files[] = {{&d->conf, "conf"},
                 {&d->subdomains, "subdomains"},
                 {&d->override, "subdomains.docroot.override"},
                 {&d->tokens[0], "cust_httpd"},
                 {&d->tokens[1], "cust_nginx"},
                 {&d->tokens[2], "cust_openlitespeed"}};
    int rc = read_pointers(l, d);
    for (size_t i = 0; rc == 0 && i < sizeof(files) / sizeof(files[0]); i++)
        rc = sc_da_files_read(l->dirfd, files[i].buf, l->err, "%s/domains/%s.%s", l->user, d->name,
                              files[i].suffix);
    return rc;
}

/* `plain`: the document root as it is without the templates. The first of the three that has one
 * wins; what the others have, or may have, is for *also. */
static int by_tokens(const struct listing *l, const struct domain *d, const char *sub,
                     const char *plain, char **ret, struct sc_da_places *also)
{
    const struct sc_da_site site = {l->user, l->home, d->name, sub, plain};
    SC_FREE char *best = NULL;
    for (size_t i = 0; i < 3; i++) {
        SC_FREE char *path = NULL;
        int rc = d->tokens[i].len
                     ? sc_da_tokens_docroot(d->tokens[i].data, &site, &path, also, l->err)
                     : 0;
        if (rc == 0 && best && path && strcmp(best, path) != 0)
            rc = sc_da_places_add(also, path, NULL, l->err);
        if (rc < 0)
            return rc;
        if (!best)
            best = sc_steal_ptr(&path);
    }
    *ret = sc_steal_ptr(&best);
    return 0;
}

/* Tells the further places of a domain's, closed to other sites. `name`: as DirectAdmin spells
 * it. */
static int add_places(struct listing *l, struct sc_domains *to, const char *name,
                      const struct sc_da_places *p)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->n; i++) {
        char canon[256];
        bool known = sc_domain_canon(name, canon, NULL) == 0;
        const struct sc_odd what = {
            .name = known ? canon : NULL, .owner = l->user, .path = p->v[i].path};
        if (!p->v[i].why)
            rc = sc_odds_add(&to->odds, &what, l->err, "%s", "");
        else
            rc = sc_odds_add(&to->odds, &what, l->err,
                             "domain '%s': a template has |%s|, which is not understood; its "
                             "document root may be %.256s",
                             name, p->v[i].why, p->v[i].path ? p->v[i].path : "another");
    }
    return rc;
}

/* Adds the domain or subdomain (`sub` not ""), with its further places. `plain`: NULL: it is too
 * long. `first`: it comes before the templates' one. */
static int add_site(struct listing *l, struct domain *d, struct sc_domains *to, const char *name,
                    const char *sub, const char *plain, bool first, char **ret)
{
    SC_CLEANUP(sc_da_places_done) struct sc_da_places also = {0};
    SC_FREE char *path = NULL;
    int rc = by_tokens(l, d, sub, plain ? plain : "", &path, &also);
    if (rc == 0 && path && first)
        rc = sc_da_places_add(&also, path, NULL, l->err);
    const char *docroot = path && !first ? path : plain ? plain : "";
    bool is_main = !*sub && l->main[0] && same_name(name, l->main);
    if (rc == 0)
        rc = add(l, to, name, docroot, is_main);
    if (rc == 0)
        rc = add_places(l, to, name, &also);
    if (rc == 0 && ret && !(*ret = strdup(docroot)))
        rc = sc_error_set(l->err, SC_E_NOMEM, "out of memory for the domains");
    return rc;
}

/* False: it is too long. */
static bool domain_docroot(const struct listing *l, struct domain *d, char *out, size_t size)
{
    char value[VALUE_MAX];
    if (sc_da_conf_get(d->conf.data, "public_html", value, sizeof(value)) &&
        sc_da_below_home(l->home, value, out, size))
        return true;
    int n = snprintf(out, size, "%s/domains/%s/public_html", l->home, d->name);
    return n > 0 && (size_t)n < size;
}

static bool by_override(const struct listing *l, const struct domain *d, const char *label,
                        char *out, size_t size)
{
    char value[VALUE_MAX], path[SC_DOCROOT_MAX + 1];
    return sc_da_conf_get(d->override.data, label, value, sizeof(value)) &&
           sc_da_override(value, path, sizeof(path)) && sc_da_below_home(l->home, path, out, size);
}

/* `own`: what stands behind the label in .subdomains; NULL: nothing. */
static bool sub_docroot(const struct listing *l, const struct domain *d, const char *label,
                        const char *own, char *out, size_t size)
{
    if (own && sc_da_below_home(l->home, own, out, size))
        return true;
    int n = snprintf(out, size, "%s/domains/%s/public_html/%s", l->home, d->name, label);
    return n > 0 && (size_t)n < size;
}

static int add_subdomains(struct listing *l, struct domain *d)
{
    struct sc_da_lines it = {d->subdomains.data};
    int rc = 0;
    for (char *label; rc == 0 && (label = sc_da_line(&it));) {
        const char *own = sc_da_value(label);
        char docroot[SC_DOCROOT_MAX + 1];
        SC_FREE char *name = NULL;
        if (asprintf(&name, "%s.%s", label, d->name) < 0)
            return sc_error_set(l->err, SC_E_NOMEM, "out of memory for the domains");
        bool first = by_override(l, d, label, docroot, sizeof(docroot));
        bool known = first || sub_docroot(l, d, label, own, docroot, sizeof(docroot));
        rc = add_site(l, d, &l->later, name, label, known ? docroot : NULL, first, NULL);
    }
    return rc;
}

/* name=alias is another name of the domain's site; name=pointer is a redirect, which has no
 * files. */
static int add_aliases(struct listing *l, struct domain *d, const char *docroot)
{
    struct sc_da_lines it = {d->pointers.data};
    int rc = 0;
    for (char *name; rc == 0 && (name = sc_da_line(&it));) {
        const char *kind = sc_da_value(name);
        if (kind && strcmp(kind, "alias") == 0)
            rc = add(l, &l->later, name, docroot, false);
    }
    return rc;
}

static int list_domain(struct listing *l, const char *name)
{
    SC_CLEANUP(domain_done) struct domain d = {.name = name};
    char canon[256];
    if (sc_domain_canon(name, canon, NULL) < 0)
        return add(l, &l->first, name, "", false); /* and what is no name is no file name either */
    char plain[SC_DOCROOT_MAX + 1];
    SC_FREE char *docroot = NULL;
    int rc = read_domain(l, &d);
    if (rc < 0)
        return rc;
    bool known = domain_docroot(l, &d, plain, sizeof(plain));
    rc = add_site(l, &d, &l->first, name, "", known ? plain : NULL, false, &docroot);
    if (rc == 0)
        rc = add_subdomains(l, &d);
    return rc < 0 ? rc : add_aliases(l, &d, docroot);
}

/* Calls `each` for every domain of the user, with l->user and l->main set. */
static int walk(struct listing *l, const char *user, int (*each)(struct listing *, const char *))
{
    SC_BUF struct sc_buf conf = SC_BUF_INIT, list = SC_BUF_INIT;
    char main_domain[256] = "";
    int rc = sc_da_files_read(l->dirfd, &list, l->err, "%s/domains.list", user);
    if (rc < 0 || (rc = sc_da_files_read(l->dirfd, &conf, l->err, "%s/user.conf", user)) < 0)
        return rc;
    if (!sc_da_conf_get(conf.data, "domain", main_domain, sizeof(main_domain)))
        main_domain[0] = 0;
    l->user = user;
    l->main = main_domain;
    struct sc_da_lines it = {list.data};
    for (char *name; rc == 0 && (name = sc_da_line(&it));)
        rc = each(l, name);
    return rc;
}

int sc_da_files_domains(const struct sc_da *da, const char *owner, struct sc_domains *ret,
                        struct sc_error *err)
{
    SC_FD int dirfd = -EBADF;
    SC_DA_NAMES struct sc_da_names users = {0};
    SC_HOMES_LIST struct sc_homes homes = {0};
    SC_DOMAINS struct sc_domains first = SC_DOMAINS_INIT, later = SC_DOMAINS_INIT;
    int rc = owner ? sc_da_files_open(da, &dirfd, err) : sc_da_files_users(da, &dirfd, &users, err);
    if (rc < 0 || (rc = sc_homes_load(da->prefix, !owner, &homes, err)) < 0)
        return rc;
    struct listing l = {.dirfd = dirfd, .err = err};
    for (size_t i = 0; rc == 0 && i < (owner ? 1 : users.n); i++) {
        const char *user = owner ? owner : users.v[i];
        const struct sc_home_of *h;
        rc = sc_home_of(&homes, user, &h, err);
        if (rc < 0 || !h)
            continue;
        l.home = h->home;
        rc = walk(&l, user, list_domain);
    }
    first = l.first;
    later = l.later;
    if (rc == 0 && (rc = sc_domains_move(&later, &first, err)) == 0) {
        sc_domains_done(ret);
        *ret = first;
        first = (struct sc_domains)SC_DOMAINS_INIT;
    }
    return rc;
}

/* For an answer of the API: l->first is what it told. */
static int complete_domain(struct listing *l, const char *name)
{
    char canon[256];
    if (sc_domain_canon(name, canon, NULL) < 0)
        return 0;
    struct sc_domain *told = (struct sc_domain *)(uintptr_t)sc_domains_find(&l->first, canon);
    if (!told || strcmp(told->owner, l->user) != 0)
        return 0;
    if (l->main[0] && same_name(name, l->main))
        told->is_main = true;
    SC_CLEANUP(domain_done) struct domain d = {.name = name};
    int rc = read_pointers(l, &d);
    return rc < 0 ? rc : add_aliases(l, &d, told->docroot);
}

int sc_da_files_complete(const struct sc_da *da, const char *owner, struct sc_domains *d,
                         struct sc_error *err)
{
    SC_FD int dirfd = -EBADF;
    SC_DA_NAMES struct sc_da_names users = {0};
    SC_DOMAINS struct sc_domains later = SC_DOMAINS_INIT;
    struct sc_error why = SC_ERROR_INIT;
    int rc =
        owner ? sc_da_files_open(da, &dirfd, &why) : sc_da_files_users(da, &dirfd, &users, &why);
    if (rc < 0)
        return 0; /* the API's answer as it is */
    struct listing l = {.dirfd = dirfd, .first = *d, .err = &why};
    for (size_t i = 0; i < (owner ? 1 : users.n); i++) {
        rc = walk(&l, owner ? owner : users.v[i], complete_domain);
        if (rc == SC_E_NOMEM)
            break;
    }
    later = l.later;
    if (rc == SC_E_NOMEM) {
        if (err)
            *err = why;
        return rc;
    }
    rc = sc_domains_move(&later, d, err);
    sc_domains_finish(d);
    return rc;
}
