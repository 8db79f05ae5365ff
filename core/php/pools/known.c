/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/pools/known.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/match.h"
#include "core/base/file.h"
#include "core/base/vec.h"

static void one_done(struct sc_fpm_known *k)
{
    SC_FREE_ALL(k->file, k->pool, k->listen, k->exe, k->main, k->user, k->group, k->text, k->owner,
                k->owner_group);
}

void sc_fpm_known_done(struct sc_fpm_known_list *l)
{
    SC_VEC_DONE(l->v, l->n, one_done);
    sc_stamps_done(&l->seen);
    *l = (struct sc_fpm_known_list){0};
}

/* %v or %n at `p`: the version, as the path writes it. */
static bool is_version(const char *p)
{
    return p[0] == '%' && (p[1] == 'v' || p[1] == 'n');
}

/* Whether `path` is of the pattern; what stood for the version is in `version`. */
static bool matches(const char *pattern, const char *path, char version[16])
{
    for (; *pattern; pattern++, path++) {
        bool any = *pattern == '*', ver = is_version(pattern);
        if (any || ver) {
            const char *rest = pattern + (ver ? 2 : 1);
            for (size_t n = 0; path[n] && path[n] != '/' && (any || n < 15); n++) {
                if (!matches(rest, path + n + 1, version))
                    continue;
                if (ver) {
                    memcpy(version, path, n + 1);
                    version[n + 1] = 0;
                }
                return true;
            }
            return false;
        }
        if (*pattern != *path)
            return false;
    }
    return *path == 0;
}

/* The pattern with the version replaced. NULL: no memory. */
static char *filled(const char *pattern, const char *with)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    for (; *pattern; pattern++)
        if (is_version(pattern)) {
            sc_buf_str(&out, with);
            pattern++;
        } else {
            sc_buf_add(&out, pattern, 1);
        }
    return out.failed ? NULL : sc_steal_ptr(&out.data);
}

bool sc_fpm_pool_dir(const struct sc_php_vendor *v, char out[PATH_MAX])
{
    SC_FREE char *any = v->pools ? filled(v->pools, "*") : NULL;
    if (!any || strlen(any) >= PATH_MAX)
        return false;
    *strrchr(any, '/') = 0;
    strcpy(out, any);
    return true;
}

bool sc_fpm_shared_dir(const char *file, char *out)
{
    char version[16] = "";
    size_t n;
    const struct sc_php_vendor *v = sc_php_vendors(&n);
    for (size_t i = 0; i < n; i++)
        if (v[i].pools && v[i].pool_dir && matches(v[i].pools, file, version)) {
            snprintf(out, PATH_MAX, "%.*s", (int)(strrchr(file, '/') - file), file);
            return true;
        }
    return false;
}

static int number(const struct sc_fpm_pool *p, const char *key, int base, int otherwise)
{
    SC_FREE char *text = sc_fpm_value(p, key);
    char *end;
    long n = text ? strtol(text, &end, base) : otherwise;
    return text && (*end || n < 0 || n > INT_MAX) ? otherwise : (int)n;
}

int sc_fpm_known_add(struct sc_fpm_known_list *l, const char *file, const char *main,
                     const char *exe, const char *text, const struct sc_fpm_pool *p,
                     struct sc_error *err)
{
    SC_FREE char *listen = NULL;
    if (sc_fpm_listen(p, &listen, NULL) < 0)
        return 0;
    if (!SC_VEC_ROOM(l->v, l->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
    struct sc_fpm_known *k = &l->v[l->n++];
    *k = (struct sc_fpm_known){.file = strdup(file),
                               .pool = strdup(p->name),
                               .listen = sc_steal_ptr(&listen),
                               .exe = strdup(exe),
                               .main = strdup(main),
                               .user = sc_fpm_value(p, "user"),
                               .group = sc_fpm_value(p, "group"),
                               .text_len = p->to - p->from,
                               .text = strndup(text + p->from, p->to - p->from),
                               .refusal = sc_fpm_refusal(p),
                               .own_root = sc_fpm_sets(p, "doc_root") || sc_fpm_sets(p, "user_dir"),
                               .backlog = number(p, "listen.backlog", 10, 511),
                               .owner = sc_fpm_value(p, "listen.owner"),
                               .owner_group = sc_fpm_value(p, "listen.group"),
                               .mode = (mode_t)number(p, "listen.mode", 8, 0660) & 0777};
    return k->file && k->pool && k->exe && k->main && k->text
               ? 0
               : sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
}

int sc_fpm_known_read(const char *path, const char *name, const char *main, const char *exe,
                      struct sc_fpm_known_list *l, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
    int rc = sc_read_file(path, SC_FPM_FILE_MAX, &text, err);
    if (rc == SC_E_SYS || rc == SC_E_NOMEM)
        return rc;
    /* what is no file of pools for us is none for php-fpm */
    if (rc < 0 || sc_fpm_parse(text.data, text.len, path, &f, NULL) < 0)
        return 0;
    for (size_t i = 0; rc == 0 && i < f.n; i++)
        if (sc_fpm_pool_find(&f, f.v[i].name) == &f.v[i])
            rc = sc_fpm_known_add(l, name, main, exe, text.data, &f.v[i], err);
    return rc;
}

/* The file `path`, called `name`, if it is one of the layout's. */
static int read_layout(const struct sc_php_vendor *v, const char *path, const char *name,
                       struct sc_fpm_known_list *l, struct sc_error *err)
{
    char version[16] = "";
    if (!v->pools || !matches(v->pools, name, version))
        return 0;
    sc_stamps_note(&l->seen, path);
    SC_FREE char *main = filled(v->fpm_main, version);
    SC_FREE char *exe = filled(v->fpm_exe, version);
    return main && exe ? sc_fpm_known_read(path, name, main, exe, l, err)
                       : sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
}

int sc_fpm_known_file(const char *file, struct sc_fpm_known_list *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list l = {0};
    size_t n;
    const struct sc_php_vendor *v = sc_php_vendors(&n);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = read_layout(&v[i], file, file, &l, err);
    if (rc == 0)
        SC_MOVE(ret, &l);
    return rc;
}

int sc_fpm_known_load(const char *root, struct sc_fpm_known_list *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list l = {0};
    SC_CLEANUP(sc_dirs_done) struct sc_dirs listed = {.seen = &l.seen};
    size_t n;
    const struct sc_php_vendor *v = sc_php_vendors(&n);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (!v[i].pools)
            continue;
        SC_FREE char *any = filled(v[i].pools, "*");
        char pattern[PATH_MAX];
        SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
        if (!any || snprintf(pattern, sizeof(pattern), "%s%s", root, any) >= (int)sizeof(pattern))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for PHP-FPM pools");
        rc = sc_match(pattern, &listed, &m, err);
        for (size_t k = 0; rc == 0 && k < m.n; k++)
            rc = read_layout(&v[i], m.v[k], m.v[k] + strlen(root), &l, err);
    }
    if (rc == 0)
        SC_MOVE(ret, &l);
    return rc;
}
