/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config/paths_conf.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/vec.h"
#include "core/config/pathname.h"

#define BLANK " \t\r\f\v"

void sc_paths_conf_free(struct sc_paths_conf *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->rules[i].glob);
        free(c->rules[i].path);
    }
    free(c->rules);
    *c = (struct sc_paths_conf)SC_PATHS_CONF_INIT;
}

void sc_paths_match_free(struct sc_paths_match *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(m[i].path);
    free(m);
}

struct place {
    const char *name;
    unsigned line;
    struct sc_error *err;
};

static int bad(const struct place *at, const char *why, const char *word)
{
    return sc_error_set(at->err, SC_E_INVAL, "%s line %u: %s '%s'", at->name, at->line, why, word);
}

/* Decodes and checks PATH. */
static int check_path(const struct place *at, char *word)
{
    long len = sc_decode_word(word);
    if (len < 0)
        return bad(at, "a bad %XX escape in", word);
    if (len >= PATH_MAX)
        return sc_error_set(at->err, SC_E_INVAL, "%s line %u: the path is longer than %d bytes",
                            at->name, at->line, PATH_MAX - 1);
    char *tail = word[0] == '~' ? word + 1 : word;
    if (*tail != '/')
        return bad(at, "give a path that starts with / or ~/ instead of", word);
    if (sc_path_normalise(tail) < 0)
        return bad(at, "'..' is not allowed in", word);
    if (!tail[1])
        return bad(at, "give something below, not the whole of", word);
    return 0;
}

/* "glob mode path" -> *rule (untouched on failure). `line` is changed. */
static int parse_rule(const struct place *at, char *line, struct sc_paths_rule *rule)
{
    char *rest = line;
    char *glob = strtok_r(NULL, BLANK, &rest);
    char *mode = strtok_r(NULL, BLANK, &rest);
    char *path = strtok_r(NULL, BLANK, &rest);
    if (!path || strtok_r(NULL, BLANK, &rest))
        return sc_error_set(
            at->err, SC_E_INVAL,
            "%s line %u: a line is DOCROOT-GLOB ro|rw PATH (a space in a path is %%20)", at->name,
            at->line);
    if (strcmp(mode, "ro") && strcmp(mode, "rw"))
        return bad(at, "give ro or rw instead of", mode);
    long len = sc_decode_word(glob);
    if (len < 0)
        return bad(at, "a bad %XX escape in", glob);
    if (*glob != '/')
        return bad(at, "a document root starts with /, unlike", glob);
    while (len > 1 && glob[len - 1] == '/')
        glob[--len] = 0;
    int rc = check_path(at, path);
    if (rc < 0)
        return rc;
    SC_FREE char *g = strdup(glob);
    SC_FREE char *p = strdup(path);
    if (!g || !p)
        return sc_error_set(at->err, SC_E_NOMEM, "out of memory for %s", at->name);
    *rule = (struct sc_paths_rule){sc_steal_ptr(&g), sc_steal_ptr(&p), mode[1] == 'w', at->line};
    return 0;
}

int sc_paths_conf_parse(const char *text, size_t len, const char *name, struct sc_paths_conf *ret,
                        struct sc_error *err)
{
    SC_CLEANUP(sc_paths_conf_free) struct sc_paths_conf c = SC_PATHS_CONF_INIT;
    struct place at = {.name = name, .err = err};
    for (const char *end = text + len, *next; text < end; text = next) {
        const char *nl = memchr(text, '\n', (size_t)(end - text));
        next = nl ? nl + 1 : end;
        at.line++;
        size_t n = (size_t)((nl ? nl : end) - text);
        if (memchr(text, 0, n))
            return sc_error_set(err, SC_E_INVAL, "%s line %u: a zero byte", name, at.line);
        SC_FREE char *line = strndup(text, n);
        if (!line)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", name);
        char first = line[strspn(line, BLANK)];
        if (!first || first == '#')
            continue;
        if (c.n == SC_PATHS_CONF_RULES_MAX)
            return sc_error_set(err, SC_E_TOOBIG, "%s has more than %u rules", name,
                                SC_PATHS_CONF_RULES_MAX);
        if (!SC_VEC_ROOM(c.rules, c.n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", name);
        int rc = parse_rule(&at, line, &c.rules[c.n]);
        if (rc < 0)
            return rc;
        c.n++;
    }
    *ret = c;
    c = (struct sc_paths_conf)SC_PATHS_CONF_INIT;
    return 0;
}

int sc_paths_conf_load(const char *path, uid_t owner, struct sc_paths_conf *ret,
                       struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error e = SC_ERROR_INIT;
    int rc = sc_read_trusted_file(path, owner, SC_PATHS_CONF_SIZE_MAX, &text, &e);
    if (rc == SC_E_NOTFOUND) {
        *ret = (struct sc_paths_conf)SC_PATHS_CONF_INIT;
        return 0;
    }
    if (rc < 0) {
        if (err)
            *err = e;
        return rc;
    }
    return sc_paths_conf_parse(text.data, text.len, path, ret, err);
}

static char *expand(const char *path, const char *home)
{
    if (*path != '~')
        return strdup(path);
    char *out = NULL;
    if (asprintf(&out, "%s%s", strcmp(home, "/") ? home : "", path + 1) < 0)
        return NULL;
    return out;
}

int sc_paths_conf_match(const struct sc_paths_conf *c, const char *docroot, const char *home,
                        struct sc_paths_match **ret, size_t *ret_n, struct sc_error *err)
{
    struct sc_paths_match *m = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct sc_paths_rule *r = &c->rules[i];
        if (fnmatch(r->glob, docroot, FNM_PATHNAME) != 0)
            continue;
        char *path = expand(r->path, home);
        size_t k = 0;
        while (path && k < n && strcmp(m[k].path, path))
            k++;
        if (!path || (k == n && !SC_VEC_ROOM(m, n))) {
            free(path);
            sc_paths_match_free(m, n);
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the paths of %s", docroot);
        }
        if (k < n)
            free(m[k].path);
        else
            n++;
        m[k] = (struct sc_paths_match){path, r->rw, r->line};
    }
    *ret = m;
    *ret_n = n;
    return 0;
}
