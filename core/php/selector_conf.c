/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/selector_conf.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"

#define ROWS_MAX (SC_PHP_VERSIONS_MAX * SC_PHP_CONF_WHATS)
#define BLANKS   " \t\r"

void sc_php_conf_done(struct sc_php_conf *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->v[i].full);
        free(c->v[i].path);
    }
    free(c->v);
    *c = (struct sc_php_conf){0};
}

static int what_of(const char *word)
{
    static const char *const names[SC_PHP_CONF_WHATS] = {"php", "php-cli", "php-fpm", "lsphp",
                                                         "php.ini"};
    for (int i = 0; i < SC_PHP_CONF_WHATS; i++)
        if (strcmp(word, names[i]) == 0)
            return i;
    return -1;
}

static int check_path(const char *path, const char *file, unsigned line, struct sc_error *err)
{
    if (path[0] != '/' || strstr(path, "/../"))
        return sc_error_set(err, SC_E_INVAL, "%s line %u: '%s' is not an absolute path", file, line,
                            path);
    return 0;
}

static int add_row(struct sc_php_conf *c, int what, const char *name, const char *full,
                   const char *path, const char *file, struct sc_error *err)
{
    if (c->n >= ROWS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "%s: more than %u lines", file, ROWS_MAX);
    if (!SC_VEC_ROOM(c->v, c->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", file);
    struct sc_php_conf_row *r = &c->v[c->n++];
    *r = (struct sc_php_conf_row){.what = what};
    strcpy(r->name, name);
    r->full = strdup(full);
    r->path = strdup(path);
    return r->full && r->path ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for %s", file);
}

static int selector_line(struct sc_php_conf *c, char *text, const char *file, unsigned line,
                         struct sc_error *err)
{
    char *word[4] = {NULL}, *save = NULL;
    size_t n = 0;
    for (char *w = strtok_r(text, BLANKS, &save); w; w = strtok_r(NULL, BLANKS, &save), n++)
        if (n < 4)
            word[n] = w;
    if (n == 0 || word[0][0] == '#')
        return 0;
    int what = what_of(word[0]);
    if (what < 0)
        return 0;
    if (n != 4)
        return sc_error_set(err, SC_E_INVAL,
                            "%s line %u: give four words: BINARY VERSION FULL-VERSION PATH", file,
                            line);
    if (!sc_php_name_valid(word[1]) || strcmp(word[1], SC_PHP_NATIVE) == 0)
        return sc_error_set(err, SC_E_INVAL, "%s line %u: '%s' is not a version as 8.1", file, line,
                            word[1]);
    int rc = check_path(word[3], file, line, err);
    return rc < 0 ? rc : add_row(c, what, word[1], word[2], word[3], file, err);
}

static int native_line(struct sc_php_conf *c, char *text, const char *file, unsigned line,
                       struct sc_error *err)
{
    text += strspn(text, BLANKS);
    for (size_t n = strlen(text); n && strchr(BLANKS, text[n - 1]);)
        text[--n] = 0;
    if (!*text || *text == '#' || *text == ';')
        return 0;
    char *path = strchr(text, '=');
    if (!path)
        return sc_error_set(err, SC_E_INVAL, "%s line %u: give BINARY=/PATH", file, line);
    char *end = path;
    *path++ = 0;
    while (end > text && strchr(BLANKS, end[-1]))
        *--end = 0;
    path += strspn(path, BLANKS);
    int what = what_of(text);
    if (what < 0 || !*path)
        return 0;
    int rc = check_path(path, file, line, err);
    return rc < 0 ? rc : add_row(c, what, "", "", path, file, err);
}

typedef int one_line(struct sc_php_conf *, char *, const char *, unsigned, struct sc_error *);

static int parse(const char *text, size_t len, const char *file, one_line *one,
                 struct sc_php_conf *ret, struct sc_error *err)
{
    if (len > SC_PHP_CONF_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "%s is larger than %u bytes", file, SC_PHP_CONF_MAX);
    if (len && memchr(text, 0, len))
        return sc_error_set(err, SC_E_INVAL, "%s: a zero byte", file);
    SC_FREE char *copy = len ? strndup(text, len) : strdup("");
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", file);
    SC_CLEANUP(sc_php_conf_done) struct sc_php_conf c = {0};
    unsigned line = 0;
    for (char *rest = copy, *text_of; (text_of = strsep(&rest, "\n")) != NULL;) {
        int rc = one(&c, text_of, file, ++line, err);
        if (rc < 0)
            return rc;
    }
    SC_MOVE(ret, &c);
    return 0;
}

int sc_php_selector_conf_parse(const char *text, size_t len, const char *file,
                               struct sc_php_conf *ret, struct sc_error *err)
{
    return parse(text, len, file, selector_line, ret, err);
}

int sc_php_native_conf_parse(const char *text, size_t len, const char *file,
                             struct sc_php_conf *ret, struct sc_error *err)
{
    return parse(text, len, file, native_line, ret, err);
}
