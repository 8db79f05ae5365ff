/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/vhosts.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"

void sc_ways_done(struct sc_ways *w)
{
    for (size_t i = 0; i < w->n; i++)
        SC_FREE_ALL(w->v[i].address, w->v[i].what, w->v[i].file);
    free(w->v);
    *w = (struct sc_ways){0};
}

static void host_free(struct sc_vhost *h)
{
    SC_FREE_ALL(h->file, h->docroot, h->pattern);
    for (size_t i = 0; i < h->n_roots; i++) {
        free(h->roots[i].text);
        free(h->roots[i].real);
    }
    for (size_t i = 0; i < h->n_slips; i++)
        SC_FREE_ALL(h->slips[i].what, h->slips[i].path, h->slips[i].file);
    SC_FREE_ALL(h->links_at, h->shut_by, h->roots, h->slips);
    sc_strings_free(h->names, h->n_names);
    sc_strings_free(h->listens, h->n_listens);
    sc_strings_free(h->php_env, h->n_php_env);
    sc_ways_done(&h->ways);
    sc_ways_done(&h->rest);
    sc_overrides_done(&h->overrides);
    free(h->htaccess_at);
}

void sc_vhosts_done(struct sc_vhosts *v)
{
    SC_VEC_DONE(v->v, v->n, host_free);
    sc_strings_free(v->modules, v->n_modules);
    sc_strings_free(v->shared, v->n_shared);
    sc_strings_free(v->dirs, v->n_dirs);
    for (size_t i = 0; i < v->n_includes; i++)
        free(v->includes[i].pattern);
    free(v->includes);
    free(v->per_user_at);
    free(v->nginx_user);
    sc_stamps_done(&v->seen);
    *v = (struct sc_vhosts){0};
}

static void reader_done(struct sc_vhosts_reader *r)
{
    for (size_t i = 0; i < r->n_dirs; i++) {
        free(r->dirs[i].dir);
        sc_strings_free(r->dirs[i].php_env, r->dirs[i].n_php_env);
        sc_ways_done(&r->dirs[i].ways);
    }
    free(r->dirs);
    for (size_t i = 0; i < r->n_aliases; i++) {
        free(r->aliases[i].name);
        free(r->aliases[i].address);
    }
    free(r->aliases);
    for (size_t i = 0; i < r->n_actions; i++)
        free(r->actions[i].name);
    free(r->actions);
    sc_overrides_done(&r->overrides);
    sc_dirs_done(&r->listed);
}

void sc_vhosts_no_memory(struct sc_vhosts_reader *r)
{
    if (r->rc == 0)
        r->rc =
            sc_error_set(r->err, SC_E_NOMEM, "out of memory for the web server's configuration");
}

char *sc_vhosts_dup(struct sc_vhosts_reader *r, const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        sc_vhosts_no_memory(r);
    return copy;
}

void sc_vhosts_word(struct sc_vhosts_reader *r, char ***list, size_t *n, const char *word)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*list)[i], word) == 0)
            return;
    if (!SC_VEC_ROOM(*list, *n)) {
        sc_vhosts_no_memory(r);
        return;
    }
    char *copy = sc_vhosts_dup(r, word);
    if (copy)
        (*list)[(*n)++] = copy;
}

static void cut_slashes(char *path)
{
    for (size_t n = path ? strlen(path) : 0; n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = 0;
}

size_t sc_vhosts_root(struct sc_vhosts_reader *r, struct sc_vhost *h, const char *path, bool alias)
{
    if (!SC_VEC_ROOM(h->roots, h->n_roots)) {
        sc_vhosts_no_memory(r);
        return SIZE_MAX;
    }
    char *text = sc_vhosts_dup(r, path);
    cut_slashes(text);
    for (size_t i = 0; text && !alias && i < h->n_roots; i++)
        if (!h->roots[i].alias) { /* the last one counts */
            free(h->roots[i].text);
            h->roots[i] = h->roots[--h->n_roots];
        }
    if (!text)
        return SIZE_MAX;
    h->roots[h->n_roots++] = (struct sc_host_root){.text = text, .alias = alias};
    if (!alias) {
        free(h->docroot);
        h->docroot = sc_vhosts_dup(r, text);
    }
    return h->n_roots - 1;
}

void sc_vhosts_alias(struct sc_vhosts_reader *r, const char *name, const char *address)
{
    if (r->n_aliases >= SC_VHOSTS_MAX || !SC_VEC_ROOM(r->aliases, r->n_aliases)) {
        sc_vhosts_no_memory(r);
        return;
    }
    struct sc_vhosts_alias a = {sc_vhosts_dup(r, name), sc_vhosts_dup(r, address)};
    if (a.name && a.address) {
        r->aliases[r->n_aliases++] = a;
        return;
    }
    free(a.name);
    free(a.address);
}

void sc_vhosts_action(struct sc_vhosts_reader *r, size_t host, const char *name)
{
    char *copy = r->n_actions < SC_VHOSTS_MAX && SC_VEC_ROOM(r->actions, r->n_actions)
                     ? sc_vhosts_dup(r, name)
                     : NULL;
    if (copy)
        r->actions[r->n_actions++] = (struct sc_vhosts_action){host, copy};
    else
        sc_vhosts_no_memory(r);
}

static bool same_way(const struct sc_way *a, const struct sc_way *b)
{
    return a->handler == b->handler && a->php == b->php &&
           strcmp(a->address ? a->address : "", b->address ? b->address : "") == 0 &&
           strcmp(a->what, b->what) == 0;
}

void sc_vhosts_way(struct sc_vhosts_reader *r, struct sc_ways *to, const struct sc_way *way)
{
    for (size_t i = 0; i < to->n; i++)
        if (same_way(&to->v[i], way)) {
            to->v[i].firm |= way->firm;
            to->v[i].loose |= way->loose;
            return;
        }
    if (!SC_VEC_ROOM(to->v, to->n)) {
        sc_vhosts_no_memory(r);
        return;
    }
    struct sc_way *w = &to->v[to->n++];
    *w = *way;
    w->address = way->address ? sc_vhosts_dup(r, way->address) : NULL;
    w->what = sc_vhosts_dup(r, way->what);
    w->file = sc_vhosts_dup(r, way->file);
}

struct sc_vhost *sc_vhosts_new(struct sc_vhosts_reader *r, const char *file, unsigned line)
{
    struct sc_vhosts *o = r->out;
    if (o->n >= SC_VHOSTS_MAX) {
        if (r->rc == 0)
            r->rc = sc_error_set(r->err, SC_E_TOOBIG, "the web server has more than %u hosts",
                                 SC_VHOSTS_MAX);
        return NULL;
    }
    if (!SC_VEC_ROOM(o->v, o->n)) {
        sc_vhosts_no_memory(r);
        return NULL;
    }
    char *name = sc_vhosts_dup(r, file);
    if (!name)
        return NULL;
    o->v[o->n] = (struct sc_vhost){.file = name, .line = line};
    return &o->v[o->n++];
}

struct sc_vhosts_dir *sc_vhosts_dir(struct sc_vhosts_reader *r, const char *dir)
{
    if (!SC_VEC_ROOM(r->dirs, r->n_dirs)) {
        sc_vhosts_no_memory(r);
        return NULL;
    }
    char *name = sc_vhosts_dup(r, dir);
    if (!name)
        return NULL;
    r->dirs[r->n_dirs] = (struct sc_vhosts_dir){.dir = name};
    return &r->dirs[r->n_dirs++];
}

/* ---- the whole ---- */

static int load(const char *root, bool with_apache, struct sc_vhosts *ret, struct sc_error *err)
{
    static const char *const apache[] = {
        "/etc/apache2/apache2.conf", "/etc/apache2/conf/httpd.conf", "/etc/httpd/conf/httpd.conf",
        "/usr/local/apache/conf/httpd.conf"};
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts out = {0};
    struct sc_vhosts_reader r = {
        .root = root, .out = &out, .listed = {.seen = &out.seen}, .err = err};
    /* one Apache: cPanel and others leave links to one configuration at several of these places */
    for (size_t i = 0;
         with_apache && i < sizeof(apache) / sizeof(apache[0]) && r.files == 0 && r.rc == 0; i++)
        sc_apache_conf_read(&r, apache[i]);
    out.apache = r.files > 0;
    size_t before = r.files;
    if (r.rc == 0)
        sc_nginx_conf_read(&r, "/etc/nginx/nginx.conf");
    out.nginx = r.files > before;
    for (size_t i = 0; i < out.n && r.rc == 0; i++)
        sc_vhosts_sum_up(&r, &out.v[i]);
    reader_done(&r);
    if (r.rc < 0)
        return r.rc;
    SC_MOVE(ret, &out);
    return 0;
}

int sc_vhosts_load(const char *root, struct sc_vhosts *ret, struct sc_error *err)
{
    return load(root, true, ret, err);
}

int sc_vhosts_load_nginx(const char *root, struct sc_vhosts *ret, struct sc_error *err)
{
    return load(root, false, ret, err);
}

bool sc_vhosts_same(const struct sc_vhosts *v)
{
    return sc_stamps_same(&v->seen);
}

const char *sc_handler_name(unsigned handlers)
{
    return handlers & SC_HANDLER_LSAPI    ? "LSAPI"
           : handlers & SC_HANDLER_FPM    ? "FPM"
           : handlers & SC_HANDLER_FCGID  ? "FCGI"
           : handlers & SC_HANDLER_CGI    ? "CGI"
           : handlers & SC_HANDLER_MODULE ? "mod_php"
           : handlers & SC_HANDLER_OTHER  ? "other"
                                          : "none";
}

/* "mod_suexec.c" and "suexec_module" are one module. */
static size_t bare_name(const char *name, const char **from)
{
    size_t n = strlen(name);
    bool file = strncmp(name, "mod_", 4) == 0 && n > 6 && strcmp(name + n - 2, ".c") == 0;
    bool word = n > 7 && strcmp(name + n - 7, "_module") == 0;
    *from = file ? name + 4 : name;
    return file ? n - 6 : word ? n - 7 : n;
}

bool sc_vhosts_has_module(const struct sc_vhosts *v, const char *name)
{
    const char *a, *b;
    size_t n = bare_name(name, &a);
    for (size_t i = 0; i < v->n_modules; i++)
        if (bare_name(v->modules[i], &b) == n && strncasecmp(a, b, n) == 0)
            return true;
    return false;
}
