/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/uses.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/account/in_home.h"
#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/ini.h"
#include "core/base/resolve.h"
#include "core/base/vec.h"
#include "core/config/pathname.h"
#include "core/coverage/coverage.h"
#include "core/facts/led.h"
#include "core/facts/php_names.h"
#include "core/facts/shown.h"
#include "core/facts/uses_private.h"
#include "core/facts/whose.h"
#include "core/facts/wp_config.h"
#include "core/plan/relpath.h"
#include "core/web/roots.h"

#define USES_MAX 64u /* of one site */

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for what a site uses");
}

/* What is found by links that a site can change is what it was when no site could. 1: it is not. */
static int settle(struct sc_uses_look *l, const char *path, const char *below, const char *rel)
{
    bool led = false;
    if (strcmp(below, rel) == 0)
        return 0;
    int rc = sc_facts_led_used(l->s, l->a, l->f, l->site->rel, path, &led, l->err);
    return rc < 0 || led ? (rc < 0 ? rc : 1)
                         : sc_facts_found(l->f, l->site->rel, path, rel, l->err);
}

int sc_uses_find(struct sc_uses_look *l, const char *path, char **ret_rel, struct stat *ret_st)
{
    SC_FREE char *known = NULL;
    SC_FD int fd = -EBADF;
    struct sc_error why = SC_ERROR_INIT;
    const char *below = sc_path_below(path, l->a->home);
    below = below ? below : sc_path_below(path, l->a->home_alias);
    if (!below || !*below)
        return 1;
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    int rc = sc_asuser_begin(&as, l->a->uid, l->a->gid, l->err);
    if (rc < 0)
        return rc;
    rc = sc_in_home(l->a, &as, path, false, ret_rel, &fd, &known, &why);
    sc_asuser_end(&as); /* the database is root's */
    if (rc == 0 && fstat(fd, ret_st) < 0)
        return sc_error_sys(l->err, errno, "cannot look at %s", path);
    if (rc == SC_E_NOTFOUND) {
        if (!(*ret_rel = strdup(below)))
            return no_memory(l->err);
        return sc_path_normalise(*ret_rel) == 0 && **ret_rel ? SC_E_NOTFOUND : 1;
    }
    if (rc == SC_E_NOMEM)
        return no_memory(l->err);
    return rc == 0 ? settle(l, path, below, *ret_rel) : 1;
}

int sc_uses_add(struct sc_uses_look *l, struct sc_plan_path path, char **rel)
{
    if (l->out->n - l->first >= USES_MAX)
        return 0;
    if (!SC_VEC_ROOM(l->out->v, l->out->n))
        return no_memory(l->err);
    path.rel = sc_steal_ptr(rel);
    path.site_rel = strdup(l->site->rel);
    path.found = true;
    l->out->v[l->out->n++] = path;
    return path.site_rel ? 0 : no_memory(l->err);
}

/* What an account's own php.ini may call a log: it is written by the site, and must be nothing that
 * something else runs or reads. */
static bool is_log(const char *rel, const struct stat *st)
{
    return rel[0] != '.' && !strstr(rel, "/.") && strcasestr(rel, "log") && !(st->st_mode & 0111);
}

/* A file that is written: the real one, made where only it is missing. */
static int add_log(struct sc_uses_look *l, int found, char **rel, const struct stat *st)
{
    struct sc_plan_path path = {.rw = true, .is_file = true, .make = found == SC_E_NOTFOUND};
    if (l->word == SC_WORD_ACCOUNT && !is_log(*rel, st))
        return 0;
    return found == 0 && !S_ISREG(st->st_mode) ? 0 : sc_uses_add(l, path, rel);
}

int sc_uses_show(struct sc_uses_look *l, const char *path)
{
    if (l->word != SC_WORD_SERVER)
        return 0;
    return sc_shown_add(l->shown, l->a, l->hosts, l->site->rel, path, l->err);
}

static int use(struct sc_uses_look *l, enum sc_named named, const char *value)
{
    SC_FREE char *rel = NULL;
    struct stat st = {0};
    int found = sc_uses_find(l, sc_php_path(value), &rel, &st);
    if (found > 0 && named == SC_NAMED_OWN && l->word != SC_WORD_SITE)
        return sc_shown_add_own(l->shown, l->a, l->hosts, l->site->rel, sc_php_path(value), l->err);
    if (found > 0)
        return named == SC_NAMED_READ ? sc_uses_show(l, value) : 0;
    if (found < 0 && found != SC_E_NOTFOUND)
        return found;
    /* what the site says itself takes nothing from others */
    const struct sc_plan_path own = {.own = true, .self = l->word == SC_WORD_SITE};
    if (named == SC_NAMED_OWN)
        return found == 0 && !S_ISDIR(st.st_mode) ? 0 : sc_uses_add(l, own, &rel);
    if (l->word == SC_WORD_SITE)
        return 0;
    if (named == SC_NAMED_LOG)
        return add_log(l, found, &rel, &st);
    if (found < 0)
        return 0;
    bool is_file = !S_ISDIR(st.st_mode);
    return sc_uses_add(
        l, (struct sc_plan_path){.is_file = is_file, .self = true, .held = l->held && !is_file},
        &rel);
}

static int use_several(struct sc_uses_look *l, const char *value)
{
    SC_FREE char *copy = strdup(value);
    char *save = NULL;
    int rc = copy ? 0 : no_memory(l->err);
    for (char *one = copy ? strtok_r(copy, ":", &save) : NULL; rc == 0 && one;
         one = strtok_r(NULL, ":", &save))
        rc = one[0] == '/' ? use(l, SC_NAMED_READ, one) : 0;
    return rc;
}

int sc_uses_setting(struct sc_uses_look *l, enum sc_named named, const char *value)
{
    if (named == SC_NAMED_NOTHING || !value || !*value)
        return 0;
    return named == SC_NAMED_SEVERAL ? use_several(l, value) : use(l, named, value);
}

/* ---- the pools of PHP-FPM ---- */

static int use_pool(struct sc_uses_look *l, const struct sc_fpm_known *k)
{
    SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file file = {0};
    int rc = sc_fpm_parse(k->text, k->text_len, k->file, &file, l->err);
    const struct sc_fpm_pool *p = rc == 0 ? sc_fpm_pool_find(&file, k->pool) : NULL;
    for (size_t i = 0; rc == 0 && p && i < p->n_keys; i++)
        rc = sc_uses_setting(l, sc_fpm_key(p->keys[i].key), p->keys[i].value);
    if (rc < 0 && rc != SC_E_INVAL)
        return rc;
    return sc_shown_add_php(l->shown, l->a, l->hosts, l->site->rel, k, l->err);
}

static bool is_asked(const struct sc_vhosts *hosts, const struct sc_web_whose *site,
                     const char *listen)
{
    for (size_t i = 0; i < hosts->n; i++)
        for (size_t k = 0; k < hosts->v[i].n_listens; k++)
            if (sc_fpm_same_address(hosts->v[i].listens[k], listen) &&
                sc_host_stands(&hosts->v[i], site) == SC_HOST_SITE)
                return true;
    return false;
}

/* Pools whose addresses were taken over stand in no file any more: their records do. */
static int use_taken(struct sc_uses_look *l, const struct sc_cover_server *server,
                     const struct sc_whose *w)
{
    const struct sc_fpm_taken_list *taken = &server->sockets.taken;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < taken->n; i++) {
        const struct sc_fpm_taken *t = &taken->v[i];
        const struct sc_fpm_known k = {.file = t->file,
                                       .pool = t->pool,
                                       .text = t->text,
                                       .text_len = t->text_len,
                                       .exe = t->exe,
                                       .main = t->main};
        if (t->uid == l->a->uid && !sc_fpm_is_routed(t) &&
            is_asked(&server->hosts, &w->is, t->listen))
            rc = use_pool(l, &k);
    }
    return rc;
}

static int use_pools(struct sc_uses_look *l, struct sc_cover_server *server,
                     const struct sc_whose *w)
{
    SC_FREE struct sc_fpm_use *uses = NULL;
    size_t n = 0;
    const struct sc_fpm_asked q = {.site = w->is, .user = l->a->user, .uid = l->a->uid};
    int rc = sc_fpm_which(&server->hosts, &server->pools, &q, &uses, &n, l->err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (uses[i].pool)
            rc = use_pool(l, uses[i].pool);
    return rc;
}

/* ---- the web server's hosts ---- */

/* nginx serves a directory below the document root: the site must put nothing else in its place. */
static int hold_root(struct sc_uses_look *l, const struct sc_host_root *root)
{
    SC_FREE char *rel = NULL;
    struct stat st = {0};
    int found = root->alias ? 1 : sc_uses_find(l, root->text, &rel, &st);
    if (found != 0)
        return found > 0 || found == SC_E_NOTFOUND ? 0 : found;
    const char *rest = sc_rel_rest(l->site->rel, rel);
    return rest && *rest && S_ISDIR(st.st_mode)
               ? sc_uses_add(l, (struct sc_plan_path){.self = true, .held = true}, &rel)
               : 0;
}

static int use_host(struct sc_uses_look *l, const struct sc_vhost *h)
{
    int rc = sc_uses_wrappers(l, h);
    for (size_t i = 0; rc == 0 && h->nginx && i < h->n_roots; i++)
        rc = hold_root(l, &h->roots[i]);
    if (rc == 0)
        rc = sc_uses_php_env(l, h);
    l->held = h->nginx;
    for (size_t i = 0; rc == 0 && i < h->n_roots; i++)
        if (h->roots[i].alias)
            rc = use(l, SC_NAMED_READ, h->roots[i].text);
    l->held = false;
    for (size_t i = 0; rc == 0 && i < h->ways.n; i++)
        if (h->ways.v[i].what && h->ways.v[i].what[0] == '/')
            rc = use(l, SC_NAMED_READ, h->ways.v[i].what);
    return rc;
}

static int use_hosts(struct sc_uses_look *l, struct sc_cover_server *server,
                     const struct sc_whose *w)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < server->hosts.n; i++)
        if (sc_host_stands(&server->hosts.v[i], &w->is) == SC_HOST_SITE)
            rc = use_host(l, &server->hosts.v[i]);
    return rc;
}

/* ---- WordPress ---- */

/* It is its site's alone, isolated or not: in shared homes closed to the others. */
static int use_wp_config(struct sc_uses_look *l, char **ret_whose)
{
    SC_FREE char *above = NULL, *rel = NULL;
    struct stat st = {0};
    if (asprintf(&above, "%s/wp-config.php", l->a->home) < 0)
        return no_memory(l->err);
    int found = sc_uses_find(l, above, &rel, &st);
    if (found != 0 || !S_ISREG(st.st_mode))
        return found == SC_E_NOTFOUND || found >= 0 ? 0 : found;
    *ret_whose = strdup(l->site->rel);
    return *ret_whose ? sc_uses_add(l, (struct sc_plan_path){.is_file = true}, &rel)
                      : no_memory(l->err);
}

static int find_wp_config(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                          struct sc_uses_look *l)
{
    SC_FREE char *had = NULL, *whose = NULL;
    int rc = sc_wp_had(s->store, a->uid, &had, l->err);
    l->site = rc == 0 ? sc_wp_of_home(a, f->plan, &f->domains, had) : NULL;
    if (l->site)
        rc = use_wp_config(l, &whose);
    if (rc < 0)
        return rc;
    free(f->wp_config);
    f->wp_config = sc_steal_ptr(&whose);
    f->wp_looked = true;
    return 0;
}

static int look_at_site(struct sc_uses_look *l, const struct sc_whose_all *all,
                        struct sc_cover_server *server, struct sc_spellings *spellings)
{
    SC_CLEANUP(sc_whose_done) struct sc_whose whose = {0};
    int rc = sc_whose_site(all, l->site, &whose, l->err);
    if (rc == 0)
        rc = sc_roots_resolve(&server->hosts, &whose.is, l->err);
    if (rc == 0)
        rc = sc_spellings_find(l->a, &server->hosts, &whose, l->site->rel, spellings, l->err);
    if (rc < 0 || l->site->learning) /* nothing is closed to it that it may use */
        return rc;
    rc = use_hosts(l, server, &whose);
    if (rc == 0)
        rc = use_pools(l, server, &whose);
    if (rc == 0)
        rc = use_taken(l, server, &whose);
    if (rc == 0)
        rc = sc_uses_user_ini(l);
    return rc;
}

static struct sc_cover_server *server_of(const struct sc_server *s, struct sc_facts *f,
                                         struct sc_error *err)
{
    struct sc_cover_server *known = s->cover ? s->cover : f->cover;
    if (sc_cover_server_holds(known))
        return known;
    if (!known && !(known = f->cover = calloc(1, sizeof(*f->cover)))) {
        no_memory(err);
        return NULL;
    }
    return sc_cover_server_again(known->must_stand, known, err) < 0 ? NULL : known;
}

/* What is said for the whole server: aliases outside of all hosts, PHP's own configuration. */
static int show_to_all(const struct sc_account *a, const struct sc_vhosts *hosts,
                       struct sc_named_paths *php, struct sc_shown *shown, struct sc_error *err)
{
    int rc = sc_shown_of_php(php, err);
    for (size_t i = 0; rc == 0 && i < hosts->n_shared; i++)
        rc = sc_shown_add(shown, a, hosts, NULL, hosts->shared[i], err);
    for (size_t i = 0; rc == 0 && i < php->n; i++)
        rc = sc_shown_add(shown, a, hosts, NULL, php->v[i], err);
    return rc;
}

int sc_facts_uses(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  struct sc_error *err)
{
    SC_CLEANUP(sc_uses_done) struct sc_uses uses = {0};
    SC_CLEANUP(sc_shown_done) struct sc_shown shown = {0};
    SC_CLEANUP(sc_spellings_done) struct sc_spellings spellings = {0};
    SC_CLEANUP(sc_steady_done) struct sc_steady steady = {0};
    SC_CLEANUP(sc_whose_all_done) struct sc_whose_all all = {0};
    struct sc_cover_server *server = NULL;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < f->plan->n_sites; i++) {
        const struct sc_plan_site *site = &f->plan->sites[i];
        if (!site->isolated || !site->rel || site->refused)
            continue;
        if (!server && !(server = server_of(s, f, err)))
            return err ? err->code : SC_E_NOMEM;
        if (!all.docroots && (rc = sc_whose_all(a, f->plan, &all, err)) < 0)
            return rc;
        struct sc_uses_look l = {
            s,     f,  a, f->plan, site, &uses, &shown, &server->hosts, uses.n, SC_WORD_SERVER,
            false, err};
        rc = look_at_site(&l, &all, server, &spellings);
    }
    if (rc == 0 && server) {
        struct sc_uses_look l = {
            s,     f,  a, f->plan, NULL, &uses, &shown, &server->hosts, uses.n, SC_WORD_SERVER,
            false, err};
        rc = find_wp_config(s, a, f, &l);
    }
    if (rc == 0 && server)
        rc = show_to_all(a, &server->hosts, s->php ? s->php : &f->php, &shown, err);
    if (rc == 0 && server)
        rc = sc_facts_steady(a, &server->hosts, &steady, err);
    if (rc < 0)
        return rc;
    if (server)
        sc_shown_without_pools(&shown, &server->sockets);
    sc_uses_done(&f->uses);
    sc_shown_done(&f->shown);
    sc_spellings_done(&f->spellings);
    sc_steady_done(&f->steady);
    SC_MOVE(&f->spellings, &spellings);
    SC_MOVE(&f->steady, &steady);
    f->uses = uses;
    f->shown = shown;
    uses = (struct sc_uses){0};
    shown = (struct sc_shown){0};
    return 0;
}
