/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/site.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/beneath.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/vec.h"
#include "core/proxyexec/sites.h"

#define ETC_SELECTOR "/etc/cl.selector"
#define ETC_PHP_D    "/etc/cl.php.d"

void sc_php_lazy_done(struct sc_php_lazy *l)
{
    sc_php_catalogue_done(&l->c);
    *l = (struct sc_php_lazy){0};
}

struct sc_php_catalogue *sc_php_lazy_get(struct sc_php_lazy *l)
{
    struct sc_error why = SC_ERROR_INIT;
    if (!l->loaded && !l->failed) {
        if (sc_php_catalogue_load(NULL, &l->c, &why) == 0) {
            l->loaded = true;
        } else {
            l->failed = true;
            sc_log("PHP versions cannot be told: %s", why.text);
        }
    }
    return l->loaded ? &l->c : NULL;
}

int sc_php_site_choice(const struct sc_php_owner *o, const char *token, struct sc_php_choice *ret,
                       bool *ret_own, struct sc_error *err)
{
    SC_CLEANUP(sc_php_choice_done) struct sc_php_choice c = {0};
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_php_site_read(o, token, &c, &why);
    if (ret_own)
        *ret_own = rc != SC_E_NOTFOUND;
    if (rc == SC_E_NOTFOUND)
        rc = sc_php_user_read(o, &c, &why);
    if (rc == SC_E_NOMEM)
        return sc_error_set(err, rc, "%s", why.text);
    if (rc < 0)
        sc_log("the PHP selection is passed over: %s", why.text);
    if (!c.version[0])
        rc < 0 ? (void)strcpy(c.version, SC_PHP_NATIVE) : sc_php_default_version(NULL, c.version);
    SC_MOVE(ret, &c);
    return 0;
}

/* Whether the site has a list of its own for this version: what its scan directory loads otherwise
 * is what the server has. */
static bool has_list(const struct sc_php *php, const struct sc_php_choice *c)
{
    const struct sc_php_choice_version *v = sc_php_choice_find(c, php->name);
    if (v && v->chosen)
        return true;
    if (strcmp(php->name, c->version) != 0)
        return false;
    if (php->defaults)
        return true;
    for (size_t i = 0; i < SC_PHP_SAPIS; i++) {
        SC_FREE char *real = php->bin[i].scan_dir ? realpath(php->bin[i].scan_dir, NULL) : NULL;
        if (php->bin[i].scan_dir && (!real || strncmp(real, ETC_PHP_D "/", 14) == 0))
            return true; /* made for each user */
    }
    return false;
}

/* The chosen version; NULL for the native one. */
static struct sc_php *chosen(struct sc_php_lazy *l, const struct sc_php_choice *c)
{
    if (!c->version[0] || strcmp(c->version, SC_PHP_NATIVE) == 0)
        return NULL;
    struct sc_php_catalogue *cat = sc_php_lazy_get(l);
    struct sc_php *php = cat ? sc_php_find(cat, c->version) : NULL;
    if (!php)
        sc_log("PHP %s is not there any more: the native one runs instead", c->version);
    return php;
}

static bool any_list(const struct sc_php_choice *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->v[i].chosen)
            return true;
    return false;
}

static bool same(const struct sc_php_binary *a, const struct sc_php_binary *b)
{
    return a->real && b->real && strcmp(a->real, b->real) == 0;
}

/* Whether something must stand in front of the native programs. */
static bool needs_entry(const struct sc_php *php, const struct sc_php *native)
{
    for (size_t i = 0; i < SC_PHP_SAPIS; i++)
        if (php->bin[i].real && native->bin[i].real && !same(&php->bin[i], &native->bin[i]))
            return true;
    return false;
}

/* ---- lines of the plan ---- */

static int add(struct sc_planfile *p, const char *a, const char *b, struct sc_error *err)
{
    for (size_t i = 0; i < p->n_sys; i++)
        if (strcmp(p->sys[i].kind, SC_PHP_LINE) == 0 && strcmp(p->sys[i].a, a) == 0)
            return 0;
    return sc_planfile_add_sys(p, SC_PHP_LINE, a, b, err);
}

static int add_entry(struct sc_planfile *p, const struct sc_php *native, struct sc_error *err)
{
    SC_FREE char *entry = NULL;
    int rc = sc_real_path(SC_PHP_ENTRY, &entry, err);
    if (rc != SC_THERE)
        return rc;
    rc = 0;
    /* first where they can still be reached, then over them */
    for (size_t i = 0; rc == 0 && i < SC_PHP_SAPIS; i++) {
        char at[64];
        snprintf(at, sizeof(at), SC_PHP_INSIDE "/native/%s", sc_php_sapi_name((enum sc_php_sapi)i));
        if (native->bin[i].real)
            rc = add(p, at, native->bin[i].real, err);
    }
    for (size_t i = 0; rc == 0 && i < SC_PHP_SAPIS; i++)
        if (native->bin[i].real)
            rc = add(p, native->bin[i].real, entry, err);
    return rc;
}

static int add_scan_dirs(struct sc_planfile *p, const struct sc_php *php, struct sc_error *err)
{
    char conf[64];
    int rc = 0;
    snprintf(conf, sizeof(conf), SC_PHP_INSIDE "/cl.php.d/alt-php%s", php->key);
    for (size_t i = 0; rc == 0 && i < SC_PHP_SAPIS; i++) {
        SC_FREE char *real = NULL;
        if (php->bin[i].scan_dir)
            rc = sc_real_path(php->bin[i].scan_dir, &real, err);
        if (rc >= 0)
            rc = real && real[1] && strncmp(real, ETC_PHP_D "/", 14) != 0 ? add(p, real, conf, err)
                                                                          : 0;
    }
    return rc;
}

static int add_where_there(struct sc_planfile *p, const char *place, const char *what,
                           struct sc_error *err)
{
    int rc = sc_there_followed(place, NULL, err);
    return rc == SC_THERE ? add(p, place, what, err) : rc;
}

int sc_php_site_lines(struct sc_php_lazy *l, const struct sc_php_choice *c, struct sc_planfile *p,
                      struct sc_error *err)
{
    sc_planfile_drop_sys(p, SC_PHP_LINE);
    const struct sc_php *php = chosen(l, c);
    struct sc_php_catalogue *cat = php || any_list(c) ? sc_php_lazy_get(l) : NULL;
    if (!cat)
        return 0;
    int rc = 0;
    if (php && needs_entry(php, &cat->native))
        rc = add_entry(p, &cat->native, err);
    for (size_t i = 0; rc == 0 && i < cat->n; i++)
        if (has_list(&cat->v[i], c))
            rc = add_scan_dirs(p, &cat->v[i], err);
    if (rc == 0 && php)
        rc = add_where_there(p, ETC_SELECTOR, SC_PHP_INSIDE "/cl.selector", err);
    return rc < 0 ? rc : add_where_there(p, ETC_PHP_D, SC_PHP_INSIDE "/cl.php.d", err);
}

/* ---- the directory ---- */

static int make_dir(int at, const char *name, int *ret_fd, struct sc_error *err)
{
    if (mkdirat(at, name, 0755) < 0 && errno != EEXIST)
        return sc_error_sys(err, errno, "make %s of a site's PHP", name);
    *ret_fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (*ret_fd < 0 || fchmod(*ret_fd, 0755) < 0)
        return sc_error_sys(err, errno, "open %s of a site's PHP", name);
    return 0;
}

/* Another link at once, or the same again. */
static int put_link(int at, const char *name, const char *target, struct sc_error *err)
{
    char old[PATH_MAX], tmp[NAME_MAX];
    ssize_t n = readlinkat(at, name, old, sizeof(old) - 1);
    if (n > 0 && (old[n] = 0, strcmp(old, target) == 0))
        return 0;
    snprintf(tmp, sizeof(tmp), ".%.200s.new", name);
    if ((unlinkat(at, tmp, 0) < 0 && errno != ENOENT) || symlinkat(target, at, tmp) < 0 ||
        renameat(at, tmp, at, name) < 0)
        return sc_error_sys(err, errno, "link %s of a site's PHP", name);
    return 0;
}

/* What stands at `name`, as the site sees it: the chosen program, or the native one. */
static void target_of(const struct sc_php *php, const struct sc_php *native, enum sc_php_sapi sapi,
                      char out[PATH_MAX])
{
    const struct sc_php_binary *b = &php->bin[sapi];
    if (b->real && !same(b, &native->bin[sapi]))
        snprintf(out, PATH_MAX, "%s", b->real);
    else
        snprintf(out, PATH_MAX, SC_PHP_INSIDE "/native/%s", sc_php_sapi_name(sapi));
}

static int make_links(int top, const struct sc_php *php, const struct sc_php *native,
                      struct sc_error *err)
{
    SC_FD int bin = -EBADF;
    SC_FD int etc = -EBADF;
    SC_FD int own = -EBADF;
    int rc = make_dir(top, "bin", &bin, err);
    if (rc == 0)
        rc = make_dir(top, "cl.selector", &etc, err);
    if (rc == 0)
        rc = make_dir(top, "native", &own, err);
    static const char *const selector[SC_PHP_SAPIS] = {"php", "php-cli", "php-fpm", "lsphp"};
    for (size_t i = 0; rc == 0 && i < SC_PHP_SAPIS; i++) {
        enum sc_php_sapi sapi = (enum sc_php_sapi)i;
        const char *name = sc_php_sapi_name(sapi);
        char target[PATH_MAX];
        if (!php->bin[i].real && !native->bin[i].real)
            continue;
        target_of(php, native, sapi, target);
        rc = put_link(bin, name, target, err);
        if (rc == 0)
            rc = put_link(etc, selector[i], target, err);
        if (rc == 0 && sapi == SC_PHP_CLI)
            rc = put_link(bin, "php-cli", target, err);
        if (rc < 0 || !native->bin[i].real)
            continue;
        /* the place to see the native program at; it must stay the same file: views mount on it */
        SC_FD int file = openat(own, name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0755);
        if (file < 0)
            return sc_error_sys(err, errno, "make native/%s of a site's PHP", name);
        const char *base = strrchr(native->bin[i].real, '/') + 1;
        snprintf(target, sizeof(target), SC_PHP_INSIDE "/native/%s", name);
        if (strcmp(base, name) != 0)
            rc = put_link(bin, base, target, err);
    }
    if (rc == 0 && php->ini)
        rc = put_link(etc, "php.ini", php->ini, err);
    return rc;
}

/* Directories that are not wanted any more stay: a view that still mounts one is changed later. */
static int make_ini(int top, struct sc_php *php, const struct sc_php_choice *c,
                    struct sc_error *err)
{
    char name[32];
    snprintf(name, sizeof(name), "alt-php%s", php->key);
    SC_FD int all = -EBADF;
    SC_FD int dir = -EBADF;
    int rc = make_dir(top, "cl.php.d", &all, err);
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_BUF struct sc_buf old = SC_BUF_INIT;
    if (rc == 0)
        rc = sc_php_modules(NULL, php, err);
    if (rc == 0)
        rc = sc_php_ini(php, c, 0, &text, err);
    if (rc == 0)
        rc = make_dir(all, name, &dir, err);
    if (rc < 0)
        return rc;
    if (sc_read_file_beneath(dir, "alt_php.ini", text.len, &old, NULL, NULL) == 0 &&
        old.len == text.len && memcmp(old.data, text.data, text.len) == 0)
        return 0;
    return sc_replace_file_at(dir, "alt_php.ini", 0644, text.data, text.len, err);
}

int sc_php_site_make(struct sc_php_lazy *l, const struct sc_php_choice *c, uid_t uid, unsigned id,
                     struct sc_error *err)
{
    const struct sc_php *php = chosen(l, c);
    struct sc_php_catalogue *cat = php || any_list(c) ? sc_php_lazy_get(l) : NULL;
    if (!cat)
        return 0;
    char path[64];
    sc_proxy_site_dir(uid, id, path);
    SC_FD int above = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (above < 0)
        return sc_error_sys(err, errno, "open %s", path);
    SC_FD int top = -EBADF;
    int rc = make_dir(above, "php", &top, err);
    for (size_t i = 0; rc == 0 && i < cat->n; i++)
        if (has_list(&cat->v[i], c))
            rc = make_ini(top, &cat->v[i], c, err);
    return rc < 0 || !php ? rc : make_links(top, php, &cat->native, err);
}
