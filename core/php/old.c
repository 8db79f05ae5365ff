/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/old.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/lock.h"
#include "core/base/paths.h"
#include "core/base/pidfd.h"
#include "core/base/proc.h"
#include "core/base/there.h"
#include "core/enter/keeper_find.h"
#include "core/php/restart.h"
#include "core/php/restart_private.h"

#define WORD      ".oldphp."
#define HEAD      "sitecage-oldphp 1\n"
#define TOLD      "told\n"
#define NOTE_MAX  (256u << 10)
#define TIMES_MAX 1000 /* names are of milliseconds: a taken one is the next one's */

static void dir_of(uid_t uid, char out[64])
{
    snprintf(out, 64, SC_RUN_DIR "/%u", (unsigned)uid);
}

/* ---- writing ---- */

/* One that has ended since it was found is left out. */
static int write_text(const struct sc_php_processes *l, struct sc_buf *out, struct sc_error *err)
{
    sc_buf_str(out, HEAD);
    for (size_t i = 0; i < l->n; i++) {
        struct sc_proc_stat st;
        int rc = sc_proc_stat(l->v[i].procfd, &st);
        if (rc < 0 && !sc_proc_has_ended(l->v[i].procfd, -rc))
            return sc_error_sys(err, -rc, "look at a PHP process of the site");
        if (rc == 0)
            sc_buf_fmt(out, "%d %llu\n", l->v[i].pid, st.started);
    }
    return sc_buf_check(out, "the PHP programs of a site", err);
}

static int write_note(uid_t uid, unsigned id, const struct sc_buf *text, struct sc_error *err)
{
    int64_t until = sc_clock_ms() + SC_PHP_OLD_MS;
    char dir[64], path[128];
    dir_of(uid, dir);
    for (int i = 0; i < TIMES_MAX; i++) {
        snprintf(path, sizeof(path), "%s/%u" WORD "%" PRId64, dir, id, until + i);
        if (access(path, F_OK) < 0)
            break;
    }
    return sc_replace_file(path, 0600, text->data, text->len, err);
}

int sc_php_old_note(const struct sc_php_catalogue *c, uid_t uid, unsigned id, bool *ret_any,
                    struct sc_error *err)
{
    SC_CLEANUP(sc_php_processes_done) struct sc_php_processes l = {0};
    SC_BUF struct sc_buf text = {.limit = NOTE_MAX};
    int rc = sc_php_find_in_site(c, uid, id, &l, err);
    *ret_any = false;
    if (rc < 0 || l.n == 0)
        return rc;
    rc = write_text(&l, &text, err);
    if (rc == 0)
        rc = write_note(uid, id, &text, err);
    *ret_any = rc == 0;
    return rc;
}

/* ---- going on ---- */

/* "60001.oldphp.123456" */
static bool parse_name(const char *name, unsigned *ret_id, int64_t *ret_until)
{
    char *end, *rest;
    unsigned long id = name[0] >= '1' && name[0] <= '9' ? strtoul(name, &end, 10) : 0;
    if (id == 0 || id > UINT32_MAX || strncmp(end, WORD, strlen(WORD)) != 0)
        return false;
    *ret_until = strtoll(end + strlen(WORD), &rest, 10);
    *ret_id = (unsigned)id;
    return !*rest;
}

/* /proc as the site's keeper has it. SC_E_NOTFOUND: the site does not run. */
static int open_proc(uid_t uid, unsigned id, int *ret, struct sc_error *err)
{
    SC_FD int pidfd = -EBADF;
    SC_FD int lock = -EBADF;
    char path[64];
    int rc = sc_keeper_find(uid, id, &pidfd, &lock);
    pid_t keeper = rc < 0 ? rc : sc_lock_holder(lock);
    if (keeper < 0 && keeper != -ESRCH)
        return sc_error_sys(err, -keeper, "look for the keeper of site %u", id);
    if (keeper <= 0)
        return SC_E_NOTFOUND;
    snprintf(path, sizeof(path), "/proc/%d/root/proc", (int)keeper);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return sc_is_absent(errno) || errno == ESRCH ? SC_E_NOTFOUND
                                                     : sc_error_sys(err, errno, "open %s", path);
    *ret = fd;
    return 0;
}

/* The process, where it is the one that was noted and has not ended: added to the list. */
static int add_living(int procfs, const char *line, struct sc_php_processes *l,
                      struct sc_error *err)
{
    int pid;
    unsigned long long started;
    char name[16];
    struct sc_proc_stat st;
    if (sscanf(line, "%d %llu", &pid, &started) != 2)
        return 0;
    snprintf(name, sizeof(name), "%d", pid);
    SC_FD int fd = openat(procfs, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "look at process %d", pid);
    int rc = sc_proc_stat(fd, &st);
    if (rc < 0 && !sc_proc_has_ended(fd, -rc))
        return sc_error_sys(err, -rc, "look at process %d", pid);
    if (rc < 0 || st.started != started || st.state == 'Z' || st.state == 'X')
        return 0;
    return sc_php_processes_add(l, pid, sc_steal_fd(&fd), err);
}

struct note {
    struct sc_php_processes living;
    bool told;
};

static void note_done(struct note *n)
{
    sc_php_processes_done(&n->living);
}

static int read_note(int dirfd, const char *name, int procfs, struct note *ret,
                     struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_FD int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "open %s", name);
    int rc = sc_read_fd(fd, NOTE_MAX, name, &text, err);
    char *save = NULL;
    for (char *l = rc == 0 ? strtok_r(text.data, "\n", &save) : NULL; rc == 0 && l;
         l = strtok_r(NULL, "\n", &save)) {
        ret->told |= strcmp(l, "told") == 0;
        rc = add_living(procfs, l, &ret->living, err);
    }
    return rc;
}

/* Noted first: a second signal could cut off what the first one lets finish. */
static int tell(int dirfd, const char *name, const struct note *n, struct sc_error *err)
{
    SC_FD int fd = openat(dirfd, name, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 ? !sc_is_absent(errno) : write(fd, TOLD, strlen(TOLD)) != (ssize_t)strlen(TOLD))
        return sc_error_sys(err, errno, "write %s", name);
    sc_php_processes_tell(&n->living);
    return 0;
}

static int look_at(uid_t uid, int dirfd, const char *name, size_t *left, struct sc_error *err)
{
    SC_CLEANUP(note_done) struct note n = {0};
    SC_FD int procfs = -EBADF;
    unsigned id;
    int64_t until;
    if (!parse_name(name, &id, &until))
        return 0;
    int rc = open_proc(uid, id, &procfs, err);
    if (rc == 0)
        rc = read_note(dirfd, name, procfs, &n, err);
    if (rc < 0 && rc != SC_E_NOTFOUND)
        return rc;
    *left += n.living.n;
    if (n.living.n == 0)
        return unlinkat(dirfd, name, 0) < 0 && !sc_is_absent(errno)
                   ? sc_error_sys(err, errno, "remove %s", name)
                   : 0;
    if (sc_clock_ms() >= until)
        return sc_php_processes_kill(&n.living, err);
    return n.told ? 0 : tell(dirfd, name, &n, err);
}

int sc_php_old_look(uid_t uid, size_t *ret_left, struct sc_error *err)
{
    char dir[64];
    size_t left = 0;
    int rc = 0;
    dir_of(uid, dir);
    SC_DIR DIR *d = opendir(dir);
    if (!d && !sc_is_absent(errno))
        return sc_error_sys(err, errno, "open %s", dir);
    while (d && rc == 0) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e && errno)
            return sc_error_sys(err, errno, "read %s", dir);
        if (!e)
            break;
        rc = look_at(uid, dirfd(d), e->d_name, &left, err);
    }
    if (rc == 0)
        *ret_left = left;
    return rc;
}
