/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/choice.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/ini.h"
#include "core/base/vec.h"

#define BLANKS " \t\r"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a choice of PHP");
}

/* ---- names ---- */

void sc_php_names_done(struct sc_php_names *l)
{
    sc_strings_free(l->v, l->n);
    *l = (struct sc_php_names){0};
}

static size_t place_of(const struct sc_php_names *l, const char *name, bool *ret_there)
{
    size_t low = 0, high = l->n;
    *ret_there = false;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int c = strcmp(l->v[mid], name);
        if (c == 0) {
            *ret_there = true;
            return mid;
        }
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool sc_php_names_has(const struct sc_php_names *l, const char *name)
{
    bool there;
    (void)place_of(l, name, &there);
    return there;
}

int sc_php_names_add(struct sc_php_names *l, const char *name, struct sc_error *err)
{
    bool there;
    size_t at = place_of(l, name, &there);
    if (there)
        return 0;
    if (l->n >= SC_PHP_MODULES_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "more than %u extensions", SC_PHP_MODULES_MAX);
    char *copy = strdup(name);
    if (!copy || !SC_VEC_ROOM(l->v, l->n)) {
        free(copy);
        return no_memory(err);
    }
    memmove(l->v + at + 1, l->v + at, (l->n - at) * sizeof(*l->v));
    l->v[at] = copy;
    l->n++;
    return 0;
}

void sc_php_names_remove(struct sc_php_names *l, const char *name)
{
    bool there;
    size_t at = place_of(l, name, &there);
    if (!there)
        return;
    free(l->v[at]);
    memmove(l->v + at, l->v + at + 1, (l->n - at - 1) * sizeof(*l->v));
    l->n--;
}

static char *trim(char *s)
{
    s += strspn(s, BLANKS);
    for (size_t n = strlen(s); n && strchr(BLANKS, s[n - 1]);)
        s[--n] = 0;
    return s;
}

int sc_php_names_parse(const char *list, const char *what, struct sc_php_names *ret,
                       struct sc_error *err)
{
    SC_CLEANUP(sc_php_names_done) struct sc_php_names l = {0};
    SC_FREE char *copy = strdup(list);
    if (!copy)
        return no_memory(err);
    char *all = trim(copy);
    for (char *rest = *all ? all : NULL, *name; (name = strsep(&rest, ",")) != NULL;) {
        name = trim(name);
        for (char *p = name; *p; p++)
            *p = (char)tolower((unsigned char)*p);
        if (!sc_php_module_valid(name))
            return sc_error_set(err, SC_E_INVAL, "%s: '%.64s' is not an extension's name", what,
                                name);
        int rc = sc_php_names_add(&l, name, err);
        if (rc < 0)
            return rc;
    }
    SC_MOVE(ret, &l);
    return 0;
}

/* ---- the file ---- */

void sc_php_choice_done(struct sc_php_choice *c)
{
    for (size_t i = 0; i < c->n; i++)
        sc_php_names_done(&c->v[i].modules);
    free(c->v);
    *c = (struct sc_php_choice){0};
}

const struct sc_php_choice_version *sc_php_choice_find(const struct sc_php_choice *c,
                                                       const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->v[i].name, name) == 0)
            return &c->v[i];
    return NULL;
}

struct sc_php_choice_version *sc_php_choice_at(struct sc_php_choice *c, const char *name)
{
    size_t i = 0;
    while (i < c->n && strverscmp(c->v[i].name, name) < 0)
        i++;
    if (i < c->n && strcmp(c->v[i].name, name) == 0)
        return &c->v[i];
    if (c->n >= SC_PHP_VERSIONS_MAX)
        return NULL;
    if (!SC_VEC_ROOM(c->v, c->n))
        return NULL;
    memmove(c->v + i + 1, c->v + i, (c->n - i) * sizeof(*c->v));
    c->n++;
    c->v[i] = (struct sc_php_choice_version){0};
    strncpy(c->v[i].name, name, SC_PHP_NAME_MAX);
    return &c->v[i];
}

int sc_php_choice_copy(struct sc_php_choice_version *to, const struct sc_php_choice_version *from,
                       struct sc_error *err)
{
    SC_CLEANUP(sc_php_names_done) struct sc_php_names copy = {0};
    for (size_t i = 0; i < from->modules.n; i++) {
        int rc = sc_php_names_add(&copy, from->modules.v[i], err);
        if (rc < 0)
            return rc;
    }
    sc_php_names_done(&to->modules);
    to->modules = copy;
    copy = (struct sc_php_names){0};
    to->chosen = from->chosen;
    to->disabled = from->disabled;
    return 0;
}

struct parse {
    struct sc_php_choice c;
    const char *file;
    unsigned line;
    enum {
        IN_NONE,
        IN_GLOBAL,
        IN_VERSIONS,
        IN_PHP
    } in;
    char version[SC_PHP_NAME_MAX + 1]; /* IN_PHP */
};

static void parse_done(struct parse *p)
{
    sc_php_choice_done(&p->c);
}

static int bad(const struct parse *p, struct sc_error *err, const char *what, const char *text)
{
    return sc_error_set(err, SC_E_INVAL, "%s line %u: %s: '%.64s'", p->file, p->line, what, text);
}

static int section(struct parse *p, const char *name, struct sc_error *err)
{
    p->in = IN_NONE;
    if (strcmp(name, "global") == 0)
        p->in = IN_GLOBAL;
    else if (strcmp(name, "versions") == 0)
        p->in = IN_VERSIONS;
    else if (strncmp(name, "php", 3) == 0 && sc_php_name_valid(name + 3) &&
             strcmp(name + 3, SC_PHP_NATIVE) != 0) {
        p->in = IN_PHP;
        strcpy(p->version, name + 3);
        if (!sc_php_choice_at(&p->c, p->version))
            return sc_error_set(err, SC_E_TOOBIG, "%s: more than %u versions", p->file,
                                SC_PHP_VERSIONS_MAX);
    }
    return 0;
}

static int version_key(struct parse *p, const char *key, const char *value, struct sc_error *err)
{
    struct sc_php_choice_version *v = sc_php_choice_at(&p->c, p->version);
    if (!v)
        return no_memory(err);
    if (strcmp(key, "state") == 0)
        v->disabled = strcmp(value, "disabled") == 0;
    if (strcmp(key, "modules") != 0)
        return 0;
    char what[300];
    snprintf(what, sizeof(what), "%.200s line %u", p->file, p->line);
    struct sc_php_names l = {0};
    int rc = sc_php_names_parse(value, what, &l, err);
    if (rc < 0)
        return rc;
    sc_php_names_done(&v->modules);
    v->modules = l;
    v->chosen = true;
    return 0;
}

static int on_row(const struct sc_ini_row *row, void *arg, struct sc_error *err)
{
    struct parse *p = arg;
    p->line = row->line;
    if (!row->key)
        return section(p, row->section, err);
    if (p->in == IN_PHP)
        return version_key(p, row->key, row->value, err);
    if (p->in == IN_GLOBAL && strcmp(row->key, "selector") == 0)
        p->c.off = strcmp(row->value, "disabled") == 0;
    if (p->in == IN_VERSIONS && strcmp(row->key, "php") == 0) {
        if (!sc_php_name_valid(row->value))
            return bad(p, err, "not a version as 8.1, nor native", row->value);
        strcpy(p->c.version, row->value);
    }
    return 0;
}

int sc_php_choice_parse(const char *text, size_t len, const char *file, struct sc_php_choice *ret,
                        struct sc_error *err)
{
    if (len > SC_PHP_CHOICE_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "%s is larger than %u bytes", file,
                            SC_PHP_CHOICE_MAX);
    SC_CLEANUP(parse_done) struct parse p = {.file = file};
    const struct sc_ini ini = {
        .file = file, .plain_indent = true, .long_lines = true, .row = on_row, .arg = &p};
    int rc = sc_ini_read(&ini, text, len, NULL, err);
    if (rc < 0)
        return rc;
    *ret = p.c;
    p.c = (struct sc_php_choice){0};
    return 0;
}

int sc_php_choice_format(const struct sc_php_choice *c, bool global, struct sc_buf *out,
                         struct sc_error *err)
{
    if (global)
        sc_buf_fmt(out, "[global]\nselector=%s\n", c->off ? "disabled" : "enabled");
    /* scripts of panels look for "php = " in users' files */
    if (c->version[0])
        sc_buf_fmt(out, global ? "[versions]\nphp=%s\n" : "[versions]\nphp = %s\n", c->version);
    for (size_t i = 0; i < c->n; i++) {
        const struct sc_php_choice_version *v = &c->v[i];
        if (!v->chosen && !v->disabled)
            continue;
        sc_buf_fmt(out, "[php%s]\n", v->name);
        if (v->chosen) {
            sc_buf_str(out, "modules=");
            for (size_t k = 0; k < v->modules.n; k++)
                sc_buf_fmt(out, "%s%s", k ? "," : "", v->modules.v[k]);
            sc_buf_str(out, "\n");
        }
        if (v->disabled)
            sc_buf_str(out, "state=disabled\n");
    }
    sc_buf_add(out, "", 0);
    return sc_buf_check(out, "a choice of PHP", err);
}
