/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The versions of PHP that lie where vendors put them (core/php/vendors). */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/match.h"
#include "core/php/catalogue_private.h"
#include "core/php/vendors/vendors.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the catalogue of PHP");
}

/* One template (up to '|' or its end), with the root before it. False when it is too long. */
static bool expand(const char *root, const char *template, size_t len, const char *name,
                   char out[PATH_MAX])
{
    char key[SC_PHP_NAME_MAX + 1];
    sc_php_key(name, key);
    size_t n = (size_t)snprintf(out, PATH_MAX, "%s", root);
    for (size_t i = 0; i < len && n < PATH_MAX - SC_PHP_NAME_MAX - 1; i++) {
        if (template[i] != '%') {
            out[n++] = template[i];
            continue;
        }
        const char *word = template[++i] == 'v' ? name : key;
        n = (size_t)(stpcpy(out + n, word) - out);
    }
    out[n < PATH_MAX ? n : PATH_MAX - 1] = 0;
    return n < PATH_MAX - SC_PHP_NAME_MAX - 1;
}

/* The first of the alternatives that exists. 0 also when none does. */
static int first_there(const char *root, const char *templates, const char *name, char **ret,
                       struct sc_error *err)
{
    char path[PATH_MAX];
    for (const char *p = templates; *p;) {
        size_t len = strcspn(p, "|");
        int rc = expand(root, p, len, name, path) ? sc_there_followed(path, NULL, err) : SC_ABSENT;
        if (rc == SC_THERE) {
            *ret = strdup(path);
            return *ret ? 0 : no_memory(err);
        }
        if (rc < 0)
            return rc;
        p += len + (p[len] == '|');
    }
    return 0;
}

/* "81" and "8.1" -> "8.1"; false for what is no version. */
static bool name_of(const char *text, size_t len, char name[SC_PHP_NAME_MAX + 1])
{
    if (len < 2 || len > SC_PHP_NAME_MAX - 1 || !isdigit((unsigned char)text[0]))
        return false;
    if (memchr(text, '.', len))
        snprintf(name, SC_PHP_NAME_MAX + 1, "%.*s", (int)len, text);
    else
        snprintf(name, SC_PHP_NAME_MAX + 1, "%c.%.*s", text[0], (int)len - 1, text + 1);
    return sc_php_name_valid(name);
}

static int add_version(const char *root, const struct sc_php_vendor *l, const char *name,
                       struct sc_php_catalogue *c, struct sc_error *err)
{
    if (sc_php_find(c, name))
        return 0;
    struct sc_php *php = sc_php_catalogue_at(c, name, l->name);
    if (!php)
        return no_memory(err);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < SC_PHP_SAPIS; i++)
        rc = first_there(root, l->bin[i], name, &php->bin[i].path, err);
    if (rc == 0)
        rc = first_there(root, l->ini, name, &php->ini, err);
    if (rc == 0)
        rc = first_there(root, l->modules, name, &php->modules_dir, err);
    return rc;
}

static int find_one(const char *root, const struct sc_php_vendor *l, struct sc_php_catalogue *c,
                    struct sc_error *err)
{
    char pattern[PATH_MAX];
    if (snprintf(pattern, sizeof(pattern), "%s%s", root, l->find) >= (int)sizeof(pattern))
        return sc_error_set(err, SC_E_INVAL, "%s is too long a path", root);
    const char *star = strchr(l->find, '*');
    size_t before = strlen(root) + (size_t)(star - l->find), after = strlen(star + 1);
    SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
    int rc = sc_match(pattern, NULL, &m, err);
    for (size_t i = 0; rc == 0 && i < m.n; i++) {
        char name[SC_PHP_NAME_MAX + 1];
        size_t len = strlen(m.v[i]);
        if (len > before + after && name_of(m.v[i] + before, len - before - after, name))
            rc = add_version(root, l, name, c, err);
    }
    return rc;
}

int sc_php_layouts_find(const char *root, struct sc_php_catalogue *c, struct sc_error *err)
{
    size_t n;
    const struct sc_php_vendor *v = sc_php_vendors(&n);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++)
        if (v[i].find)
            rc = find_one(root, &v[i], c, err);
    return rc;
}

int sc_php_layouts_native(const char *root, struct sc_php *native, struct sc_error *err)
{
    static const char *const usual[SC_PHP_SAPIS] = {
        "/usr/bin/php-cgi|/usr/local/bin/php-cgi", "/usr/bin/php|/usr/local/bin/php",
        "/usr/sbin/php-fpm|/usr/local/sbin/php-fpm", "/usr/local/bin/lsphp|/usr/bin/lsphp"};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < SC_PHP_SAPIS; i++)
        if (!native->bin[i].path)
            rc = first_there(root, usual[i], SC_PHP_NATIVE, &native->bin[i].path, err);
    if (rc < 0)
        return rc;
    /* Debian's names are links to a version's */
    const char *one = native->bin[SC_PHP_CGI].path   ? native->bin[SC_PHP_CGI].path
                      : native->bin[SC_PHP_CLI].path ? native->bin[SC_PHP_CLI].path
                                                     : NULL;
    SC_FREE char *real = NULL;
    rc = one ? sc_real_path(one, &real, err) : 0;
    if (rc < 0)
        return rc;
    rc = 0;
    const char *base = real ? strrchr(real, '/') + 1 : "";
    const char *digits = base + strcspn(base, "0123456789");
    char name[SC_PHP_NAME_MAX + 1];
    if (*digits && strchr(digits, '.') && name_of(digits, strlen(digits), name)) {
        if (!native->bin[SC_PHP_FPM].path)
            rc = first_there(root, "/usr/sbin/php-fpm%v", name, &native->bin[SC_PHP_FPM].path, err);
        if (rc == 0 && !native->ini)
            rc = first_there(root, "/etc/php/%v/cgi/php.ini", name, &native->ini, err);
        if (rc == 0 && !native->modules_dir)
            rc = first_there(root, "/etc/php/%v/mods-available", name, &native->modules_dir, err);
    }
    if (rc == 0 && !native->ini)
        rc = first_there(root, "/etc/php.ini|/usr/local/lib/php.ini", SC_PHP_NATIVE, &native->ini,
                         err);
    if (rc == 0 && !native->modules_dir)
        rc = first_there(root, "/etc/php.d", SC_PHP_NATIVE, &native->modules_dir, err);
    return rc;
}
