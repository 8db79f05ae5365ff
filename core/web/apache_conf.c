/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Apache's configuration, as far as it says which host runs what (core grammar: "Configuration
 * Files" and "core" in the Apache HTTP Server documentation, version 2.4). */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/web/apache_conf.h"

static const char *defined(const struct sc_apache_conf *p, const char *name, size_t len)
{
    for (size_t i = p->n_defines; i-- > 0;)
        if (strlen(p->names[i]) == len && strncmp(p->names[i], name, len) == 0)
            return p->values[i];
    return NULL;
}

/* ${NAME} of what was defined; others stay as they are. */
static char *expand(struct sc_vhosts_reader *r, const struct sc_apache_conf *p, const char *line)
{
    SC_BUF struct sc_buf b = {.limit = 1u << 16};
    for (const char *c = line; *c;) {
        const char *end = strncmp(c, "${", 2) == 0 ? strchr(c, '}') : NULL;
        const char *value = end ? defined(p, c + 2, (size_t)(end - c - 2)) : NULL;
        if (value) {
            sc_buf_str(&b, value);
            c = end + 1;
        } else {
            size_t n = 1 + strcspn(c + 1, "$");
            sc_buf_add(&b, c, n);
            c += n;
        }
    }
    return sc_vhosts_dup(r, b.data && !b.failed ? b.data : "");
}

/* Splits in place at white space, with "…" and '…'. */
static size_t split(char *line, char **words)
{
    size_t n = 0;
    for (char *c = line; n < SC_APACHE_WORDS_MAX - 1;) {
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

static void define(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *name,
                   const char *value)
{
    if (p->n_defines >= SC_APACHE_DEFINES_MAX)
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

static void include(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *what)
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

static void use(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *file,
                unsigned line, char *const *w, size_t n)
{
    SC_FREE char *text = p->depth < SC_VHOSTS_DEPTH_MAX ? sc_apache_macro_use(p, w, n) : NULL;
    if (!text)
        return;
    const char *at = p->used_at;
    unsigned at_line = p->used_line;
    if (!at) {
        p->used_at = file;
        p->used_line = line;
    }
    p->depth++;
    read_text(r, p->used_at, text, p);
    p->depth--;
    p->used_at = at;
    p->used_line = at_line;
}

static void undefine(struct sc_apache_conf *p, const char *name)
{
    for (size_t i = 0; i < p->n_defines; i++)
        if (strcmp(p->names[i], name) == 0)
            p->names[i][0] = 0; /* no name is empty */
}

static void server_root(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *path)
{
    char *root = sc_vhosts_dup(r, path);
    if (!root)
        return;
    free(p->server_root);
    p->server_root = root;
}

static void directive(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *file,
                      unsigned line, char **w, size_t n)
{
    if (n < 2)
        return;
    if (strcasecmp(w[0], "Include") == 0 || strcasecmp(w[0], "IncludeOptional") == 0)
        include(r, p, w[1]);
    else if (strcasecmp(w[0], "ServerRoot") == 0)
        server_root(r, p, w[1]);
    else if (strcasecmp(w[0], "Define") == 0)
        define(r, p, w[1], n > 2 ? w[2] : "");
    else if (strcasecmp(w[0], "UnDefine") == 0)
        undefine(p, w[1]);
    else if (strcasecmp(w[0], "Use") == 0)
        use(r, p, file, line, w, n);
    else
        sc_apache_say(r, p, file, line, w, n);
}

/* Modules that are in the server itself, or whose name a build chooses. Where no LoadModule was read
 * nothing is known, and all count as there. */
static bool has_module(const struct sc_vhosts_reader *r, const char *name)
{
    static const char *const built_in[] = {"core",      "core.c",   "http_core.c",
                                           "so_module", "mod_so.c", "http_module"};
    for (size_t i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++)
        if (strcasecmp(name, built_in[i]) == 0)
            return true;
    return r->out->n_modules == 0 || sc_vhosts_has_module(r->out, name);
}

static bool has_file(const struct sc_vhosts_reader *r, const char *name)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s%s", r->root, name) >= (int)sizeof(path))
        return false;
    sc_stamps_note(&r->out->seen, path);
    return access(path, F_OK) == 0 || !sc_is_absent(errno);
}

/* What decides whether a section is read. Others count as true. */
static bool is_true(const struct sc_vhosts_reader *r, const struct sc_apache_conf *p,
                    const char *what, const char *arg)
{
    bool not = *arg == '!';
    const char *name = arg + not ;
    if (strcasecmp(what, "IfModule") == 0)
        return has_module(r, name) != not ;
    if (strcasecmp(what, "IfDefine") == 0)
        return (defined(p, name, strlen(name)) != NULL) != not ;
    if (strcasecmp(what, "IfFile") == 0)
        return has_file(r, name) != not ;
    return true;
}

static void set_word(struct sc_vhosts_reader *r, char **to, const char *word)
{
    free(*to);
    *to = word ? sc_vhosts_dup(r, word) : NULL;
}

/* <Directory>, <Location>, <FilesMatch>, <If> and their like; not what decides whether lines are read at all. */
static bool is_part(const char *what)
{
    static const char *const whole[] = {"VirtualHost", "IfModule",    "IfDefine",  "IfFile",
                                        "IfVersion",   "IfDirective", "IfSection", "Macro"};
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
        if (strcasecmp(what, whole[i]) == 0)
            return false;
    return true;
}

/* Whether a section is for some names of files alone, and for which. */
static bool names_of(const char *what, char *const *words, size_t n, unsigned *ret)
{
    bool location = strncasecmp(what, "Location", 8) == 0;
    const char *arg = n > 1 ? words[1] : "";
    if (!location && strcasecmp(what, "Files") != 0 && strcasecmp(what, "FilesMatch") != 0)
        return false;
    if (strcmp(arg, "~") == 0)
        *ret = sc_php_names_regex(n > 2 ? words[2] : "", location);
    else if (strcasecmp(what, "FilesMatch") == 0 || strcasecmp(what, "LocationMatch") == 0)
        *ret = sc_php_names_regex(arg, location);
    else
        *ret = location ? sc_php_names_path(arg) : sc_php_names_glob(arg);
    return true;
}

static void begin_names(struct sc_apache_conf *p, char *const *words, size_t n)
{
    unsigned names;
    /* whose expressions the account writes none is tried */
    if (p->in_htaccess || !names_of(words[0], words, n, &names))
        return;
    names &= sc_apache_names(p);
    if (p->n_only < SC_APACHE_NESTED_MAX)
        p->only[p->n_only] = names;
    p->n_only++;
}

static void begin_section(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *file,
                          unsigned line, char *const *words, size_t n)
{
    const char *arg = n > 1 ? words[1] : "";
    if (!is_true(r, p, words[0], arg)) {
        p->skipping = 1;
        return;
    }
    p->parts += is_part(words[0]);
    begin_names(p, words, n);
    if (strcasecmp(words[0], "Macro") == 0 && !p->in_htaccess) {
        sc_apache_macro_begin(r, p, words, n);
    } else if (p->in_htaccess) {
        return; /* <Files>, <If> and their like: for the whole directory */
    } else if (strcasecmp(words[0], "VirtualHost") == 0) {
        p->in_host = sc_vhosts_new(r, file, line) != NULL;
        p->host_at = r->out->n ? r->out->n - 1 : 0;
    } else if (strcasecmp(words[0], "Directory") == 0) {
        bool pattern = strcmp(arg, "~") == 0 || strpbrk(arg, "*?[");
        set_word(r, &p->dir, *arg == '/' && !pattern ? arg : NULL);
        if (p->dir)
            cut_slashes(p->dir);
    } else if (strcasecmp(words[0], "Proxy") == 0) {
        set_word(r, &p->proxy, arg);
        sc_apache_say_proxy(r, arg);
    }
}

static void end_section(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *what)
{
    unsigned names;
    p->parts -= is_part(what) && p->parts > 0;
    p->n_only -= p->n_only > 0 && names_of(what, NULL, 0, &names);
    if (strcasecmp(what, "VirtualHost") == 0)
        p->in_host = false;
    else if (strcasecmp(what, "Directory") == 0)
        set_word(r, &p->dir, NULL);
    else if (strcasecmp(what, "Proxy") == 0)
        set_word(r, &p->proxy, NULL);
}

static void section(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *file,
                    unsigned line, char *text)
{
    bool end = text[1] == '/';
    char *words[SC_APACHE_WORDS_MAX];
    size_t len = strlen(text);
    if (len && text[len - 1] == '>')
        text[len - 1] = 0;
    size_t n = split(text + 1 + end, words);
    if (n == 0)
        return;
    if (p->skipping)
        p->skipping += end ? -1 : 1;
    else if (end)
        end_section(r, p, words[0]);
    else
        begin_section(r, p, p->used_at ? p->used_at : file, p->used_at ? p->used_line : line, words,
                      n);
}

/* Keeps a line of a macro, until its end. True: it was one. */
static bool macro_line(struct sc_vhosts_reader *r, struct sc_apache_conf *p, const char *line)
{
    if (!p->in_macro)
        return false;
    if (strncasecmp(line, "</Macro", 7) == 0)
        p->in_macro = false;
    else
        sc_apache_macro_line(r, p, line);
    return true;
}

static void read_text(struct sc_vhosts_reader *r, const char *name, char *text, void *arg)
{
    struct sc_apache_conf *p = arg;
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
        if (!*begin || *begin == '#' || macro_line(r, p, begin))
            continue;
        SC_FREE char *full = expand(r, p, begin);
        if (!full)
            return;
        char *words[SC_APACHE_WORDS_MAX];
        if (*full == '<')
            section(r, p, name, first, full);
        else if (!p->skipping)
            directive(r, p, name, first, words, split(full, words));
    }
}

static void conf_done(struct sc_apache_conf *p)
{
    for (size_t i = 0; i < p->n_defines; i++) {
        free(p->names[i]);
        free(p->values[i]);
    }
    sc_apache_macros_done(p);
    SC_FREE_ALL(p->server_root, p->dir, p->proxy);
}

void sc_apache_conf_read(struct sc_vhosts_reader *r, const char *main_file)
{
    SC_FREE struct sc_apache_conf *p = calloc(1, sizeof(*p));
    char *dir = sc_vhosts_dup(r, main_file);
    if (!p || !dir) {
        free(dir);
        return;
    }
    *strrchr(dir, '/') = 0;
    p->server_root = dir;
    sc_vhosts_each_file(r, main_file, false, read_text, p);
    conf_done(p);
}

int sc_vhosts_htaccess(const struct sc_vhosts *server, const char *path, char *text,
                       struct sc_ways *ret, struct sc_error *err)
{
    struct sc_vhosts out = {.modules = server->modules, .n_modules = server->n_modules};
    struct sc_vhosts_reader r = {.root = "", .out = &out, .err = err};
    SC_FREE struct sc_apache_conf *p = calloc(1, sizeof(*p));
    if (!p)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    p->depth = SC_VHOSTS_DEPTH_MAX; /* nothing is included */
    p->in_htaccess = true;
    read_text(&r, path, text, p);
    for (size_t i = 0; i < r.n_dirs; i++) {
        for (size_t k = 0; k < r.dirs[i].ways.n; k++)
            sc_vhosts_way(&r, ret, &r.dirs[i].ways.v[k]);
        sc_ways_done(&r.dirs[i].ways);
        free(r.dirs[i].dir);
    }
    free(r.dirs);
    conf_done(p);
    free(out.per_user_at);
    sc_stamps_done(&out.seen);
    if (r.rc < 0)
        sc_ways_done(ret);
    return r.rc;
}
