/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/members.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/vec.h"

#define PROCS      "cgroup.procs"
#define THREADS    "cgroup.threads"
#define PROCS_MAX  (32u << 20) /* bytes: of all processes that a kernel can have */
#define SEND_TIMES 20          /* what is forked meanwhile is in the old group */

void sc_members_done(struct sc_members *m)
{
    free(m->v);
    *m = (struct sc_members){0};
}

static int by_number(const void *a, const void *b)
{
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;
    return (x > y) - (x < y);
}

int sc_members_parse(const char *text, struct sc_members *m, struct sc_error *err)
{
    char *end;
    m->n = 0;
    for (const char *p = text; *p; p = end + strspn(end, "\n")) {
        long pid = strtol(p, &end, 10);
        if (end == p)
            break;
        if (pid <= 0 || pid > INT_MAX) /* 0: a process that we cannot see from our namespace */
            continue;
        if (!SC_VEC_ROOM(m->v, m->n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for a list of processes");
        m->v[m->n++] = (pid_t)pid;
    }
    if (m->n)
        qsort(m->v, m->n, sizeof(*m->v), by_number);
    return 0;
}

static int read_list(const char *dir, const char *file, struct sc_members *m, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", dir, file);
    int rc = sc_read_file(path, PROCS_MAX, &text, err);
    return rc < 0 ? rc : sc_members_parse(text.data, m, err);
}

int sc_members_read(const char *dir, struct sc_members *m, struct sc_error *err)
{
    return read_list(dir, PROCS, m, err);
}

int sc_members_read_threads(const char *dir, struct sc_members *m, struct sc_error *err)
{
    return read_list(dir, THREADS, m, err);
}

bool sc_members_has(const struct sc_members *m, pid_t pid)
{
    return m->n && bsearch(&pid, m->v, m->n, sizeof(*m->v), by_number);
}

int sc_member_move(const char *dir, pid_t pid)
{
    char path[PATH_MAX], number[16];
    snprintf(path, sizeof(path), "%s/" PROCS, dir);
    int len = snprintf(number, sizeof(number), "%d", (int)pid);
    SC_FD int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd < 0 || write(fd, number, (size_t)len) < 0 ? -errno : 0;
}

static bool has_word(char *list, const char *word)
{
    char *save = NULL;
    for (char *w = strtok_r(list, ",", &save); w; w = strtok_r(NULL, ",", &save))
        if (strcmp(w, word) == 0)
            return true;
    return false;
}

/* cgroups(7): "NUMBER:CONTROLLER,…:/PATH"; version 2: "0::/PATH". A path that begins with "/.." is
 * above what we see. */
char *sc_member_group_parse(char *text, const char *controller)
{
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = 0;
        if (controller ? has_word(list + 1, controller) : list[1] == 0)
            return path[0] == '/' && strncmp(path, "/..", 3) != 0 ? strdup(path) : NULL;
    }
    return NULL;
}

int sc_member_group(pid_t pid, const char *controller, char **ret, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
    int rc = sc_read_file(path, 65536, &text, err);
    if (rc < 0)
        return rc;
    char *group = sc_member_group_parse(text.data, controller);
    if (!group)
        return sc_error_set(err, SC_E_NOTFOUND, "%s says nothing of %s", path,
                            controller ? controller : "version 2");
    *ret = group;
    return 0;
}

void sc_members_send(const char *from, const char *to)
{
    SC_CLEANUP(sc_members_done) struct sc_members m = {0};
    for (int i = 0; i < SEND_TIMES; i++) {
        if (sc_members_read(from, &m, NULL) < 0 ||
            (m.n == 0 && (sc_members_read_threads(from, &m, NULL) < 0 || m.n == 0)))
            return;
        for (size_t k = 0; k < m.n; k++)
            (void)sc_member_move(to, m.v[k]);
    }
}
