/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nginx's configuration, as far as it says which host passes PHP to which address (grammar:
 * "Beginner's Guide", "Configuration File's Structure" in nginx's documentation). */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/web/nginx_links.h"
#include "core/web/vhosts.h"

#define WORDS_MAX  512
#define DEPTH_MAX  64
#define VALUES_MAX 16384 /* of variables */

/* What `set` or `map` can make of a variable: several for one. */
struct value {
    char *name, *value;
    size_t server; /* that it is set in, counted from 1; 0: everywhere */
};

struct parser {
    char *conf_dir;
    char *blocks[DEPTH_MAX];  /* names of the open ones */
    size_t places[DEPTH_MAX]; /* the same in `links` */
    struct sc_nginx_links links;
    size_t first_root; /* of the server: that of its first location with one; SIZE_MAX */
    int depth;
    bool in_server;
    size_t server_at;
    int server_depth; /* p->depth within it */
    char *upstream;   /* the one being read */
    char *map;        /* the variable of the `map` being read, with its '$' */
    struct value *values;
    size_t n_values;
    int includes;
};

static void read_text(struct sc_vhosts_reader *r, const char *name, char *text, void *arg);

/* "unix:/run/x.sock", "127.0.0.1:9000"; others are an upstream's name, looked up at the end. */
static void address_of(const char *value, char *out, size_t size)
{
    const char *begin = strncmp(value, "unix:", 5) == 0 ? value + 5 : value;
    while (begin != value && begin[0] == '/' && begin[1] == '/') /* unix:///run/x.sock */
        begin++;
    size_t len = begin != value ? strcspn(begin, ":;") : strlen(begin);
    snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), begin);
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

/* A value that the variable `name` (with its '$') can have. */
static void add_value(struct sc_vhosts_reader *r, struct parser *p, const char *name,
                      const char *value, size_t server)
{
    if (p->n_values >= VALUES_MAX)
        return;
    if (!SC_VEC_ROOM(p->values, p->n_values)) {
        sc_vhosts_no_memory(r);
        return;
    }
    char *a = sc_vhosts_dup(r, name), *b = sc_vhosts_dup(r, value);
    if (a && b) {
        p->values[p->n_values++] = (struct value){a, b, server};
        return;
    }
    free(a);
    free(b);
}

static bool is_value_of(const struct parser *p, size_t i, const char *name)
{
    return (p->values[i].server == 0 || p->values[i].server == p->server_at + 1) &&
           strcmp(p->values[i].name, name) == 0;
}

/* The name of the variable that `text` begins with, '$' and all, as "$name"; 0: none. */
static size_t variable_at(const char *text, char *out, size_t size)
{
    bool braces = text[0] == '$' && text[1] == '{';
    const char *from = text + 1 + braces;
    size_t n = 0;
    while (isalnum((unsigned char)from[n]) || from[n] == '_')
        n++;
    if (text[0] != '$' || n == 0 || n + 2 > size || (braces && from[n] != '}'))
        return 0;
    snprintf(out, size, "$%.*s", (int)n, from);
    return n + 1 + 2 * (size_t)braces;
}

struct said { /* a directive that passes requests on */
    struct sc_vhosts_reader *r;
    struct parser *p;
    struct sc_way way;
};

/* Adds the way for each address that `text` can be; "" for one that nobody can tell. */
static void add_addresses(struct said *s, const char *text, int depth)
{
    struct parser *p = s->p;
    char name[256], address[4096];
    const char *at = strchr(text, '$');
    size_t len = at ? variable_at(at, name, sizeof(name)) : 0;
    bool any = false;
    for (size_t i = 0; len && depth < 8 && i < p->n_values; i++) {
        if (!is_value_of(p, i, name))
            continue;
        SC_FREE char *whole = NULL;
        any = true;
        if (asprintf(&whole, "%.*s%s%s", (int)(at - text), text, p->values[i].value, at + len) < 0)
            whole = NULL;
        if (whole)
            add_addresses(s, whole, depth + 1);
    }
    if (any)
        return;
    address_of(text, address, sizeof(address));
    s->way.address = at ? (char *)(uintptr_t) "" : address;
    sc_vhosts_way(s->r, &s->r->out->v[p->server_at].ways, &s->way);
}

/* The document root; one with variables is a pattern, unless `set` says what they are. */
static void root(struct sc_vhosts_reader *r, struct parser *p, const char *path)
{
    struct sc_vhost *h = &r->out->v[p->server_at];
    char name[256];
    bool of_server = p->depth <= p->server_depth;
    if (variable_at(path, name, sizeof(name)) == strlen(path))
        for (size_t i = p->n_values; i-- > 0;)
            if (is_value_of(p, i, name)) {
                path = p->values[i].value;
                break;
            }
    if (strchr(path, '$')) {
        if (!h->pattern || of_server) {
            free(h->pattern);
            h->pattern = sc_vhosts_dup(r, path);
        }
        sc_nginx_links_root(&p->links, here(p), SC_NGINX_ROOT_PATTERN);
        return;
    }
    size_t at = sc_vhosts_root(r, h, path, !of_server);
    if (!of_server && p->first_root == SIZE_MAX)
        p->first_root = at;
    sc_nginx_links_root(&p->links, here(p), at);
}

/* One with variables can lead anywhere below the directory before the first. */
static void alias(struct sc_vhosts_reader *r, struct parser *p, char *path)
{
    char *variable = strchr(path, '$');
    for (; variable && variable > path && variable[-1] != '/'; variable--)
        continue;
    if (variable)
        *variable = 0;
    sc_nginx_links_root(&p->links, here(p),
                        sc_vhosts_root(r, &r->out->v[p->server_at], path, true));
}

/* A server without a root of its own has that of its first location. */
static void close_server(struct sc_vhosts_reader *r, struct parser *p)
{
    struct sc_vhost *h = &r->out->v[p->server_at];
    if (!h->docroot && p->first_root < h->n_roots) {
        h->roots[p->first_root].alias = false;
        h->docroot = sc_vhosts_dup(r, h->roots[p->first_root].text);
    }
    p->in_server = false;
}

static void of_server(struct sc_vhosts_reader *r, struct parser *p, const char *file, unsigned line,
                      char **w, size_t n)
{
    struct sc_vhost *h = &r->out->v[p->server_at];
    struct said s = {
        r, p, {.php = true, .what = w[1], .file = (char *)(uintptr_t)file, .line = line}};
    if (strcmp(w[0], "server_name") == 0) {
        for (size_t i = 1; i < n; i++)
            sc_vhosts_word(r, &h->names, &h->n_names, w[i]);
    } else if (strcmp(w[0], "root") == 0) {
        root(r, p, w[1]);
    } else if (strcmp(w[0], "alias") == 0 && *w[1] == '/') {
        alias(r, p, w[1]);
    } else if (strcmp(w[0], "fastcgi_pass") == 0) {
        s.way.handler = SC_HANDLER_FPM;
        add_addresses(&s, w[1], 0);
    } else if (strcmp(w[0], "uwsgi_pass") == 0 || strcmp(w[0], "scgi_pass") == 0) {
        s.way.handler = SC_HANDLER_OTHER;
        s.way.php = false;
        add_addresses(&s, w[1], 0);
    }
}

static void simple(struct sc_vhosts_reader *r, struct parser *p, const char *file, unsigned line,
                   char **w, size_t n)
{
    char address[4096];
    if (strcmp(n ? w[0] : "", "include") == 0 && n > 1) {
        include(r, p, w[1]);
    } else if (p->map) {
        if (n > 1)
            add_value(r, p, p->map, w[n - 1], 0);
    } else if (n < 2) {
        return;
    } else if (strcmp(w[0], "disable_symlinks") == 0) {
        if (!sc_nginx_links_said(&p->links, here(p), w + 1, n - 1, file, line))
            sc_vhosts_no_memory(r);
    } else if (strcmp(w[0], "set") == 0 && n > 2) {
        add_value(r, p, w[1], w[2], p->in_server ? p->server_at + 1 : 0);
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
            p->first_root = SIZE_MAX;
        }
    } else if (strcmp(name, "upstream") == 0 && n > 1) {
        free(p->upstream);
        p->upstream = sc_vhosts_dup(r, w[1]);
    } else if (strcmp(name, "map") == 0 && n > 2) {
        free(p->map);
        p->map = sc_vhosts_dup(r, w[2]);
    }
    if (p->depth <= DEPTH_MAX)
        p->places[p->depth - 1] =
            sc_nginx_links_block(&p->links, around, p->in_server ? p->server_at + 1 : 0);
    if (here(p) == SIZE_MAX)
        sc_vhosts_no_memory(r);
}

static void close_block(struct sc_vhosts_reader *r, struct parser *p)
{
    if (p->depth == 0)
        return;
    if (p->in_server && p->depth == p->server_depth)
        close_server(r, p);
    p->depth--;
    char *name = p->depth < DEPTH_MAX ? p->blocks[p->depth] : NULL;
    if (name && strcmp(name, "upstream") == 0) {
        free(p->upstream);
        p->upstream = NULL;
    }
    if (name && strcmp(name, "map") == 0) {
        free(p->map);
        p->map = NULL;
    }
    if (p->depth < DEPTH_MAX) {
        free(p->blocks[p->depth]);
        p->blocks[p->depth] = NULL;
    }
}

/* One word to `to`, without its quotes; returns what is behind it. */
static const char *read_word(const char *c, char *to, size_t *ret_len, unsigned *line)
{
    char quote = *c == '"' || *c == '\'' ? *c++ : 0;
    size_t n = 0;
    while (*c && (quote ? *c != quote : !isspace((unsigned char)*c) && !strchr(";{}", *c))) {
        if (strncmp(c, "${", 2) == 0 && strchr(c, '}')) /* a variable opens no block */
            while (*c != '}')
                to[n++] = *c++;
        else if (*c == '\\' && c[1])
            c++;
        *line += *c == '\n';
        to[n++] = *c++;
    }
    to[n++] = 0;
    *ret_len = n;
    return quote && *c ? c + 1 : c;
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
                close_block(r, p);
            c++;
            n = used = 0;
        } else {
            if (n < WORDS_MAX)
                words[n++] = words_text + used;
            c = read_word(c, words_text + used, &len, &line);
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
    for (size_t i = 0; i < p->n_values; i++) {
        free(p->values[i].name);
        free(p->values[i].value);
    }
    free(p->values);
    while (p->depth)
        close_block(r, p);
    sc_nginx_links_finish(r, &p->links);
    SC_FREE_ALL(p->upstream, p->map, p->conf_dir, p);
}
