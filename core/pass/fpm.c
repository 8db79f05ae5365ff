/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/fpm.h"
#include "core/base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/digest.h"
#include "core/php/fpm/apply.h"
#include "core/plan/relpath.h"
#include "core/pass/php.h"

/* What an sc_fpm_site points to. */
struct one {
    char *docroot;
    char **texts;
    size_t n;
    char changes[24];
};

struct all {
    struct one *v;
    struct sc_fpm_site *sites;
    size_t n;
    char **docroots; /* of all sites of the account */
    size_t n_docroots;
    const char *homes[2];
    struct sc_php_lazy php;
};

static void all_done(struct all *all)
{
    for (size_t i = 0; i < all->n; i++) {
        for (size_t k = 0; k < all->v[i].n; k++)
            free(all->v[i].texts[k]);
        free(all->v[i].texts);
        free(all->v[i].docroot);
    }
    sc_strings_free(all->docroots, all->n_docroots);
    free(all->v);
    free(all->sites);
    sc_php_lazy_done(&all->php);
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM");
}

static char *joined(const char *home, const char *rel)
{
    char *out = NULL;
    return asprintf(&out, "%s%s%s", home, *rel ? "/" : "", rel) < 0 ? NULL : out;
}

/* How the web server may write it: the panel's texts, and the real path by either name of the
 * home. */
static int write_texts(const struct sc_account *a, const struct sc_plan_site *s, struct one *o,
                       struct sc_error *err)
{
    o->texts = calloc(s->n_aliases + 2, sizeof(*o->texts));
    o->docroot = s->rel ? joined(a->home, s->rel) : strdup("");
    if (!o->texts || !o->docroot)
        return no_memory(err);
    if (s->rel)
        o->texts[o->n++] = strdup(o->docroot);
    if (s->rel && strcmp(a->home, a->home_alias) != 0)
        o->texts[o->n++] = joined(a->home_alias, s->rel);
    for (size_t i = 0; i < s->n_aliases; i++)
        o->texts[o->n++] = strdup(s->aliases[i]);
    for (size_t i = 0; i < o->n; i++)
        if (!o->texts[i])
            return no_memory(err);
    return 0;
}

/* A word for everything that was chosen: where it differs, another master is needed. */
static int write_choice(const struct sc_php_choice *c, struct sc_php_lazy *lazy, struct one *o,
                        const char **ret_php, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_php_choice_format(c, false, &text, err);
    if (rc < 0)
        return rc;
    if (c->version[0] && strcmp(c->version, SC_PHP_NATIVE) != 0) {
        struct sc_php_catalogue *cat = sc_php_lazy_get(lazy);
        const struct sc_php *php = cat ? sc_php_find(cat, c->version) : NULL;
        if (php && (php->bin[SC_PHP_FPM].real || cat->native.bin[SC_PHP_FPM].real))
            *ret_php = SC_PHP_INSIDE "/bin/php-fpm";
        if (php && php->bin[SC_PHP_FPM].real)
            sc_buf_str(&text, php->bin[SC_PHP_FPM].real);
    }
    snprintf(o->changes, sizeof(o->changes), "%016" PRIx64,
             sc_digest(SC_DIGEST_BEGIN, text.data, text.len));
    return sc_buf_check(&text, "the PHP selection", err);
}

static int add_site(struct all *all, const struct sc_account *a, const struct sc_plan_site *s,
                    unsigned id, const struct sc_php_choice *chosen, struct sc_error *err)
{
    struct one *o = &all->v[all->n];
    struct sc_fpm_site *out = &all->sites[all->n++];
    int rc = write_texts(a, s, o, err);
    if (rc == 0 && chosen)
        rc = write_choice(chosen, &all->php, o, &out->php, err);
    out->id = id;
    out->docroot = o->docroot;
    out->texts = (const char *const *)o->texts;
    out->n_texts = o->n;
    out->names = (const char *const *)s->names;
    out->n_names = s->n_names;
    out->changes = o->changes;
    return rc;
}

/* Also of one that is missing: by its text, under both names of the home. */
static int add_docroot(struct all *all, const struct sc_account *a, const struct sc_plan_site *s)
{
    const char *text = s->rel ? NULL : s->aliases[0];
    size_t n = strlen(a->home_alias);
    char *first = s->rel ? joined(a->home, s->rel) : strdup(text), *second = NULL;
    if (!first)
        return -1;
    all->docroots[all->n_docroots++] = first;
    if (!text || strcmp(a->home, a->home_alias) == 0 || strncmp(text, a->home_alias, n) != 0 ||
        text[n] != '/')
        return 0;
    if (!(second = joined(a->home, text + n + 1)))
        return -1;
    all->docroots[all->n_docroots++] = second;
    return 0;
}

static int prepare(struct all *all, const struct sc_account *a, const struct sc_plan *plan,
                   struct sc_error *err)
{
    size_t n = plan->n_sites;
    all->homes[0] = a->home;
    all->homes[1] = a->home_alias;
    all->v = calloc(n + 1, sizeof(*all->v));
    all->sites = calloc(n + 1, sizeof(*all->sites));
    all->docroots = calloc(2 * n + 1, sizeof(*all->docroots));
    for (size_t i = 0; all->docroots && i < n; i++)
        if (add_docroot(all, a, &plan->sites[i]) < 0)
            return no_memory(err);
    return all->v && all->sites && all->docroots ? 0 : no_memory(err);
}

static struct sc_fpm_account account(const struct sc_account *a, const struct all *all)
{
    return (struct sc_fpm_account){.uid = a->uid,
                                   .gid = a->gid,
                                   .user = a->user,
                                   .home = a->home_alias,
                                   .homes = all->homes,
                                   .n_homes = 2,
                                   .docroots = (const char *const *)all->docroots,
                                   .n_docroots = all->n_docroots,
                                   .sites = all->sites,
                                   .n_sites = all->n};
}

/* ---- sites that are not isolated, around some that are ---- */

static bool is_below(const char *path, const char *top)
{
    size_t n = strlen(top);
    return strncmp(path, top, n) == 0 && path[n] == '/';
}

/* Also where it is missing now, by the panel's text: it may be back in a moment. */
static bool lies_below(const struct sc_account *a, const struct sc_plan_site *s,
                       const struct sc_plan_site *outer)
{
    if (s->rel)
        return *outer->rel ? is_below(s->rel, outer->rel) : *s->rel != 0;
    SC_FREE char *top = joined(a->home, outer->rel);
    SC_FREE char *alias = joined(a->home_alias, outer->rel);
    return top && alias && s->n_aliases &&
           (is_below(s->aliases[0], top) || is_below(s->aliases[0], alias));
}

/* Which directory it is now: `rel` NULL: none. */
static uint64_t mix_dir(const struct sc_account *a, uint64_t h, const char *rel, const char *text)
{
    SC_FD int fd = -EBADF;
    struct stat st = {0};
    h = sc_digest_text(h, text);
    if (rel &&
        sc_open_beneath(a->homefd, rel, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, &fd, NULL) == 0)
        (void)fstat(fd, &st);
    h = sc_digest(h, &st.st_dev, sizeof(st.st_dev));
    return sc_digest(h, &st.st_ino, sizeof(st.st_ino));
}

/* What lies below a site, in the words of write_below(). */
struct below {
    const struct sc_account *a;
    const struct sc_plan_site *outer;
    uint64_t digest;
    bool any;
};

static void add_below(struct below *b, const struct sc_plan_site *s)
{
    if (!s->isolated || !lies_below(b->a, s, b->outer))
        return;
    b->any = true;
    b->digest = mix_dir(b->a, b->digest, s->rel, s->rel ? s->rel : s->aliases[0]);
    for (size_t k = 0; k < s->n_apps; k++)
        if (sc_rel_rest(b->outer->rel, s->apps[k]))
            b->digest = mix_dir(b->a, b->digest, s->apps[k], s->apps[k]);
}

/* A word for the isolated document roots and applications below: a directory that was replaced is another, which has
 * to be hidden again. False: there are none. In the plan's order what lies below a site follows it, and missing ones
 * are last. */
static bool write_below(const struct sc_account *a, const struct sc_plan *plan, size_t outer,
                        char out[24])
{
    struct below b = {.a = a, .outer = &plan->sites[outer], .digest = SC_DIGEST_BEGIN};
    for (size_t i = outer + 1; i < plan->n_present && lies_below(a, &plan->sites[i], b.outer); i++)
        add_below(&b, &plan->sites[i]);
    for (size_t i = plan->n_present; i < plan->n_sites; i++)
        add_below(&b, &plan->sites[i]);
    out[0] = 0;
    if (b.any)
        snprintf(out, 24, "%016" PRIx64, b.digest);
    return b.any;
}

static int add_outer(struct all *all, const struct sc_account *a, const struct sc_plan *plan,
                     size_t at, bool any, struct sc_error *err)
{
    char below[24];
    const struct sc_plan_site *s = &plan->sites[at];
    if (s->isolated || !s->rel || (!write_below(a, plan, at, below) && !any))
        return 0;
    memcpy(all->v[all->n].changes, below, sizeof(below));
    all->sites[all->n].outside = true;
    return add_site(all, a, s, 0, NULL, err);
}

int sc_pass_fpm(const struct sc_tools *t, const struct sc_account *a, const struct sc_plan *plan,
                const struct sc_made *m, struct sc_cover_server *cover,
                const struct sc_fpm_way *way, bool *later, struct sc_error *err)
{
    SC_CLEANUP(all_done) struct all all = {0};
    int rc = prepare(&all, a, plan, err);
    for (size_t i = 0; rc == 0 && i < plan->n_sites; i++)
        if (plan->sites[i].isolated)
            rc = add_site(&all, a, &plan->sites[i], m->ids[i],
                          m->ids[i] && m->php[i].known ? &m->php[i].choice : NULL, err);
    bool any = t->fpm.any(a->uid);
    for (size_t i = 0; rc == 0 && i < plan->n_present; i++)
        rc = add_outer(&all, a, plan, i, any, err);
    if (rc < 0)
        return rc;
    struct sc_fpm_account acc = account(a, &all);
    acc.routed = way->routed;
    acc.max_sites = way->max_sites;
    acc.later = later;
    if (sc_cover_server_holds(cover)) {
        acc.hosts = &cover->hosts;
        acc.known = &cover->pools;
    }
    return t->fpm.apply(&acc, err);
}

static void lazy_done(struct sc_php_lazy *l)
{
    sc_php_lazy_done(l);
}

int sc_pass_fpm_php(const struct sc_tools *t, const struct sc_account *a, unsigned id,
                    const char *token, struct sc_error *err)
{
    SC_CLEANUP(lazy_done) struct sc_php_lazy lazy = {0};
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice c = {0};
    struct sc_php_owner owner = sc_php_owner_of(a);
    struct one o = {0};
    const char *php = NULL;
    int rc = sc_php_site_choice(&owner, token, &c, NULL, err);
    if (rc == 0)
        rc = write_choice(&c, &lazy, &o, &php, err);
    return rc < 0 ? rc : t->fpm.site_php(id, php, o.changes, err);
}

int sc_pass_fpm_forget(const struct sc_tools *t, uid_t uid, struct sc_error *err)
{
    struct sc_fpm_account acc = {.uid = uid, .user = "", .home = ""};
    return t->fpm.apply(&acc, err);
}
