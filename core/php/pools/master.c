/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/pools/master.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"

#define TITLE       "php-fpm: master process ("
#define MASTER_NAME "php-fpm"

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

pid_t sc_fpm_master_next(struct sc_proc_list *l, char main[PATH_MAX], char exe[PATH_MAX])
{
    for (;;) {
        SC_FD int fd = -EBADF;
        pid_t pid = sc_proc_next_named(l, may_be_master, &fd);
        int is = pid > 0 ? look(fd, main, exe) : 1;
        if (is)
            return is < 0 ? is : pid;
    }
}

pid_t sc_fpm_master_find(const char *main)
{
    char is[PATH_MAX], exe[PATH_MAX];
    SC_CLEANUP(sc_proc_list_close) struct sc_proc_list l = {0};
    pid_t pid = sc_proc_list_open(0, &l);
    if (pid < 0)
        return pid;
    do
        pid = sc_fpm_master_next(&l, is, exe);
    while (pid > 0 && strcmp(is, main) != 0);
    return pid;
}
