/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/learn/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/learn/file.h"
#include "core/learn/record.h"
#include "core/plan/relpath.h"

#define MOUNTS_MAX (16u << 20) /* bytes of a mountinfo */

#define USES   (FAN_OPEN | FAN_OPEN_EXEC | FAN_MODIFY | FAN_CLOSE_WRITE)
#define EVENTS (USES | FAN_ONDIR)

static int start(int *ret_fd, struct sc_error *err)
{
    /* O_NONBLOCK: the kernel opens for us what was opened, and that may be a FIFO */
    int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK,
                           O_RDONLY | O_LARGEFILE | O_CLOEXEC | O_NONBLOCK | O_NOATIME);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL))
        return sc_error_set(err, SC_E_PLATFORM,
                            "this kernel does not let us see what a site opens (fanotify: %s); "
                            "in a container it needs CAP_SYS_ADMIN of the server itself",
                            strerror(errno));
    if (fd < 0)
        return sc_error_sys(err, errno, "fanotify_init");
    *ret_fd = fd;
    return 0;
}

static int mark(int fan, int mount, struct sc_error *err)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", mount);
    if (fanotify_mark(fan, FAN_MARK_ADD | FAN_MARK_MOUNT, EVENTS, AT_FDCWD, path) == 0)
        return 0;
    if (errno == EPERM || errno == ENOSYS || errno == EINVAL)
        return sc_error_set(err, SC_E_PLATFORM,
                            "this kernel does not let us see what is opened on a mount "
                            "(fanotify_mark: %s)",
                            strerror(errno));
    return sc_error_sys(err, errno, "fanotify_mark");
}

int sc_learn_possible(struct sc_error *err)
{
    SC_FD int fan = -EBADF;
    SC_FD int dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return sc_error_sys(err, errno, "open /");
    int rc = start(&fan, err);
    return rc < 0 ? rc : mark(fan, dir, err);
}

bool sc_learn_is_own(const struct sc_planfile *plan, const char *rel)
{
    if (sc_rel_rest(".cagefs", rel) || sc_rel_rest(".lve", rel))
        return true;
    for (size_t i = 0; i < plan->entries.n; i++)
        if (sc_rel_rest(plan->entries.v[i].rel, rel))
            return true;
    return false;
}

/* ---- the mounts ---- */

/* "\040" and the like in place. */
static void unescape(char *s)
{
    char *to = s;
    for (; *s; s++) {
        if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] && s[3]) {
            *to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
            s += 3;
        } else {
            *to++ = *s;
        }
    }
    *to = 0;
}

/* Another file system in the home. One that cannot be opened is not watched: a mount below a directory
 * that somebody has put in another's place meanwhile. */
static int mark_below(int fan, int root, const struct sc_planfile *plan, const char *rel,
                      struct sc_error *err)
{
    SC_FREE char *path = NULL;
    SC_FD int fd = -EBADF;
    if (asprintf(&path, "%s/%s", plan->home + 1, rel) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the mounts of a site");
    if (sc_open_beneath_mounts(root, path, O_PATH | O_NOFOLLOW, 0, &fd, NULL) < 0)
        return 0;
    return mark(fan, fd, err);
}

/* The mount point of a line of mountinfo(5), in place; NULL. */
static char *mount_point(char *line)
{
    char *save = NULL, *word = strtok_r(line, " ", &save);
    for (int i = 1; word && i < 5; i++)
        word = strtok_r(NULL, " ", &save);
    if (word)
        unescape(word);
    return word;
}

static int mark_mounts(int fan, pid_t keeper, const struct sc_planfile *plan, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf text = {.limit = MOUNTS_MAX + 1};
    snprintf(path, sizeof(path), "/proc/%d/root", (int)keeper);
    SC_FD int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return sc_error_sys(err, errno, "open %s", path);
    SC_FD int home = -EBADF;
    int rc = sc_open_beneath_mounts(root, plan->home + 1, O_PATH | O_DIRECTORY, 0, &home, err);
    if (rc == 0)
        rc = mark(fan, home, err);
    snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)keeper);
    SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (rc == 0)
        rc = fd < 0 ? sc_error_sys(err, errno, "open %s", path)
                    : sc_read_fd(fd, MOUNTS_MAX, path, &text, err);
    char *save = NULL;
    for (char *l = rc == 0 && text.len ? strtok_r(text.data, "\n", &save) : NULL; rc == 0 && l;
         l = strtok_r(NULL, "\n", &save)) {
        size_t n = strlen(plan->home);
        const char *at = mount_point(l);
        if (at && strncmp(at, plan->home, n) == 0 && at[n] == '/' &&
            !sc_learn_is_own(plan, at + n + 1))
            rc = mark_below(fan, root, plan, at + n + 1, err);
    }
    return rc;
}

int sc_learn_watch(const struct sc_planfile *plan, pid_t keeper, int *ret_fd, struct sc_error *err)
{
    SC_FD int fan = -EBADF;
    int rc = start(&fan, err);
    if (rc == 0)
        rc = mark_mounts(fan, keeper, plan, err);
    if (rc == 0)
        *ret_fd = sc_steal_fd(&fan);
    return rc;
}

/* ---- events ---- */

/* The path by which the view has it, below the home; NULL: elsewhere. */
static const char *rel_of(int fd, const struct sc_planfile *plan, char path[PATH_MAX + 16])
{
    char link[32];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_MAX + 15);
    if (n <= 0)
        return NULL;
    path[n] = 0;
    struct stat st;
    static const char gone[] = " (deleted)";
    size_t len = (size_t)n, home = strlen(plan->home);
    if (len > sizeof(gone) && strcmp(path + len - (sizeof(gone) - 1), gone) == 0 &&
        fstat(fd, &st) == 0 && st.st_nlink == 0)
        path[len - (sizeof(gone) - 1)] = 0;
    return strncmp(path, plan->home, home) == 0 && path[home] == '/' ? path + home + 1 : NULL;
}

static unsigned kinds_of(const struct fanotify_event_metadata *m, const struct stat *st)
{
    unsigned kinds = 0;
    if (S_ISDIR(st->st_mode))
        return SC_LEARN_LIST | SC_LEARN_DIR;
    if (m->mask & (FAN_MODIFY | FAN_CLOSE_WRITE))
        kinds |= SC_LEARN_WRITE;
    if (m->mask & FAN_OPEN_EXEC)
        kinds |= SC_LEARN_RUN;
    return kinds ? kinds : SC_LEARN_READ;
}

/* A file that has several names is told by the one that was used: each use counts. */
static void hear_less(struct sc_learn_watch *w, const struct fanotify_event_metadata *m,
                      const struct stat *st)
{
    if (st->st_nlink != 1 && !S_ISDIR(st->st_mode))
        return;
    uint64_t enough = sc_learn_often_count(&w->often, st->st_dev, st->st_ino, m->mask & USES);
    if (enough)
        (void)fanotify_mark(w->fan,
                            FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY,
                            enough, m->fd, NULL);
}

static void take_one(struct sc_learn_watch *w, const struct fanotify_event_metadata *m,
                     const struct sc_planfile *plan, sc_learn_tell *tell, void *arg)
{
    char path[PATH_MAX + 16];
    struct stat st = {0};
    const char *rel = rel_of(m->fd, plan, path);
    struct sc_learn_event e = {.rel = rel, .pid = (pid_t)m->pid};
    if (fstat(m->fd, &st) == 0)
        hear_less(w, m, &st);
    if (!rel || !*rel || sc_learn_is_own(plan, rel))
        return;
    e.kinds = kinds_of(m, &st);
    tell(&e, arg);
}

void sc_learn_second(struct sc_learn_watch *w)
{
    /* of inodes: the mounts' marks stay */
    (void)fanotify_mark(w->fan, FAN_MARK_FLUSH, 0, AT_FDCWD, NULL);
    sc_learn_often_begin(&w->often);
}

int sc_learn_take(struct sc_learn_watch *w, const struct sc_planfile *plan, sc_learn_tell *tell,
                  void *arg, bool *ret_lost, struct sc_error *err)
{
    _Alignas(struct fanotify_event_metadata) char room[32768];
    for (;;) {
        ssize_t n = read(w->fan, room, sizeof(room));
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n < 0 && (errno == EINTR || errno == ENOENT || errno == EACCES || errno == ENXIO ||
                      errno == EPERM || errno == ETXTBSY))
            continue; /* of one thing that could not be opened for us; the next read goes on */
        if (n <= 0)
            return sc_error_sys(err, errno, "read what a site opens");
        const struct fanotify_event_metadata *m = (const void *)room;
        for (size_t left = (size_t)n; FAN_EVENT_OK(m, left); m = FAN_EVENT_NEXT(m, left)) {
            *ret_lost |= (m->mask & FAN_Q_OVERFLOW) != 0;
            if (m->fd < 0)
                continue;
            take_one(w, m, plan, tell, arg);
            close(m->fd);
        }
    }
}
