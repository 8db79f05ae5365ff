/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Apache's configuration, as far as it says which host runs what (core grammar: "Configuration
 * Files" and "core" in the Apache HTTP Server documentation, version 2.4). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/web/vhosts.h"

#define WORDS_MAX   256
#define DEFINES_MAX 1024

struct parser {
    char *server_root;
    char *names[DEFINES_MAX], *values[DEFINES_MAX];
    size_t n_defines;
    size_t host_at; /* of the host whose section this is: the list may move as it grows */
    bool in_host;
    char *dir;    /* within <Directory> */
    int skipping; /* depth of a section that is not true, and of those within */
    int depth;    /* of includes */
};

static const char *defined(const struct parser *p, const char *name, size_t len)
{
    for (size_t i = p->n_defines; i-- > 0;)
        if (strlen(p->names[i]) == len && strncmp(p->names[i], name, len) == 0)
            return p->values[i];
    return NULL;
}

/* ${NAME} of what was defined; others stay as they are. */
static char *expand(struct sc_vhosts_reader *r, const struct parser *p, const char *line)
{
    SC_BUF struct sc_buf b = {.limit = 1u << 16};
    for (const char *c = line; *c;) {
        const char *end = strncmp(c, "${", 2) == 0 ? strchr(c, '}') : NULL;
        const char *value = end ? defined(p, c + 2, (size_t)(end - c - 2)) : NULL;
        if (value) {
            sc_buf_str(&b, value);
            c = end + 1;
        } else {
            sc_buf_add(&b, c++, 1);
        }
    }
    return sc_vhosts_dup(r, b.data && !b.failed ? b.data : "");
}

/* Splits in place at white space, with "…" and '…'. */
static size_t split(char *line, char **words)
{
    size_t n = 0;
    for (char *c = line; n < WORDS_MAX - 1;) {
        while (isspace((unsigned char)*c))
            c++;
        if (!*c)
            break;
        char quote = *c == '"' || *c == '\'' ? *c++ : 0;
        char *to = c;
        words[n++] = to;
        while (*c && (quote ? *c != quote : !isspace((unsigned char)*c))) {
            if (*c == '\\' && quote && c[1] == quote)
                c++;
            *to++ = *c++;
        }
        if (*c)
            c++;
        *to = 0;
    }
    words[n] = NULL;
    return n;
}

static void cut_slashes(char *path)
{
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = 0;
}

/* Where a handler that is being said belongs to. */
static void add_handler(struct sc_vhosts_reader *r, struct parser *p, unsigned handler,
                        const char *listen)
{
    if (p->in_host) {
        struct sc_vhost *h = &r->out->v[p->host_at];
        h->handlers |= handler;
        if (listen)
            sc_vhosts_word(r, &h->listens, &h->n_listens, listen);
        return;
    }
    struct sc_vhosts_dir *d = sc_vhosts_dir(r, p->dir ? p->dir : "");
    if (!d)
        return;
    d->handlers |= handler;
    if (listen)
        sc_vhosts_word(r, &d->listens, &d->n_listens, listen);
}

/* "unix:/run/x.sock|fcgi://localhost/…" or "fcgi://127.0.0.1:9000/…", perhaps behind "proxy:". */
static void proxy_target(struct sc_vhosts_reader *r, struct parser *p, const char *url)
{
    static const char unix_[] = "unix:", fcgi[] = "fcgi://";
    char address[4096];
    if (strncasecmp(url, "proxy:", 6) == 0)
        url += 6;
    const char *begin, *end;
    if (strncasecmp(url, unix_, sizeof(unix_) - 1) == 0 && strstr(url, "|fcgi:")) {
        begin = url + sizeof(unix_) - 1;
        end = strchr(begin, '|');
    } else if (strncasecmp(url, fcgi, sizeof(fcgi) - 1) == 0) {
        begin = url + sizeof(fcgi) - 1;
        end = begin + strcspn(begin, "/");
    } else {
        return;
    }
    if (snprintf(address, sizeof(address), "%.*s", (int)(end - begin), begin) <
        (int)sizeof(address))
        add_handler(r, p, SC_HANDLER_FPM, address);
}

/* SetHandler NAME, AddHandler NAME .ext…, AddType NAME .ext… */
static void handler_name(struct sc_vhosts_reader *r, struct parser *p, const char *name,
                         bool for_php)
{
    if (strncasecmp(name, "proxy:", 6) == 0)
        proxy_target(r, p, name);
    else if (strstr(name, "lsphp") || strcasecmp(name, "lsapi-script") == 0)
        add_handler(r, p, SC_HANDLER_LSAPI, NULL);
    else if (strcasecmp(name, "fcgid-script") == 0)
        add_handler(r, p, SC_HANDLER_FCGID, NULL);
    else if (strcasecmp(name, "cgi-script") == 0 && for_php)
        add_handler(r, p, SC_HANDLER_CGI, NULL);
    else if (strcasecmp(name, "application/x-httpd-php") == 0 ||
             strcasecmp(name, "php-script") == 0)
        add_handler(r, p, SC_HANDLER_MODULE, NULL);
}

static bool names_php(char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncasecmp(words[i] + (*words[i] == '.'), "php", 3) == 0)
            return true;
    return false;
}

static void define(struct sc_vhosts_reader *r, struct parser *p, const char *name,
                   const char *value)
{
    if (p->n_defines >= DEFINES_MAX)
        return;
    char *a = sc_vhosts_dup(r, name), *b = sc_vhosts_dup(r, value);
    if (!a || !b) {
        free(a);
        free(b);
        return;
    }
    p->names[p->n_defines] = a;
    p->values[p->n_defines++] = b;
}

static void read_text(struct sc_vhosts_reader *r, const char *name, char *text, void *arg);

static void include(struct sc_vhosts_reader *r, struct parser *p, const char *what)
{
    SC_FREE char *path = NULL;
    if (p->depth >= SC_VHOSTS_DEPTH_MAX)
        return;
    if (*what != '/' && asprintf(&path, "%s/%s", p->server_root, what) < 0) {
        path = NULL;
        return;
    }
    p->depth++;
    sc_vhosts_each_file(r, path ? path : what, true, read_text, p);
    p->depth--;
}

static void host_directive(struct sc_vhosts_reader *r, struct parser *p, char *const *w, size_t n)
{
    struct sc_vhost *h = &r->out->v[p->host_at];
    if (strcasecmp(w[0], "DocumentRoot") == 0) {
        free(h->docroot);
        h->docroot = sc_vhosts_dup(r, w[1]);
        if (h->docroot)
            cut_slashes(h->docroot);
    } else if (strcasecmp(w[0], "ServerName") == 0 || strcasecmp(w[0], "ServerAlias") == 0) {
        for (size_t i = 1; i < n; i++) {
            char *host = strstr(w[i], "://") ? strstr(w[i], "://") + 3 : w[i];
            host[strcspn(host, ":")] = 0;
            sc_vhosts_word(r, &h->names, &h->n_names, host);
        }
    } else if (strcasecmp(w[0], "SuexecUserGroup") == 0) {
        h->suexec = true;
    }
}

static void directive(struct sc_vhosts_reader *r, struct parser *p, const char *file, unsigned line,
                      char **w, size_t n)
{
    if (n < 2)
        return;
    if (strcasecmp(w[0], "Include") == 0 || strcasecmp(w[0], "IncludeOptional") == 0) {
        include(r, p, w[1]);
    } else if (strcasecmp(w[0], "ServerRoot") == 0) {
        char *root = sc_vhosts_dup(r, w[1]);
        if (root) {
            free(p->server_root);
            p->server_root = root;
        }
    } else if (strcasecmp(w[0], "Define") == 0) {
        define(r, p, w[1], n > 2 ? w[2] : "");
    } else if (strcasecmp(w[0], "SetHandler") == 0) {
        handler_name(r, p, w[1], true);
    } else if (strcasecmp(w[0], "AddHandler") == 0 || strcasecmp(w[0], "AddType") == 0) {
        handler_name(r, p, w[1], names_php(w + 2, n - 2));
    } else if (strcasecmp(w[0], "ProxyPass") == 0 || strcasecmp(w[0], "ProxyPassMatch") == 0) {
        proxy_target(r, p, w[n > 2 ? 2 : 1]);
    } else if (strcasecmp(w[0], "FcgidWrapper") == 0 || strcasecmp(w[0], "FCGIWrapper") == 0) {
        add_handler(r, p, SC_HANDLER_FCGID, NULL);
    } else if (strcasecmp(w[0], "Action") == 0) {
        if (strstr(w[1], "php"))
            add_handler(r, p, SC_HANDLER_CGI, NULL);
    } else if (strcasecmp(w[0], "lsapi_engine") == 0) {
        if (strcasecmp(w[1], "on") == 0)
            add_handler(r, p, SC_HANDLER_LSAPI, NULL);
    } else if (strcasecmp(w[0], "lsapi_per_user") == 0) {
        if (strcasecmp(w[1], "on") == 0 && !r->out->per_user_at &&
            asprintf(&r->out->per_user_at, "%s:%u", file, line) < 0)
            r->out->per_user_at = NULL;
    } else if (p->in_host) {
        host_directive(r, p, w, n);
    }
}

/* What a module or a define decides. A module counts as there: which are, only the server knows. */
static bool is_true(const struct parser *p, const char *what, const char *arg)
{
    bool not = *arg == '!';
    if (strcasecmp(what, "IfModule") == 0)
        return !not ;
    if (strcasecmp(what, "IfDefine") == 0)
        return (defined(p, arg + not, strlen(arg + not )) != NULL) != not ;
    return strcasecmp(what, "Macro") != 0;
}

static void section(struct sc_vhosts_reader *r, struct parser *p, const char *file, unsigned line,
                    char *text)
{
    bool end = text[1] == '/';
    char *words[WORDS_MAX];
    size_t len = strlen(text);
    if (len && text[len - 1] == '>')
        text[len - 1] = 0;
    size_t n = split(text + 1 + end, words);
    if (n == 0)
        return;
    if (p->skipping) {
        p->skipping += end ? -1 : 1;
        return;
    }
    const char *arg = n > 1 ? words[1] : "";
    if (!end && !is_true(p, words[0], arg)) {
        p->skipping = 1;
    } else if (strcasecmp(words[0], "VirtualHost") == 0) {
        p->in_host = !end && sc_vhosts_new(r, file, line) != NULL;
        if (p->in_host)
            p->host_at = r->out->n - 1;
    } else if (strcasecmp(words[0], "Directory") == 0) {
        free(p->dir);
        p->dir = NULL;
        bool pattern = strcmp(arg, "~") == 0 || strpbrk(arg, "*?[");
        if (!end && *arg == '/' && !pattern && (p->dir = sc_vhosts_dup(r, arg)))
            cut_slashes(p->dir);
    }
}

static void read_text(struct sc_vhosts_reader *r, const char *name, char *text, void *arg)
{
    struct parser *p = arg;
    unsigned line = 0;
    for (char *next = text; next && r->rc == 0;) {
        char *begin = next, *to = NULL;
        unsigned first = ++line;
        next = strchr(begin, '\n');
        /* a backslash at the end of a line goes on with the next */
        while (next && next > begin && next[-1] == '\\') {
            next[-1] = ' ';
            *next = ' ';
            line++;
            to = strchr(next, '\n');
            next = to;
        }
        if (next)
            *next++ = 0;
        while (isspace((unsigned char)*begin))
            begin++;
        for (size_t n = strlen(begin); n && isspace((unsigned char)begin[n - 1]); n--)
            begin[n - 1] = 0;
        if (!*begin || *begin == '#')
            continue;
        SC_FREE char *full = expand(r, p, begin);
        if (!full)
            return;
        char *words[WORDS_MAX];
        if (*full == '<')
            section(r, p, name, first, full);
        else if (!p->skipping)
            directive(r, p, name, first, words, split(full, words));
    }
}

void sc_apache_conf_read(struct sc_vhosts_reader *r, const char *main_file)
{
    struct parser p = {0};
    SC_FREE char *dir = sc_vhosts_dup(r, main_file);
    if (!dir)
        return;
    *strrchr(dir, '/') = 0;
    p.server_root = sc_vhosts_dup(r, dir);
    sc_vhosts_each_file(r, main_file, false, read_text, &p);
    for (size_t i = 0; i < p.n_defines; i++) {
        free(p.names[i]);
        free(p.values[i]);
    }
    free(p.server_root);
    free(p.dir);
}
