/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the server-wide configuration of PHP names. */
#include "core/facts/shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/base/match.h"
#include "core/base/vec.h"
#include "core/facts/php_names.h"

#define INI_MAX   (256u << 10)
#define NAMED_MAX 64u

/* php.ini, and the directories that PHP reads after it, of the vendors in core/php/vendors. */
static const char *const files[] = {"/etc/php.ini",
                                    "/etc/php.d/*.ini",
                                    "/etc/php/*/cgi/php.ini",
                                    "/etc/php/*/cgi/conf.d/*.ini",
                                    "/etc/php/*/fpm/php.ini",
                                    "/etc/php/*/fpm/conf.d/*.ini",
                                    "/opt/alt/php*/etc/php.ini",
                                    "/opt/alt/php*/etc/php.d/*.ini",
                                    "/opt/cpanel/ea-php*/root/etc/php.ini",
                                    "/opt/cpanel/ea-php*/root/etc/php.d/*.ini",
                                    "/opt/plesk/php/*/etc/php.ini",
                                    "/opt/plesk/php/*/etc/php.d/*.ini",
                                    "/usr/local/php*/lib/php.ini",
                                    "/usr/local/php*/lib/php.conf.d/*.ini",
                                    "/etc/opt/remi/php*/php.ini",
                                    "/etc/opt/remi/php*/php.d/*.ini"};

void sc_named_paths_done(struct sc_named_paths *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i]);
    free(l->v);
    *l = (struct sc_named_paths){0};
}

static int add(struct sc_named_paths *l, const char *path, struct sc_error *err)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->v[i], path) == 0)
            return 0;
    if (path[0] != '/' || l->n >= NAMED_MAX)
        return 0;
    char *copy = SC_VEC_ROOM(l->v, l->n) ? strdup(path) : NULL;
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the configuration of PHP");
    l->v[l->n++] = copy;
    return 0;
}

static int on_row(const struct sc_ini_row *row, void *arg, struct sc_error *err)
{
    enum sc_named named = row->key && !row->continued ? sc_php_setting(row->key) : 0;
    char value[SC_INI_LINE_MAX], *save = NULL;
    int rc = 0;
    if (named != SC_NAMED_READ && named != SC_NAMED_SEVERAL)
        return 0;
    snprintf(value, sizeof(value), "%s", row->value);
    const char *apart = named == SC_NAMED_SEVERAL ? ":\"' " : "\"'";
    for (char *one = strtok_r(value, apart, &save); rc == 0 && one;
         one = strtok_r(NULL, apart, &save))
        rc = add(arg, one, err);
    return rc;
}

/* Files that were read: what an interpreter's kinds (CGI, FPM) read is mostly the same by links. */
struct read {
    struct file {
        dev_t dev;
        ino_t ino;
    } * v;
    size_t n;
};

static void read_done(struct read *r)
{
    free(r->v);
}

/* Notes it. What cannot be looked at, or noted, is read. */
static bool was_read(struct read *r, const char *path)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return false;
    for (size_t i = 0; i < r->n; i++)
        if (r->v[i].ino == st.st_ino && r->v[i].dev == st.st_dev)
            return true;
    if (SC_VEC_ROOM(r->v, r->n))
        r->v[r->n++] = (struct file){st.st_dev, st.st_ino};
    return false;
}

/* What root did not write, or PHP itself would not read, names nothing. */
static int read_one(const char *path, struct sc_named_paths *l, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    const struct sc_ini ini = {
        .file = path, .plain_indent = true, .long_lines = true, .row = on_row, .arg = l};
    struct sc_error why = SC_ERROR_INIT;
    if (sc_read_trusted_file(path, 0, INI_MAX, &text, NULL) < 0)
        return 0;
    int rc = sc_ini_read(&ini, text.data, text.len, NULL, &why);
    return rc == SC_E_NOMEM ? sc_error_set(err, rc, "%s", why.text) : 0;
}

int sc_shown_of_php(struct sc_named_paths *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_named_paths_done) struct sc_named_paths l = {.looked = true};
    SC_CLEANUP(sc_dirs_done) struct sc_dirs dirs = {0};
    SC_CLEANUP(read_done) struct read read = {0};
    int rc = 0;
    for (size_t i = 0; rc == 0 && !ret->looked && i < sizeof(files) / sizeof(files[0]); i++) {
        SC_CLEANUP(sc_matches_done) struct sc_matches m = {0};
        rc = sc_match(files[i], &dirs, &m, err);
        for (size_t k = 0; rc == 0 && k < m.n; k++)
            rc = was_read(&read, m.v[k]) ? 0 : read_one(m.v[k], &l, err);
    }
    if (rc == 0 && !ret->looked) {
        *ret = l;
        l = (struct sc_named_paths){0};
    }
    return rc;
}
