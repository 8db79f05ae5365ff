/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nginx's configuration, as far as it says which host passes PHP to which address (grammar:
 * "Beginner's Guide", "Configuration File's Structure" in nginx's documentation). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/web/vhosts.h"

#define WORDS_MAX    512
#define DEPTH_MAX    64
#define UPSTREAM_MAX 4096

struct parser {
    char *conf_dir;
    char *blocks[DEPTH_MAX]; /* names of the open ones */
    int depth;
    bool in_server;
    size_t server_at;
    char *upstream; /* the one being read */
    struct {
        char *name, *address;
    } upstreams[UPSTREAM_MAX];
    size_t n_upstreams;
    int includes;
};

static void read_text(struct sc_vhosts_reader *r, const char *name, char *text, void *arg);

/* "unix:/run/x.sock", "127.0.0.1:9000"; others are an upstream's name, looked up at the end. */
static void address_of(const char *value, char *out, size_t size)
{
    const char *begin = strncmp(value, "unix:", 5) == 0 ? value + 5 : value;
    size_t len = begin != value ? strcspn(begin, ":;") : strlen(begin);
    snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), begin);
}

static void simple(struct sc_vhosts_reader *r, struct parser *p, char **w, size_t n)
{
    if (n < 2)
        return;
    char address[4096];
    if (strcmp(w[0], "include") == 0 && p->includes < SC_VHOSTS_DEPTH_MAX) {
        SC_FREE char *path = NULL;
        if (*w[1] != '/' && asprintf(&path, "%s/%s", p->conf_dir, w[1]) < 0) {
            path = NULL;
            return;
        }
        p->includes++;
        sc_vhosts_each_file(r, path ? path : w[1], false, read_text, p);
        p->includes--;
    } else if (p->upstream && strcmp(w[0], "server") == 0 && p->n_upstreams < UPSTREAM_MAX) {
        address_of(w[1], address, sizeof(address));
        char *name = sc_vhosts_dup(r, p->upstream), *value = sc_vhosts_dup(r, address);
        if (name && value) {
            p->upstreams[p->n_upstreams].name = name;
            p->upstreams[p->n_upstreams++].address = value;
        } else {
            free(name);
            free(value);
        }
    } else if (p->in_server) {
        struct sc_vhost *h = &r->out->v[p->server_at];
        if (strcmp(w[0], "server_name") == 0) {
            for (size_t i = 1; i < n; i++)
                sc_vhosts_word(r, &h->names, &h->n_names, w[i]);
        } else if (strcmp(w[0], "root") == 0 && (!h->docroot || p->depth <= 2)) {
            /* the server's own comes before that of a location */
            free(h->docroot);
            h->docroot = sc_vhosts_dup(r, w[1]);
            for (size_t len = h->docroot ? strlen(h->docroot) : 0;
                 len > 1 && h->docroot[len - 1] == '/'; len--)
                h->docroot[len - 1] = 0;
        } else if (strcmp(w[0], "fastcgi_pass") == 0) {
            h->handlers |= SC_HANDLER_FPM;
            address_of(w[1], address, sizeof(address));
            sc_vhosts_word(r, &h->listens, &h->n_listens, address);
        }
    }
}

static void open_block(struct sc_vhosts_reader *r, struct parser *p, const char *file,
                       unsigned line, char **w, size_t n)
{
    const char *name = n ? w[0] : "";
    if (p->depth < DEPTH_MAX)
        p->blocks[p->depth] = sc_vhosts_dup(r, name);
    p->depth++;
    if (strcmp(name, "server") == 0 && !p->in_server && !p->upstream) {
        struct sc_vhost *h = sc_vhosts_new(r, file, line);
        p->in_server = h != NULL;
        if (h) {
            h->nginx = true;
            p->server_at = r->out->n - 1;
        }
    } else if (strcmp(name, "upstream") == 0 && n > 1) {
        free(p->upstream);
        p->upstream = sc_vhosts_dup(r, w[1]);
    }
}

static void close_block(struct parser *p)
{
    if (p->depth == 0)
        return;
    p->depth--;
    char *name = p->depth < DEPTH_MAX ? p->blocks[p->depth] : NULL;
    if (name && strcmp(name, "server") == 0)
        p->in_server = false;
    if (name && strcmp(name, "upstream") == 0) {
        free(p->upstream);
        p->upstream = NULL;
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
                simple(r, p, words, n);
            else if (*c == '{')
                open_block(r, p, file, line, words, n);
            else
                close_block(p);
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
    /* names of upstreams become their addresses */
    for (size_t i = 0; i < r->out->n; i++) {
        struct sc_vhost *h = &r->out->v[i];
        for (size_t k = 0; h->nginx && k < h->n_listens; k++)
            for (size_t u = 0; u < p->n_upstreams; u++)
                if (strcmp(h->listens[k], p->upstreams[u].name) == 0) {
                    char *address = sc_vhosts_dup(r, p->upstreams[u].address);
                    if (address) {
                        free(h->listens[k]);
                        h->listens[k] = address;
                    }
                    break;
                }
    }
    for (size_t u = 0; u < p->n_upstreams; u++) {
        free(p->upstreams[u].name);
        free(p->upstreams[u].address);
    }
    while (p->depth)
        close_block(p);
    free(p->upstream);
    free(p->conf_dir);
    free(p);
}
