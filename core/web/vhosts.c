/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/vhosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/match.h"
#include "core/base/file.h"
#include "core/base/vec.h"

static void words_free(char **list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(list[i]);
    free(list);
}

void sc_vhosts_done(struct sc_vhosts *v)
{
    for (size_t i = 0; i < v->n; i++) {
        free(v->v[i].file);
        free(v->v[i].docroot);
        words_free(v->v[i].names, v->v[i].n_names);
        words_free(v->v[i].listens, v->v[i].n_listens);
    }
    free(v->v);
    free(v->per_user_at);
    *v = (struct sc_vhosts){0};
}

static void dirs_done(struct sc_vhosts_reader *r)
{
    for (size_t i = 0; i < r->n_dirs; i++) {
        free(r->dirs[i].dir);
        words_free(r->dirs[i].listens, r->dirs[i].n_listens);
    }
    free(r->dirs);
}

static void no_memory(struct sc_vhosts_reader *r)
{
    if (r->rc == 0)
        r->rc =
            sc_error_set(r->err, SC_E_NOMEM, "out of memory for the web server's configuration");
}

char *sc_vhosts_dup(struct sc_vhosts_reader *r, const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        no_memory(r);
    return copy;
}

void sc_vhosts_word(struct sc_vhosts_reader *r, char ***list, size_t *n, const char *word)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*list)[i], word) == 0)
            return;
    if (!SC_VEC_ROOM(*list, *n)) {
        no_memory(r);
        return;
    }
    char *copy = sc_vhosts_dup(r, word);
    if (copy)
        (*list)[(*n)++] = copy;
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
        no_memory(r);
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
        no_memory(r);
        return NULL;
    }
    char *name = sc_vhosts_dup(r, dir);
    if (!name)
        return NULL;
    r->dirs[r->n_dirs] = (struct sc_vhosts_dir){.dir = name};
    return &r->dirs[r->n_dirs++];
}

/* ---- files ---- */

struct each {
    struct sc_vhosts_reader *r;
    void (*parse)(struct sc_vhosts_reader *r, const char *name, char *text, void *arg);
    void *arg;
    bool whole_directories;
};

static void one_file(const struct each *e, const char *path, int depth);

static void each_match(const struct each *e, const char *pattern, int depth)
{
    SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
    if (e->r->rc == 0)
        e->r->rc = sc_match(pattern, NULL, &m, e->r->err);
    for (size_t i = 0; i < m.n; i++)
        one_file(e, m.v[i], depth);
}

static void one_file(const struct each *e, const char *path, int depth)
{
    struct sc_vhosts_reader *r = e->r;
    struct stat st;
    if (r->rc < 0)
        return;
    int there = sc_there_followed(path, &st, r->err);
    if (there != SC_THERE) {
        r->rc = there;
        return;
    }
    if (S_ISDIR(st.st_mode) && e->whole_directories && depth < SC_VHOSTS_DEPTH_MAX) {
        SC_FREE char *pattern = NULL;
        if (asprintf(&pattern, "%s/*", path) < 0) {
            pattern = NULL;
            no_memory(r);
            return;
        }
        each_match(e, pattern, depth + 1);
        return;
    }
    if (++r->files > SC_VHOSTS_FILES_MAX) {
        r->rc = sc_error_set(r->err, SC_E_TOOBIG,
                             "the web server's configuration has more than %u "
                             "files",
                             SC_VHOSTS_FILES_MAX);
        return;
    }
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_read_file(path, SC_VHOSTS_FILE_MAX, &text, r->err);
    if (rc == SC_E_SYS || rc == SC_E_NOMEM)
        r->rc = rc;
    else if (rc == 0 && strlen(text.data) == text.len) /* else it is no configuration */
        e->parse(r, path + strlen(r->root), text.data, e->arg);
}

void sc_vhosts_each_file(struct sc_vhosts_reader *r, const char *pattern, bool whole_directories,
                         void (*parse)(struct sc_vhosts_reader *r, const char *name, char *text,
                                       void *arg),
                         void *arg)
{
    const struct each e = {r, parse, arg, whole_directories};
    SC_FREE char *path = NULL;
    if (asprintf(&path, "%s%s", r->root, pattern) < 0) {
        path = NULL;
        no_memory(r);
        return;
    }
    if (*path == '/') /* else it is relative to nothing that we know */
        each_match(&e, path, 0);
}

/* ---- the whole ---- */

static bool covers(const char *dir, const char *docroot)
{
    size_t n = strlen(dir);
    return strncmp(docroot, dir, n) == 0 && (docroot[n] == 0 || docroot[n] == '/');
}

/* What is said for a directory is said for the hosts at or below it, and for a host around it: some
 * of its code runs so. What is said for the server is for hosts that say nothing themselves. */
static void apply_dirs(struct sc_vhosts_reader *r, struct sc_vhost *h)
{
    h->own_handlers = h->handlers != 0;
    for (int server = 0; server < 2; server++)
        for (size_t i = 0; i < r->n_dirs; i++) {
            const struct sc_vhosts_dir *d = &r->dirs[i];
            bool is_server = *d->dir == 0;
            if (h->nginx || is_server != (server == 1) || (is_server && h->own_handlers) ||
                (!is_server &&
                 !(h->docroot && (covers(d->dir, h->docroot) || covers(h->docroot, d->dir)))))
                continue;
            h->handlers |= d->handlers;
            h->own_handlers |= !is_server && d->handlers;
            for (size_t k = 0; k < d->n_listens; k++)
                sc_vhosts_word(r, &h->listens, &h->n_listens, d->listens[k]);
        }
}

int sc_vhosts_load(const char *root, struct sc_vhosts *ret, struct sc_error *err)
{
    static const char *const apache[] = {
        "/etc/apache2/apache2.conf", "/etc/apache2/conf/httpd.conf", "/etc/httpd/conf/httpd.conf",
        "/usr/local/apache/conf/httpd.conf"};
    SC_CLEANUP(sc_vhosts_done) struct sc_vhosts out = {0};
    struct sc_vhosts_reader r = {.root = root, .out = &out, .err = err};
    /* one Apache: cPanel and others leave links to one configuration at several of these places */
    for (size_t i = 0; i < sizeof(apache) / sizeof(apache[0]) && r.files == 0 && r.rc == 0; i++)
        sc_apache_conf_read(&r, apache[i]);
    out.apache = r.files > 0;
    size_t before = r.files;
    if (r.rc == 0)
        sc_nginx_conf_read(&r, "/etc/nginx/nginx.conf");
    out.nginx = r.files > before;
    for (size_t i = 0; i < out.n && r.rc == 0; i++)
        apply_dirs(&r, &out.v[i]);
    dirs_done(&r);
    if (r.rc < 0)
        return r.rc;
    *ret = out;
    out = (struct sc_vhosts){0};
    return 0;
}

const char *sc_handler_name(unsigned handlers)
{
    return handlers & SC_HANDLER_LSAPI    ? "LSAPI"
           : handlers & SC_HANDLER_FPM    ? "FPM"
           : handlers & SC_HANDLER_FCGID  ? "FCGI"
           : handlers & SC_HANDLER_CGI    ? "CGI"
           : handlers & SC_HANDLER_MODULE ? "mod_php"
                                          : "none";
}
