/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/learn/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/asuser.h"
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/vec.h"
#include "core/learn/watch.h"
#include "core/plan/relpath.h"

#define LIST_MAX (16u << 20) /* bytes of /proc/net/unix */
#define AHEAD_S  (366L * 86400 * 10)

/* The user's socket at `rel`, with the user's rights (`as` in force). False: there is none. */
static bool open_socket(int home, const char *rel, int *ret_fd, struct stat *st)
{
    return sc_open_beneath(home, rel, O_PATH | O_NOFOLLOW, 0, ret_fd, NULL) == 0 &&
           fstat(*ret_fd, st) == 0 && S_ISSOCK(st->st_mode);
}

static int set_time(int fd, struct timespec at)
{
    char path[32];
    const struct timespec times[2] = {at, {.tv_nsec = UTIME_OMIT}};
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return utimensat(AT_FDCWD, path, times, 0);
}

/* Whole seconds: every file system keeps them. */
static void arm(struct sc_learn_socket *s, int fd)
{
    struct stat st;
    s->put = (struct timespec){.tv_sec = time(NULL) + AHEAD_S};
    if (set_time(fd, s->put) < 0 || fstat(fd, &st) < 0)
        s->put.tv_sec = 0; /* another user's: it cannot be told who connects */
    else
        s->put = st.st_atim;
}

static struct sc_learn_socket *find(struct sc_learn_sockets *s, const char *rel)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->v[i].rel, rel) == 0)
            return &s->v[i];
    return NULL;
}

static int look_at(struct sc_learn_sockets *s, const char *rel,
                   void (*used)(const char *rel, void *arg), void *arg, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    struct stat st;
    if (!open_socket(s->home, rel, &fd, &st))
        return 0;
    struct sc_learn_socket *k = find(s, rel);
    if (k && k->dev == st.st_dev && k->ino == st.st_ino) {
        if (k->put.tv_sec == 0 ||
            (k->put.tv_sec == st.st_atim.tv_sec && k->put.tv_nsec == st.st_atim.tv_nsec))
            return 0;
        used(rel, arg);
    } else if (!k) {
        if (s->n >= SC_LEARN_SOCKETS_MAX)
            return 0;
        if (!SC_VEC_ROOM(s->v, s->n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the sockets of a site");
        k = &s->v[s->n];
        *k = (struct sc_learn_socket){.rel = strdup(rel)};
        if (!k->rel)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the sockets of a site");
        s->n++;
    }
    k->dev = st.st_dev;
    k->ino = st.st_ino;
    arm(k, fd);
    return 0;
}

/* The name in a line of /proc/net/unix, below the home; NULL. */
static const char *name_in(char *line, const struct sc_planfile *plan)
{
    char *path = strchr(line, '/');
    const char *const homes[] = {plan->home, plan->home_alias};
    for (size_t i = 0; path && i < 2; i++) {
        size_t n = strlen(homes[i]);
        if (strncmp(path, homes[i], n) == 0 && path[n] == '/') {
            const char *rel = path + n + strspn(path + n, "/");
            return *rel && sc_rel_valid(rel) ? rel : NULL;
        }
    }
    return NULL;
}

static int read_list(struct sc_buf *text, struct sc_error *err)
{
    SC_FD int fd = open("/proc/net/unix", O_RDONLY | O_CLOEXEC);
    return fd < 0 ? sc_error_sys(err, errno, "open /proc/net/unix")
                  : sc_read_fd(fd, LIST_MAX, "/proc/net/unix", text, err);
}

int sc_learn_sockets_look(struct sc_learn_sockets *s, const struct sc_planfile *plan,
                          void (*used)(const char *rel, void *arg), void *arg, struct sc_error *err)
{
    SC_BUF struct sc_buf text = {.limit = LIST_MAX + 1};
    if (s->home < 0 &&
        (s->home = open(plan->home, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)) < 0)
        return sc_error_sys(err, errno, "open %s", plan->home);
    int rc = read_list(&text, err);
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    if (rc == 0)
        rc = sc_asuser_begin(&as, plan->uid, plan->gid, err);
    char *save = NULL;
    for (char *l = rc == 0 && text.len ? strtok_r(text.data, "\n", &save) : NULL; rc == 0 && l;
         l = strtok_r(NULL, "\n", &save)) {
        const char *rel = name_in(l, plan);
        if (rel && !sc_learn_is_own(plan, rel))
            rc = look_at(s, rel, used, arg, err);
    }
    return rc;
}

void sc_learn_sockets_done(struct sc_learn_sockets *s, const struct sc_planfile *plan)
{
    SC_CLEANUP(sc_asuser_end) struct sc_asuser as = SC_ASUSER_INIT;
    bool user = s->n && sc_asuser_begin(&as, plan->uid, plan->gid, NULL) == 0;
    for (size_t i = 0; i < s->n; i++) {
        SC_FD int fd = -EBADF;
        struct stat st;
        if (user && s->v[i].put.tv_sec && open_socket(s->home, s->v[i].rel, &fd, &st))
            (void)set_time(fd, (struct timespec){.tv_nsec = UTIME_NOW});
        free(s->v[i].rel);
    }
    free(s->v);
    sc_close(&s->home);
    s->v = NULL;
    s->n = 0;
}
