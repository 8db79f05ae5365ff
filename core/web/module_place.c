/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/module_place.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/there.h"

#define NAME      "sitecage"
#define FILE_NAME "99-sitecage.conf"

static const struct sc_module_place places[] = {
    /* Debian: a2enmod(8) */
    {"/usr/sbin/apache2", "/etc/apache2/mods-enabled", "/etc/apache2/mods-available",
     "/usr/sbin/apache2ctl"},
    /* cPanel's EasyApache 4 */
    {"/usr/sbin/httpd", "/etc/apache2/conf.modules.d", NULL, "/usr/sbin/apachectl"},
    /* Fedora, RHEL and its kin; Plesk, HestiaCP, Virtualmin there */
    {"/usr/sbin/httpd", "/etc/httpd/conf.modules.d", NULL, "/usr/sbin/apachectl"},
};
/* Servers that stand at none of those places, for the message. */
static const char *const others[] = {"/usr/sbin/apache2", "/usr/sbin/httpd",
                                     "/usr/local/apache/bin/httpd"};

static void below(const char *root, const char *path, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s%s", root, path);
}

static int is_there(const char *root, const char *path, struct sc_error *err)
{
    char full[PATH_MAX];
    below(root, path, full);
    return sc_there_followed(full, NULL, err);
}

/* The server, and its directory: SC_THERE; SC_ABSENT; or it could not be asked. */
static int stands(const char *root, const struct sc_module_place *p, struct sc_error *err)
{
    int rc = is_there(root, p->server, err);
    return rc == SC_THERE ? is_there(root, p->dir, err) : rc;
}

int sc_module_place_find(const char *root, const struct sc_module_place **ret, struct sc_error *err)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        int rc = stands(root, &places[i], err);
        if (rc == SC_THERE)
            *ret = &places[i];
        if (rc != SC_ABSENT)
            return rc < 0 ? rc : 0;
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        int rc = is_there(root, others[i], err);
        if (rc < 0)
            return rc;
        if (rc == SC_THERE)
            return sc_error_set(err, SC_E_PLATFORM,
                                "%s has no directory for modules (conf.modules.d, mods-enabled): "
                                "load mod_sitecage in its configuration by hand, see "
                                "docs/apache-module.md",
                                others[i]);
    }
    *ret = NULL;
    return 0;
}

/* ---- Debian ---- */

static const char *const suffixes[] = {".load", ".conf"};

static int make_link(const char *root, const struct sc_module_place *p, const char *suffix,
                     struct sc_error *err)
{
    char link[PATH_MAX], from[PATH_MAX], to[PATH_MAX];
    snprintf(from, sizeof(from), "%s%s/" NAME "%s", root, p->available, suffix);
    snprintf(link, sizeof(link), "%s%s/" NAME "%s", root, p->dir, suffix);
    snprintf(to, sizeof(to), "../%s/" NAME "%s", strrchr(p->available, '/') + 1, suffix);
    int rc = sc_there_followed(from, NULL, err);
    if (rc != SC_THERE)
        return rc < 0 ? rc
                      : sc_error_set(err, SC_E_NOTFOUND, "%s is missing: install Sitecage again",
                                     from);
    return symlink(to, link) == 0 || errno == EEXIST ? 0
                                                     : sc_error_sys(err, errno, "make %s", link);
}

/* The directives last: they mean nothing without the module. */
static int links_on(const char *root, const struct sc_module_place *p, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < 2; i++)
        rc = make_link(root, p, suffixes[i], err);
    return rc;
}

static int remove_one(const char *path, struct sc_error *err)
{
    return unlink(path) == 0 || sc_is_absent(errno) ? 0
                                                    : sc_error_sys(err, errno, "remove %s", path);
}

static int links_off(const char *root, const struct sc_module_place *p, struct sc_error *err)
{
    char link[PATH_MAX];
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < 2; i++) {
        snprintf(link, sizeof(link), "%s%s/" NAME "%s", root, p->dir, suffixes[1 - i]);
        rc = remove_one(link, err);
    }
    return rc;
}

/* ---- a directory of files ---- */

static void file_of(const char *root, const struct sc_module_place *p, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s%s/%s", root, p->dir, p->available ? NAME ".load" : FILE_NAME);
}

static int file_on(const char *root, const struct sc_module_place *p, const char *object,
                   struct sc_error *err)
{
    char path[PATH_MAX], text[PATH_MAX + 256];
    int n =
        snprintf(text, sizeof(text),
                 "# Sitecage: isolated sites are served no more than their cages show.\n"
                 "# Written and removed by cagefsctl --site-isolation-allow-all and -deny-all.\n"
                 "LoadModule sitecage_module %s\n",
                 object);
    file_of(root, p, path);
    return sc_replace_file(path, 0644, text, (size_t)n, err);
}

/* ---- both ---- */

int sc_module_place_is_on(const char *root, const struct sc_module_place *p, struct sc_error *err)
{
    char path[PATH_MAX];
    file_of(root, p, path);
    return sc_there_followed(path, NULL, err);
}

int sc_module_place_on(const char *root, const struct sc_module_place *p, const char *object,
                       struct sc_error *err)
{
    char full[PATH_MAX];
    below(root, object, full);
    int rc = sc_there_followed(full, NULL, err);
    if (rc < 0)
        return rc;
    if (rc == SC_ABSENT)
        return sc_error_set(err, SC_E_NOTFOUND,
                            "%s is missing: build Sitecage with Apache's headers (apache2-dev, "
                            "httpd-devel)",
                            full);
    return p->available ? links_on(root, p, err) : file_on(root, p, object, err);
}

int sc_module_place_off(const char *root, const struct sc_module_place *p, struct sc_error *err)
{
    char path[PATH_MAX];
    if (p->available)
        return links_off(root, p, err);
    file_of(root, p, path);
    return remove_one(path, err);
}
