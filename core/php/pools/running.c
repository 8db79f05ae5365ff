/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/pools/running.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/match.h"
#include "core/base/proc.h"
#include "core/php/pools/master.h"

#define MASTERS_MAX  512u
#define INCLUDES_MAX 64u /* of one master */

/* ---- pure ---- */

bool sc_fpm_include(const char *value, const char *exe, char out[PATH_MAX])
{
    const char *end = strrchr(exe, '/');
    if (*value == '/' || !end)
        return snprintf(out, PATH_MAX, "%s", value) < PATH_MAX && *value == '/';
    while (end > exe && *--end != '/') /* the directory of the program, "sbin" */
        ;
    return snprintf(out, PATH_MAX, "%.*s/%s", (int)(end - exe), exe, value) < PATH_MAX;
}

/* ---- one master ---- */

static size_t dir_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

/* The list has pools of that directory, for that master. */
static bool has_dir(const struct sc_fpm_known_list *l, const char *main, const char *pattern)
{
    size_t n = dir_of(pattern);
    for (size_t i = 0; i < l->n; i++)
        if (dir_of(l->v[i].file) == n && strncmp(l->v[i].file, pattern, n) == 0 &&
            strcmp(l->v[i].main, main) == 0)
            return true;
    return false;
}

static bool has_file(const struct sc_fpm_known_list *l, const char *file)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->v[i].file, file) == 0)
            return true;
    return false;
}

struct master {
    const char *root, *main, *exe;
    struct sc_fpm_known_list *l;
    struct sc_error *err;
};

static int add_file(const struct master *m, const char *path)
{
    size_t before = m->l->n;
    const char *name = path + strlen(m->root);
    if (has_file(m->l, name))
        return 0;
    int rc = sc_fpm_known_read(path, name, m->main, m->exe, m->l, m->err);
    for (size_t i = before; i < m->l->n; i++)
        m->l->v[i].found = true;
    return rc;
}

static int add_include(const struct master *m, const char *value)
{
    char path[PATH_MAX], pattern[PATH_MAX];
    SC_CLEANUP(sc_matches_done) struct sc_matches found = {0};
    if (!sc_fpm_include(value, m->exe, path) || has_dir(m->l, m->main, path) ||
        snprintf(pattern, sizeof(pattern), "%s%s", m->root, path) >= PATH_MAX)
        return 0;
    int rc = sc_match(pattern, NULL, &found, m->err);
    for (size_t i = 0; rc == 0 && i < found.n; i++)
        rc = add_file(m, found.v[i]);
    return rc;
}

static int add_includes(const struct master *m, const struct sc_fpm_file *f)
{
    size_t n = 0;
    int rc = 0;
    for (size_t i = 0; i < f->n; i++)
        for (size_t k = 0; rc == 0 && k < f->v[i].n_keys; k++)
            if (strcmp(f->v[i].keys[k].key, "include") == 0 && n++ < INCLUDES_MAX)
                rc = add_include(m, f->v[i].keys[k].value);
    return rc;
}

int sc_fpm_known_of_main(const char *root, const char *main, const char *exe,
                         struct sc_fpm_known_list *l, struct sc_error *err)
{
    char path[PATH_MAX];
    const struct master m = {root, main, exe, l, err};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_CLEANUP(sc_fpm_file_done) struct sc_fpm_file f = {0};
    if (snprintf(path, sizeof(path), "%s%s", root, main) >= PATH_MAX)
        return 0;
    int rc = sc_read_file(path, SC_FPM_FILE_MAX, &text, err);
    if (rc == SC_E_SYS || rc == SC_E_NOMEM)
        return rc;
    if (rc < 0 || sc_fpm_parse(text.data, text.len, main, &f, NULL) < 0)
        return 0; /* it has another one than php-fpm read, or none any more */
    rc = add_includes(&m, &f);
    return rc < 0 ? rc : add_file(&m, path);
}

/* ---- those that run ---- */

static int add_running(struct sc_fpm_known_list *l, struct sc_error *err)
{
    char main[PATH_MAX], exe[PATH_MAX];
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list processes = {0};
    int rc = sc_proc_list_open(0, &processes);
    if (rc < 0)
        return sc_error_sys(err, -rc, "read /proc");
    for (size_t n = 0; rc == 0 && n < MASTERS_MAX; n++) {
        pid_t pid = sc_fpm_master_next(&processes, main, exe);
        if (pid <= 0)
            return pid < 0 ? sc_error_sys(err, -pid, "look for masters of PHP-FPM") : 0;
        rc = sc_fpm_known_of_main("", main, exe, l, err);
    }
    return rc;
}

int sc_fpm_known_all(struct sc_fpm_known_list *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list l = {0};
    int rc = sc_fpm_known_load("", &l, err);
    if (rc == 0)
        rc = add_running(&l, err);
    if (rc == 0)
        SC_MOVE(ret, &l);
    return rc;
}
