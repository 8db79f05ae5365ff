/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/catalogue.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/base/vec.h"
#include "core/php/catalogue_private.h"
#include "core/php/choice.h"
#include "core/php/selector_conf.h"

/* ---- the object ---- */

void sc_php_done(struct sc_php *php)
{
    for (size_t i = 0; i < SC_PHP_SAPIS; i++)
        SC_FREE_ALL(php->bin[i].path, php->bin[i].real, php->bin[i].scan_dir);
    for (size_t i = 0; i < php->n_modules; i++) {
        free(php->modules[i].name);
        free(php->modules[i].ini);
    }
    SC_FREE_ALL(php->modules, php->full, php->ini, php->modules_dir, php->compiled, php->defaults);
    *php = (struct sc_php){0};
}

void sc_php_catalogue_done(struct sc_php_catalogue *c)
{
    SC_VEC_DONE(c->v, c->n, sc_php_done);
    sc_php_done(&c->native);
    sc_buf_free(&c->notes);
    *c = (struct sc_php_catalogue){0};
}

struct sc_php *sc_php_find(struct sc_php_catalogue *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->v[i].name, name) == 0)
            return &c->v[i];
    bool native = strcmp(name, SC_PHP_NATIVE) == 0;
    return native && c->native.name[0] ? &c->native : NULL;
}

struct sc_php *sc_php_catalogue_at(struct sc_php_catalogue *c, const char *name, const char *layout)
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
    c->v[i] = (struct sc_php){.layout = layout};
    snprintf(c->v[i].name, sizeof(c->v[i].name), "%s", name);
    sc_php_key(c->v[i].name, c->v[i].key);
    return &c->v[i];
}

int sc_php_trusted(const char *path, uid_t owner, struct sc_error *err)
{
    struct stat st;
    if (lstat(path, &st) < 0)
        return sc_error_sys(err, errno, "look at %s", path);
    if (!S_ISREG(st.st_mode))
        return sc_error_set(err, SC_E_DENIED, "%s is not a regular file", path);
    if ((st.st_uid != 0 && st.st_uid != owner) || (st.st_mode & (S_IWGRP | S_IWOTH)))
        return sc_error_set(err, SC_E_DENIED, "%s can be changed by others than root", path);
    SC_FREE char *dir = owner == 0 ? strdup(path) : NULL;
    for (char *slash; dir && (slash = strrchr(dir, '/')) != NULL;) {
        *slash = 0;
        const char *name = *dir ? dir : "/";
        if (lstat(name, &st) < 0)
            return sc_error_sys(err, errno, "look at %s", name);
        /* in a sticky one nobody but root moves what is root's */
        if (st.st_uid != 0 || ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(st.st_mode & S_ISVTX)))
            return sc_error_set(err, SC_E_DENIED, "%s, in which %s lies, can be changed by others",
                                name, path);
    }
    return 0;
}

/* ---- loading ---- */

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the catalogue of PHP");
}

static int read_conf(const struct sc_php_places *w, const char *name, struct sc_buf *text,
                     char path[PATH_MAX], struct sc_error *err)
{
    if (snprintf(path, PATH_MAX, "%s" SC_PHP_ETC "/%s", w->root, name) >= PATH_MAX)
        return sc_error_set(err, SC_E_INVAL, "%s is too long a path", w->root);
    int rc = sc_read_trusted_file(path, w->owner, SC_PHP_CONF_MAX, text, err);
    return rc == SC_E_NOTFOUND ? 1 : rc;
}

/* Takes row->path in place of the known one. */
static void take(struct sc_php *php, struct sc_php_conf_row *row)
{
    char **place = row->what == SC_PHP_CONF_INI ? &php->ini : &php->bin[row->what].path;
    free(*place);
    *place = sc_steal_ptr(&row->path);
    if (row->what != SC_PHP_CONF_INI && !php->full && row->full && row->full[0])
        php->full = sc_steal_ptr(&row->full);
}

/* Where a version of selector.conf that mimics alt-php's tree has its modules. */
static int modules_beside(struct sc_php *php, struct sc_error *err)
{
    const char *cgi = php->bin[SC_PHP_CGI].path;
    const char *usr = cgi ? strstr(cgi, "/usr/bin/") : NULL;
    SC_FREE char *dir = NULL;
    if (php->modules_dir || !usr || usr == cgi)
        return 0;
    if (asprintf(&dir, "%.*s/etc/php.d.all", (int)(usr - cgi), cgi) < 0)
        return no_memory(err);
    int rc = sc_there_followed(dir, NULL, err);
    if (rc == SC_THERE)
        php->modules_dir = sc_steal_ptr(&dir);
    return rc < 0 ? rc : 0;
}

static int load_selector_conf(const struct sc_php_places *w, struct sc_php_catalogue *c,
                              struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_php_conf_done) struct sc_php_conf conf = {0};
    char path[PATH_MAX];
    int rc = read_conf(w, "selector.conf", &text, path, err);
    if (rc == 0)
        rc = sc_php_selector_conf_parse(text.data, text.len, path, &conf, err);
    for (size_t i = 0; rc == 0 && i < conf.n; i++) {
        struct sc_php *php = sc_php_catalogue_at(c, conf.v[i].name, "selector.conf");
        if (!php)
            return sc_error_set(err, SC_E_TOOBIG, "%s: more than %u versions", path,
                                SC_PHP_VERSIONS_MAX);
        take(php, &conf.v[i]);
    }
    for (size_t i = 0; rc == 0 && i < c->n; i++)
        rc = modules_beside(&c->v[i], err);
    return rc < 0 ? rc : 0;
}

static int load_native(const struct sc_php_places *w, struct sc_php_catalogue *c,
                       struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_php_conf_done) struct sc_php_conf conf = {0};
    char path[PATH_MAX];
    int rc = read_conf(w, "native.conf", &text, path, err);
    if (rc == 0)
        rc = sc_php_native_conf_parse(text.data, text.len, path, &conf, err);
    if (rc < 0)
        return rc;
    c->native.layout = SC_PHP_NATIVE;
    strcpy(c->native.name, SC_PHP_NATIVE);
    strcpy(c->native.key, SC_PHP_NATIVE);
    for (size_t i = 0; i < conf.n; i++)
        take(&c->native, &conf.v[i]);
    return sc_php_layouts_native(w->root, &c->native, err);
}

static int load_defaults(const struct sc_php_places *w, struct sc_php_catalogue *c,
                         struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice d = {0};
    char path[PATH_MAX];
    int rc = read_conf(w, "defaults.cfg", &text, path, err);
    if (rc == 0)
        rc = sc_php_choice_parse(text.data, text.len, path, &d, err);
    if (rc < 0)
        return rc;
    c->off = d.off;
    strcpy(c->current, d.version[0] ? d.version : SC_PHP_NATIVE);
    for (size_t i = 0; i < c->n; i++) {
        const struct sc_php_choice_version *v = sc_php_choice_find(&d, c->v[i].name);
        if (!v)
            continue;
        c->v[i].disabled = v->disabled;
        SC_BUF struct sc_buf names = SC_BUF_INIT;
        sc_buf_add(&names, "", 0);
        for (size_t k = 0; k < v->modules.n; k++)
            sc_buf_fmt(&names, "%s%s", k ? "," : "", v->modules.v[k]);
        if (!v->chosen)
            continue;
        if (sc_buf_check(&names, "defaults.cfg", NULL) < 0 ||
            !(c->v[i].defaults = strdup(names.data)))
            return no_memory(err);
    }
    return 0;
}

/* What the program says; or it is none of ours any more, and a note says why. */
static int look_at(const struct sc_php_places *w, struct sc_php_catalogue *c, struct sc_php *php,
                   enum sc_php_sapi sapi, struct sc_php_asked *asked, struct sc_error *err)
{
    struct sc_php_binary *b = &php->bin[sapi];
    struct sc_error why = SC_ERROR_INIT;
    const struct sc_php_said *said = NULL;
    if (!b->path)
        return 0;
    b->real = realpath(b->path, NULL);
    int rc = b->real ? sc_php_trusted(b->real, w->owner, &why)
                     : sc_error_sys(&why, errno, "look at %s", b->path);
    /* lsphp waits for a web server whatever it is given: it is what its version's php-cgi is */
    if (rc == 0 && sapi != SC_PHP_LSPHP)
        said = sc_php_ask(asked, b->real, sapi, &why);
    if (rc < 0 || (sapi != SC_PHP_LSPHP && !said)) {
        if (why.code == SC_E_NOMEM)
            return no_memory(err);
        sc_buf_fmt(&c->notes, "PHP %s is not used: %s\n", php->name, why.text);
        free(b->path);
        free(b->real);
        *b = (struct sc_php_binary){0};
        return 0;
    }
    if (!said) {
        const char *dir = php->bin[SC_PHP_CGI].scan_dir;
        return dir && !(b->scan_dir = strdup(dir)) ? no_memory(err) : 0;
    }
    if (!php->full)
        php->full = strdup(said->full);
    if (!php->compiled && said->compiled[0])
        php->compiled = strdup(said->compiled);
    if (said->scan_dir[0] && !(b->scan_dir = strdup(said->scan_dir)))
        return no_memory(err);
    return php->full ? 0 : no_memory(err);
}

static bool has_program(const struct sc_php *php)
{
    for (size_t i = 0; i < SC_PHP_SAPIS; i++)
        if (php->bin[i].path)
            return true;
    return false;
}

static int look_at_all(const struct sc_php_places *w, struct sc_php_catalogue *c,
                       struct sc_error *err)
{
    const char *cache = w->cache ? w->cache : SC_PHP_CACHE;
    SC_CLEANUP(sc_php_asked_done) struct sc_php_asked asked = {0};
    sc_php_asked_read(cache, w->owner, &asked);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i <= c->n; i++)
        for (size_t k = 0; rc == 0 && k < SC_PHP_SAPIS; k++)
            rc = look_at(w, c, i < c->n ? &c->v[i] : &c->native, (enum sc_php_sapi)k, &asked, err);
    if (rc < 0)
        return rc;
    sc_php_asked_write(cache, &asked);
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (has_program(&c->v[i]))
            c->v[kept++] = c->v[i];
        else
            sc_php_done(&c->v[i]);
    }
    c->n = kept;
    return 0;
}

int sc_php_catalogue_load(const struct sc_php_places *where, struct sc_php_catalogue *ret,
                          struct sc_error *err)
{
    struct sc_php_places w = where ? *where : (struct sc_php_places){0};
    if (!w.root)
        w.root = "";
    SC_CLEANUP(sc_php_catalogue_done) struct sc_php_catalogue c = {0};
    int rc = load_selector_conf(&w, &c, err);
    if (rc == 0)
        rc = sc_php_layouts_find(w.root, &c, err);
    if (rc == 0)
        rc = load_native(&w, &c, err);
    if (rc == 0)
        rc = look_at_all(&w, &c, err);
    if (rc == 0)
        rc = load_defaults(&w, &c, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &c);
    return 0;
}
