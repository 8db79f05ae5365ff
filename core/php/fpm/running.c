/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/fpm/running.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/match.h"
#include "core/base/proc.h"
#include "core/php/fpm/master.h"

#define TITLE        "php-fpm: master process ("
#define MASTER_NAME  "php-fpm"
#define MASTERS_MAX  512u
#define INCLUDES_MAX 64u /* of one master */

/* ---- pure ---- */

bool sc_fpm_title_main(const char *title, char out[PATH_MAX])
{
    size_t n = strlen(title);
    if (strncmp(title, TITLE "/", sizeof(TITLE)) != 0)
        return false;
    while (n && title[n - 1] == ' ') /* what is left of the arguments */
        n--;
    if (title[n - 1] != ')' || n - sizeof(TITLE) >= PATH_MAX)
        return false;
    snprintf(out, PATH_MAX, "%.*s", (int)(n - sizeof(TITLE)), title + sizeof(TITLE) - 1);
    return true;
}

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

static bool may_be_master(const char *name)
{
    return strncmp(name, MASTER_NAME, sizeof(MASTER_NAME) - 1) == 0;
}

/* 1: a master of root's, with its configuration and program; 0: another process; -errno. */
static int look(int procfd, char main[PATH_MAX], char exe[PATH_MAX])
{
    static const char deleted[] = " (deleted)";
    struct sc_proc_stat st;
    char title[PATH_MAX + 64];
    int rc = sc_proc_stat(procfd, &st);
    if (rc < 0)
        return sc_proc_no_answer(procfd, -rc);
    if (!may_be_master(st.name))
        return 0;
    ssize_t n = sc_proc_read(procfd, "cmdline", title, sizeof(title));
    if (n <= 0)
        return n == 0 ? 0 : sc_proc_no_answer(procfd, (int)-n);
    rc = sc_fpm_title_main(title, main) ? sc_proc_is_servers(procfd) : 0;
    if (rc <= 0)
        return rc;
    n = readlinkat(procfd, "exe", exe, PATH_MAX - 1);
    if (n <= 0)
        return n < 0 && !sc_proc_has_ended(procfd, errno) ? -errno : 0;
    exe[n] = 0;
    size_t tail = sizeof(deleted) - 1; /* the package was upgraded */
    if ((size_t)n > tail && strcmp(exe + n - tail, deleted) == 0)
        exe[(size_t)n - tail] = 0;
    return 1;
}

static int add_running(struct sc_fpm_known_list *l, struct sc_error *err)
{
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list processes = {0};
    int rc = sc_proc_list_open(0, &processes);
    for (size_t n = 0; rc == 0 && n < MASTERS_MAX;) {
        char main[PATH_MAX], exe[PATH_MAX];
        SC_FD int fd = -EBADF;
        pid_t pid = sc_proc_next_named(&processes, may_be_master, &fd);
        if (pid == 0)
            return 0;
        int is = pid > 0 ? look(fd, main, exe) : (int)pid;
        if (is < 0)
            return sc_error_sys(err, -is, "look for masters of PHP-FPM");
        if (is == 0)
            continue;
        n++;
        rc = sc_fpm_known_of_main("", main, exe, l, err);
        if (rc < 0)
            return rc;
    }
    return rc < 0 ? sc_error_sys(err, -rc, "read /proc") : 0;
}

int sc_fpm_known_all(struct sc_fpm_known_list *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_known_done) struct sc_fpm_known_list l = {0};
    int rc = sc_fpm_known_load("", &l, err);
    if (rc == 0)
        rc = add_running(&l, err);
    if (rc < 0)
        return rc;
    *ret = l;
    l = (struct sc_fpm_known_list){0};
    return 0;
}
