/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which extensions a version has: its ini files, one for each, and what is compiled in. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/vec.h"
#include "core/php/catalogue.h"
#include "core/php/choice.h"

#define INI_MAX 65536u

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the extensions of PHP");
}

const struct sc_php_module *sc_php_module_find(const struct sc_php *php, const char *name)
{
    for (size_t i = 0; i < php->n_modules; i++)
        if (strcmp(php->modules[i].name, name) == 0)
            return &php->modules[i];
    return NULL;
}

/* "20-curl.ini" and "curl.ini" -> "curl" and the number before it, else -1. False for other
 * files. */
static bool name_of(const char *file, char name[SC_PHP_MODULE_MAX + 1], int *ret_number)
{
    size_t n = strlen(file), digits = strspn(file, "0123456789");
    *ret_number = -1;
    if (n < 5 || strcmp(file + n - 4, ".ini") != 0)
        return false;
    const char *at = file;
    if (digits && digits < 5 && file[digits] == '-') {
        *ret_number = atoi(file);
        at += digits + 1;
    }
    n = strlen(at) - 4;
    if (n == 0 || n > SC_PHP_MODULE_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        name[i] = (char)tolower((unsigned char)at[i]);
    name[n] = 0;
    return sc_php_module_valid(name);
}

/* Extensions that others need are loaded before them, where the file does not say when. */
static int usual_priority(const char *name)
{
    static const char *const first[] = {"opcache", "pdo",      "mysqlnd", "xml", "dom",
                                        "json",    "igbinary", "msgpack", "psr", "sockets"};
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        if (strcmp(name, first[i]) == 0)
            return 10;
    return 20;
}

/* Debian's files say "; priority=10". */
static int file_priority(const char *path, uid_t owner)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (sc_read_trusted_file(path, owner, INI_MAX, &text, NULL) < 0)
        return -1;
    const char *p = strstr(text.data, "priority=");
    int n = p ? atoi(p + 9) : -1;
    return n >= 0 && n < 1000 ? n : -1;
}

static int add(struct sc_php *php, const char *name, const char *ini, int priority,
               struct sc_php_module **ret, struct sc_error *err)
{
    size_t i = 0;
    while (i < php->n_modules && strcmp(php->modules[i].name, name) < 0)
        i++;
    if (i < php->n_modules && strcmp(php->modules[i].name, name) == 0) {
        *ret = &php->modules[i];
        return 0;
    }
    if (php->n_modules >= SC_PHP_MODULES_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "PHP %s has more than %u extensions", php->name,
                            SC_PHP_MODULES_MAX);
    char *copy = strdup(name), *file = ini ? strdup(ini) : NULL;
    if (!copy || (ini && !file) || !SC_VEC_ROOM(php->modules, php->n_modules)) {
        free(copy);
        free(file);
        return no_memory(err);
    }
    struct sc_php_module *v = php->modules;
    memmove(v + i + 1, v + i, (php->n_modules - i) * sizeof(*v));
    php->n_modules++;
    v[i] = (struct sc_php_module){.name = copy, .ini = file, .priority = priority};
    *ret = &v[i];
    return 0;
}

/* The ini files of a directory. `on`: they are what is loaded, and only known ones are marked. */
static int read_dir(const struct sc_php_places *w, struct sc_php *php, const char *dir, bool mark,
                    struct sc_error *err)
{
    SC_DIR DIR *d = opendir(dir);
    if (!d)
        return errno == ENOENT || errno == ENOTDIR ? 0 : sc_error_sys(err, errno, "list %s", dir);
    for (struct dirent *e; (errno = 0, e = readdir(d)) != NULL;) {
        char name[SC_PHP_MODULE_MAX + 1], path[PATH_MAX];
        int number;
        if (!name_of(e->d_name, name, &number) || strcmp(name, "alt_php") == 0 ||
            strcmp(name, "default") == 0 ||
            snprintf(path, sizeof(path), "%s/%s", dir, e->d_name) >= (int)sizeof(path))
            continue;
        struct sc_php_module *m = NULL;
        if (mark) {
            for (size_t i = 0; i < php->n_modules; i++)
                if (strcmp(php->modules[i].name, name) == 0)
                    php->modules[i].on = true;
            continue;
        }
        if (number < 0)
            number = file_priority(path, w->owner);
        if (number < 0)
            number = usual_priority(name);
        int rc = add(php, name, path, number, &m, err);
        if (rc < 0)
            return rc;
    }
    return errno ? sc_error_sys(err, errno, "list %s", dir) : 0;
}

/* Marks the modules that the lines "extension=" and "zend_extension=" of a file load. */
static void mark_file(const struct sc_php_places *w, struct sc_php *php, const char *path,
                      bool fixed)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (sc_read_trusted_file(path, w->owner, 1u << 20, &text, NULL) < 0)
        return;
    char *save = NULL;
    for (char *l = strtok_r(text.data, "\r\n", &save); l; l = strtok_r(NULL, "\r\n", &save)) {
        l += strspn(l, " \t");
        if (strncmp(l, "extension", 9) != 0 && strncmp(l, "zend_extension", 14) != 0)
            continue;
        char *value = strchr(l, '=');
        if (!value)
            continue;
        value += 1 + strspn(value + 1, " \t\"'");
        value[strcspn(value, " \t\"';")] = 0;
        char *slash = strrchr(value, '/'), *name = slash ? slash + 1 : value;
        size_t n = strlen(name);
        if (n > 3 && strcmp(name + n - 3, ".so") == 0)
            name[n - 3] = 0;
        for (size_t i = 0; i < php->n_modules; i++)
            if (strcasecmp(php->modules[i].name, name) == 0) {
                php->modules[i].on = true;
                php->modules[i].fixed |= fixed;
            }
    }
}

static int add_compiled(struct sc_php *php, struct sc_error *err)
{
    SC_FREE char *copy = strdup(php->compiled ? php->compiled : "");
    if (!copy)
        return no_memory(err);
    for (char *rest = copy, *name; (name = strsep(&rest, ",")) != NULL;) {
        for (char *p = name; *p; p++)
            *p = *p == ' ' ? '_' : (char)tolower((unsigned char)*p);
        struct sc_php_module *m = NULL;
        if (!sc_php_module_valid(name))
            continue;
        int rc = add(php, name, NULL, 0, &m, err);
        if (rc < 0)
            return rc;
        m->fixed = m->on = true;
    }
    return 0;
}

/* What the version loads where nobody chose: modules= of defaults.cfg, else what its own
 * configuration loads now. */
static int mark_defaults(const struct sc_php_places *w, struct sc_php *php, struct sc_error *err)
{
    char path[PATH_MAX];
    if (php->ini)
        mark_file(w, php, php->ini, true);
    if (php->defaults) {
        SC_CLEANUP(sc_php_names_done) struct sc_php_names l = {0};
        int rc = sc_php_names_parse(php->defaults, "defaults.cfg", &l, err);
        for (size_t i = 0; i < php->n_modules; i++)
            if (sc_php_names_has(&l, php->modules[i].name))
                php->modules[i].on = true;
        return rc;
    }
    for (size_t i = 0; i < SC_PHP_SAPIS; i++) {
        const char *dir = php->bin[i].scan_dir;
        if (!dir)
            continue;
        if (snprintf(path, sizeof(path), "%s/default.ini", dir) < (int)sizeof(path))
            mark_file(w, php, path, false);
        int rc = read_dir(w, php, dir, true, err);
        if (rc < 0)
            return rc;
        break; /* one kind of program speaks for all */
    }
    return 0;
}

int sc_php_modules(const struct sc_php_places *where, struct sc_php *php, struct sc_error *err)
{
    struct sc_php_places w = where ? *where : (struct sc_php_places){0};
    if (php->has_modules)
        return 0;
    int rc = 0;
    const char *dir = php->modules_dir;
    for (size_t i = 0; !dir && i < SC_PHP_SAPIS; i++)
        dir = php->bin[i].scan_dir;
    if (dir)
        rc = read_dir(&w, php, dir, false, err);
    if (rc == 0)
        rc = add_compiled(php, err);
    if (rc == 0)
        rc = mark_defaults(&w, php, err);
    php->has_modules = rc == 0;
    return rc;
}
