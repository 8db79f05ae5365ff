/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nginx's configuration, as far as it says which host passes PHP to which address (grammar:
 * "Beginner's Guide", "Configuration File's Structure" in nginx's documentation). */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/web/nginx_links.h"
#include "core/web/nginx_roots.h"
#include "core/web/nginx_slips.h"
#include "core/web/nginx_values.h"
#include "core/web/nginx_words.h"
#include "core/web/vhosts.h"

#define WORDS_MAX 512
#define DEPTH_MAX 64

/* A directive that passes requests to an address with variables: what these can be is known when all
 * is read, because `set` counts wherever in the server it stands. */
struct later {
    size_t server;
    enum sc_handler handler;
    char *text, *file;
    unsigned line;
};

struct parser {
    char *conf_dir;
    char *blocks[DEPTH_MAX];  /* names of the open ones */
    size_t places[DEPTH_MAX]; /* the same in `links` */
    struct sc_nginx_links links;
    struct sc_nginx_roots roots;
    struct sc_nginx_slips slips;
    int depth;
    bool in_server;
    size_t server_at;
    int server_depth; /* p->depth within it */
    char *upstream;   /* the one being read */
    char *map;        /* the variable that the block being read makes, with its '$' */
    struct sc_nginx_values values;
    struct later *later;
    size_t n_later;
    int includes;
};

static void read_text(struct sc_vhosts_reader *r, const char *name, char *text, void *arg);

/* "unix:/run/x.sock", "127.0.0.1:9000"; others are an upstream's name, looked up at the end. */
static void address_of(const char *value, char *out, size_t size)
{
    const char *begin = strncasecmp(value, "unix:", 5) == 0 ? value + 5 : value;
    while (begin != value && begin[0] == '/' && begin[1] == '/') /* unix:///run/x.sock */
        begin++;
    snprintf(out, size, "%s", begin);
}

/* The block that is being read, among p->links; SIZE_MAX: none. */
static size_t here(const struct parser *p)
{
    return p->depth > 0 && p->depth <= DEPTH_MAX ? p->places[p->depth - 1] : SIZE_MAX;
}

static void note_include(struct sc_vhosts_reader *r, const struct parser *p, const char *pattern)
{
    struct sc_vhosts *o = r->out;
    if (o->n_includes >= SC_VHOSTS_MAX || !SC_VEC_ROOM(o->includes, o->n_includes)) {
        sc_vhosts_no_memory(r);
        return;
    }
    char *copy = sc_vhosts_dup(r, pattern);
    if (copy)
        o->includes[o->n_includes++] = (struct sc_nginx_include){
            copy, p->in_server ? p->server_at + 1 : 0, p->in_server && p->depth > p->server_depth};
}

static void include(struct sc_vhosts_reader *r, struct parser *p, const char *what)
{
    SC_FREE char *path = NULL;
    if (p->includes >= SC_VHOSTS_DEPTH_MAX)
        return;
    if (*what != '/' && asprintf(&path, "%s/%s", p->conf_dir, what) < 0) {
        path = NULL;
        return;
    }
    note_include(r, p, path ? path : what);
    p->includes++;
    sc_vhosts_each_file(r, path ? path : what, false, read_text, p);
    p->includes--;
}

struct passed {
    struct sc_vhosts_reader *r;
    const struct sc_way *said;
    size_t server;
};

static void add_address(void *arg, const char *text)
{
    const struct passed *p = arg;
    struct sc_way way = *p->said;
    char address[4096];
    address_of(text, address, sizeof(address));
    way.address = strchr(text, '$') ? (char *)(uintptr_t) "" : address;
    sc_vhosts_way(p->r, &p->r->out->v[p->server].ways, &way);
}

/* Adds the way for each address that `text` can be; "" for one that nobody can tell. */
static void add_addresses(struct sc_vhosts_reader *r, const struct parser *p,
                          const struct sc_way *said, const char *text)
{
    struct passed to = {r, said, p->server_at};
    sc_nginx_each_value(r, &p->values, text, p->server_at + 1, add_address, &to);
}

static void later_free(struct later *l)
{
    SC_FREE_ALL(l->text, l->file);
}

static void put_off(struct sc_vhosts_reader *r, struct parser *p, const struct sc_way *way)
{
    struct later l = {.server = p->server_at,
                      .handler = way->handler,
                      .text = sc_vhosts_dup(r, way->what),
                      .file = sc_vhosts_dup(r, way->file),
                      .line = way->line};
    if (l.text && l.file && p->n_later < SC_VHOSTS_MAX && SC_VEC_ROOM(p->later, p->n_later)) {
        p->later[p->n_later++] = l;
        return;
    }
    sc_vhosts_no_memory(r);
    later_free(&l);
}

static void passes(struct sc_vhosts_reader *r, struct parser *p, const struct sc_way *way)
{
    sc_nginx_links_runs(&p->links, here(p));
    if (strchr(way->what, '$'))
        put_off(r, p, way);
    else
        add_addresses(r, p, way, way->what);
}

static void add_later(struct sc_vhosts_reader *r, struct parser *p)
{
    for (size_t i = 0; i < p->n_later; i++) {
        const struct later *l = &p->later[i];
        const struct sc_way way = {.handler = l->handler,
                                   .php = l->handler == SC_HANDLER_FPM,
                                   .what = l->text,
                                   .file = l->file,
                                   .line = l->line};
        p->server_at = l->server;
        add_addresses(r, p, &way, l->text);
    }
}

/* One with variables can lead anywhere below the directory before the first. They, or a file's name, are all of the path. */
static void alias(struct sc_vhosts_reader *r, struct parser *p, char *path)
{
    char *variable = strchr(path, '$');
    bool whole = variable || strchr(strrchr(path, '/'), '.');
    for (; variable && variable > path && variable[-1] != '/'; variable--)
        continue;
    if (variable)
        *variable = 0;
    struct sc_vhost *h = &r->out->v[p->server_at];
    size_t at = sc_vhosts_root(r, h, path, true);
    if (at < h->n_roots)
        h->roots[at].whole = whole;
    sc_nginx_links_root(&p->links, here(p), at);
}

static void of_server(struct sc_vhosts_reader *r, struct parser *p, const char *file, unsigned line,
                      char **w, size_t n)
{
    struct sc_vhost *h = &r->out->v[p->server_at];
    struct sc_way way = {.php = true, .what = w[1], .file = (char *)(uintptr_t)file, .line = line};
    if (strcmp(w[0], "server_name") == 0) {
        for (size_t i = 1; i < n; i++)
            sc_vhosts_word(r, &h->names, &h->n_names, w[i]);
    } else if (strcmp(w[0], "root") == 0) {
        sc_nginx_root_said(
            r, &p->roots, &p->links,
            &(struct sc_nginx_root){p->server_at, here(p), p->depth <= p->server_depth, w[1]});
    } else if (strcmp(w[0], "alias") == 0 && *w[1] == '/') {
        alias(r, p, w[1]);
    } else if (strcmp(w[0], "fastcgi_pass") == 0) {
        way.handler = SC_HANDLER_FPM;
        passes(r, p, &way);
    } else if (strcmp(w[0], "uwsgi_pass") == 0 || strcmp(w[0], "scgi_pass") == 0) {
        way.handler = SC_HANDLER_OTHER;
        way.php = false;
        passes(r, p, &way);
    }
}

static void simple(struct sc_vhosts_reader *r, struct parser *p, const char *file, unsigned line,
                   char **w, size_t n)
{
    char address[4096];
    if (p->map && (n < 2 || strcmp(w[0], "include") != 0)) {
        if (n > 1)
            sc_nginx_value_add(r, &p->values, p->map, w[n - 1], 0);
        return;
    }
    if (n < 2)
        return;
    sc_nginx_slip_said(r, &p->slips, p->in_server ? p->server_at + 1 : 0, w, file, line);
    if (strcmp(w[0], "include") == 0) {
        include(r, p, w[1]);
    } else if (strcmp(w[0], "disable_symlinks") == 0) {
        if (!sc_nginx_links_said(&p->links, here(p), w + 1, n - 1, file, line))
            sc_vhosts_no_memory(r);
    } else if (strcmp(w[0], "user") == 0 && p->depth == 0) {
        free(r->out->nginx_user);
        r->out->nginx_user = sc_vhosts_dup(r, w[1]);
    } else if (strcmp(w[0], "set") == 0 && n > 2) {
        sc_nginx_value_add(r, &p->values, w[1], w[2], p->in_server ? p->server_at + 1 : 0);
    } else if (p->upstream && strcmp(w[0], "server") == 0) {
        address_of(w[1], address, sizeof(address));
        sc_vhosts_alias(r, p->upstream, address);
    } else if (p->in_server) {
        of_server(r, p, file, line, w, n);
    }
}

static void open_block(struct sc_vhosts_reader *r, struct parser *p, const char *file,
                       unsigned line, char **w, size_t n)
{
    const char *name = n ? w[0] : "";
    if (p->depth < DEPTH_MAX)
        p->blocks[p->depth] = sc_vhosts_dup(r, name);
    size_t around = here(p);
    p->depth++;
    if (strcmp(name, "server") == 0 && !p->in_server && !p->upstream) {
        struct sc_vhost *h = sc_vhosts_new(r, file, line);
        p->in_server = h != NULL;
        if (h) {
            h->nginx = true;
            p->server_at = r->out->n - 1;
            p->server_depth = p->depth;
        }
    } else if (strcmp(name, "upstream") == 0 && n > 1) {
        free(p->upstream);
        p->upstream = sc_vhosts_dup(r, w[1]);
    } else if (sc_nginx_makes_variable(name) && n > 1) {
        free(p->map);
        p->map = sc_vhosts_dup(r, w[n - 1]);
    }
    if (p->depth <= DEPTH_MAX)
        p->places[p->depth - 1] =
            sc_nginx_links_block(&p->links, around, p->in_server ? p->server_at + 1 : 0);
    if (here(p) == SIZE_MAX)
        sc_vhosts_no_memory(r);
}

static void close_block(struct parser *p)
{
    if (p->depth == 0)
        return;
    if (p->in_server && p->depth == p->server_depth)
        p->in_server = false;
    p->depth--;
    char *name = p->depth < DEPTH_MAX ? p->blocks[p->depth] : NULL;
    if (name && strcmp(name, "upstream") == 0) {
        free(p->upstream);
        p->upstream = NULL;
    }
    if (name && sc_nginx_makes_variable(name)) {
        free(p->map);
        p->map = NULL;
    }
    if (p->depth < DEPTH_MAX) {
        free(p->blocks[p->depth]);
        p->blocks[p->depth] = NULL;
    }
}

static void read_text(struct sc_vhosts_reader *r, const char *file, char *text, void *arg)
{
    struct parser *p = arg;
    /* the words of one statement; each has a NUL more than in the text */
    SC_FREE char *words_text = malloc(2 * strlen(text) + 2);
    char *words[WORDS_MAX];
    size_t n = 0, used = 0, len;
    unsigned line = 1;
    for (const char *c = text; words_text && *c && r->rc == 0;) {
        if (isspace((unsigned char)*c)) {
            line += *c++ == '\n';
        } else if (*c == '#') {
            c += strcspn(c, "\n");
        } else if (strchr(";{}", *c)) {
            if (*c == ';')
                simple(r, p, file, line, words, n);
            else if (*c == '{')
                open_block(r, p, file, line, words, n);
            else
                close_block(p);
            c++;
            n = used = 0;
        } else {
            if (n < WORDS_MAX)
                words[n++] = words_text + used;
            c = sc_nginx_word(c, words_text + used, &len, &line);
            used += len;
        }
    }
}

void sc_nginx_conf_read(struct sc_vhosts_reader *r, const char *main_file)
{
    struct parser *p = calloc(1, sizeof(*p));
    char *dir = sc_vhosts_dup(r, main_file);
    if (!p || !dir) {
        free(p);
        free(dir);
        return;
    }
    *strrchr(dir, '/') = 0;
    p->conf_dir = dir;
    sc_vhosts_each_file(r, main_file, false, read_text, p);
    add_later(r, p);
    sc_nginx_roots_finish(r, &p->roots, &p->values, &p->links);
    SC_VEC_DONE(p->later, p->n_later, later_free);
    sc_nginx_values_done(&p->values);
    while (p->depth)
        close_block(p);
    sc_nginx_links_finish(r, &p->links);
    sc_nginx_slips_finish(r, &p->slips);
    SC_FREE_ALL(p->upstream, p->map, p->conf_dir, p);
}
