/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the text of one file names. */
#include "core/look/using.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/cleanup.h"
#include "core/facts/php_names.h"

struct reading {
    struct sc_looking *l;
    const char *rel; /* the file */
    const char *text;
    size_t len;
    bool settings; /* its lines are settings */
    bool own_ini;  /* the one of which core/facts/uses.c knows */
};

static const char *base_of(const char *rel)
{
    const char *slash = strrchr(rel, '/');
    return slash ? slash + 1 : rel;
}

static bool is_settings(const char *rel)
{
    const char *name = base_of(rel);
    return strcmp(name, ".user.ini") == 0 || strcmp(name, "php.ini") == 0 ||
           strcmp(name, ".htaccess") == 0;
}

/* ---- what a line says ---- */

struct said {
    bool passed_over;
    bool writes;
    char by[SC_LOOK_WORD_MAX + 256];
};

/* Files of passwords are read by the web server. */
static bool is_of_server(const char *name)
{
    return strncasecmp(name, "Auth", 4) == 0;
}

/* Of ~/.htpasswds the web server is given what is the site's (docs/apache-module.md). */
static bool is_given(const struct reading *r, const struct sc_look_word *w)
{
    static const char passwords[] = ".htpasswds/";
    const struct sc_look_one *one = r->l->one;
    const char *docroot = one->plan->sites[one->site].rel;
    size_t n = strlen(passwords), len = strlen(docroot);
    return !w->here && w->len > n + len && strncmp(w->text, passwords, n) == 0 &&
           strncmp(w->text + n, docroot, len) == 0 && w->text[n + len] == '/';
}

static void say(const struct reading *r, const struct sc_look_word *w, struct said *ret)
{
    struct sc_look_line line;
    char name[64];
    sc_look_line(r->text, r->len, w->at, &line);
    *ret = (struct said){.passed_over = line.comment};
    snprintf(ret->by, sizeof(ret->by), "%s", r->rel);
    if (line.comment || !r->settings || line.len >= sizeof(name))
        return;
    snprintf(name, sizeof(name), "%.*s", (int)line.len, line.name);
    enum sc_named named = sc_php_setting(name);
    ret->passed_over = (named == SC_NAMED_OWN && r->own_ini) ||
                       (is_of_server(name) && (!r->l->one->guard || is_given(r, w)));
    ret->writes = named == SC_NAMED_OWN || named == SC_NAMED_LOG;
    snprintf(ret->by, sizeof(ret->by), "%s in %s", name, r->rel);
}

/* ---- where a word leads ---- */

/* `dir` and so many directories up, and the word; NULL: above the home, or too long. */
static char *below(const char *dir, size_t dir_len, unsigned up, const char *text, size_t len)
{
    char *out = NULL;
    while (up--) {
        if (dir_len == 0)
            return NULL;
        while (dir_len && dir[dir_len - 1] != '/')
            dir_len--;
        while (dir_len && dir[dir_len - 1] == '/')
            dir_len--;
    }
    return asprintf(&out, "%.*s%s%.*s", (int)dir_len, dir, dir_len && len ? "/" : "", (int)len,
                    text) < 0
               ? NULL
               : out;
}

/* The file's own directory, or the home. */
static char *from_here(const struct reading *r, const struct sc_look_word *w, size_t len)
{
    size_t dir_len = w->here ? (size_t)(base_of(r->rel) - r->rel) : 0;
    while (dir_len && r->rel[dir_len - 1] == '/')
        dir_len--;
    return below(r->rel, dir_len, w->up, w->text, len);
}

/* A page that is included works in the directory of the one that was asked for. */
static char *from_docroot(const struct reading *r, const struct sc_look_word *w, size_t len)
{
    const struct sc_look_one *one = r->l->one;
    const char *docroot = one->plan->sites[one->site].rel;
    return below(docroot, strlen(docroot), w->up, w->text, len);
}

static bool try(const struct reading *r,
                char *(*where)(const struct reading *r, const struct sc_look_word *w, size_t len),
                const struct sc_look_word *w, size_t len, const struct said *said)
{
    SC_FREE char *rel = where(r, w, len);
    const struct sc_look_named named = {
        .rel = rel, .by = said->by, .writes = said->writes, .to_be = said->writes};
    return rel && *rel && sc_look_use(r->l, &named);
}

/* What is not there yet may be made there. */
static void try_directory(const struct reading *r, const struct sc_look_word *w,
                          const struct said *said)
{
    size_t len = w->cut;
    while (len && w->text[len - 1] != '/')
        len--;
    if (len)
        (void)try(r, from_here, w, len, said);
}

static void on_word(const struct sc_look_word *w, void *arg)
{
    const struct reading *r = arg;
    struct said said;
    say(r, w, &said);
    if (said.passed_over || memchr(w->text, 0, w->len))
        return;
    for (size_t len = w->len;; len = w->cut) {
        if (try(r, from_here, w, len, &said) || (w->here && try(r, from_docroot, w, len, &said)))
            return;
        if (len == w->cut)
            break;
    }
    if (!w->here)
        try_directory(r, w, &said);
}

void sc_look_file(struct sc_looking *l, const char *rel, char *text, size_t len)
{
    const struct sc_look_home home = {.path = l->one->a->home, .alias = l->one->a->home_alias};
    const char *docroot = l->one->plan->sites[l->one->site].rel;
    const char *name = base_of(rel);
    struct reading r = {.l = l,
                        .rel = rel,
                        .text = text,
                        .len = sc_look_unescape(text, len),
                        .settings = is_settings(rel)};
    r.own_ini = strcmp(name, ".user.ini") == 0 && name > rel &&
                strlen(docroot) == (size_t)(name - rel) - 1 &&
                strncmp(docroot, rel, strlen(docroot)) == 0;
    sc_look_words(&home, text, r.len, on_word, &r);
}
