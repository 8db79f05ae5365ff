/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/cron/nobodys.h"
#include "core/cron/resolve.h"
#include "core/cron/system_text.h"

#define FILE_MAX  (1u << 20)
#define FILES_MAX 10000u
#define LOCK_NAME "cron.d"

struct work {
    struct sc_cron_account a;
    struct sc_cron_resolver links;
    struct sc_buf *note;
};

/* Nobody else's file, and no second name of one: what we write is what cron reads. */
static const char *why_not(const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return "it is not a regular file";
    if (st->st_uid != 0)
        return "it does not belong to root";
    if (st->st_mode & 022)
        return "others can write it";
    return st->st_nlink != 1 ? "it has several names" : NULL;
}

static void say(struct work *w, const char *path, size_t n, const char *why)
{
    if (w->note->len + 200 > SC_CRON_NOTE_MAX)
        return;
    sc_buf_fmt(w->note, "%s%zu entr%s of %s in %.100s run%s outside of its isolated sites: %.200s",
               w->note->len ? "; " : "", n, n == 1 ? "y" : "ies", w->a.user, path,
               n == 1 ? "s" : "", why);
}

static void say_nobodys(struct work *w, const char *path, const struct sc_cron_nobodys *c)
{
    char whose[256];
    if (w->note->len + 200 > SC_CRON_NOTE_MAX)
        return;
    snprintf(whose, sizeof(whose), "of %.100s in %.100s", w->a.user, path);
    sc_cron_say_nobodys(w->note, c, whose);
}

/* `name` in `dirfd`; `path` is for people. */
static int apply_file(struct work *w, int dirfd, const char *name, const char *path,
                      struct sc_error *err)
{
    SC_BUF struct sc_buf old = SC_BUF_INIT;
    SC_BUF struct sc_buf text = {.limit = FILE_MAX};
    struct sc_cron_system_count count = {0};
    struct sc_error why = SC_ERROR_INIT;
    struct stat st;
    SC_FD int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "open %s", path);
    if (fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "look at %s", path);
    if (!S_ISREG(st.st_mode))
        return 0;
    int rc = sc_read_fd(fd, FILE_MAX, path, &old, err);
    if (rc == 0 && !sc_cron_system_concerns(old.data, old.len, w->a.user))
        return 0;
    if (rc == 0)
        rc = sc_cron_system_join(old.data, old.len, &w->a, &text, &count, err);
    if (rc < 0)
        return sc_error_wrap(err, "%s", path);
    if (text.len == old.len && memcmp(text.data ? text.data : "", old.data, old.len) == 0) {
        say_nobodys(w, path, &count.nobodys);
        return 0;
    }
    struct stat link;
    const char *reason =
        fstatat(dirfd, name, &link, AT_SYMLINK_NOFOLLOW) < 0 ? "it vanished" : why_not(&link);
    if (!reason &&
        sc_replace_file_at(dirfd, name, st.st_mode & 07777, text.data, text.len, &why) < 0)
        reason = why.text;
    if (!reason)
        say_nobodys(w, path, &count.nobodys);
    else if (count.in_sites)
        say(w, path, count.in_sites, reason);
    return 0;
}

/* Files that every cron passes over, and those that editors and packages leave. */
static bool is_left_over(const char *name)
{
    size_t n = strlen(name);
    return name[0] == '.' || name[0] == '#' || name[n - 1] == '~' || strstr(name, ".dpkg-") ||
           strstr(name, ".rpm");
}

static int apply_dir(struct work *w, struct sc_error *err)
{
    SC_DIR DIR *d = opendir(SC_CRON_SYSTEM_DIR);
    if (!d)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "open " SC_CRON_SYSTEM_DIR);
    for (unsigned n = 0; n < FILES_MAX; n++) {
        char path[sizeof(SC_CRON_SYSTEM_DIR) + NAME_MAX + 2];
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e)
            return errno ? sc_error_sys(err, errno, "list " SC_CRON_SYSTEM_DIR) : 0;
        if (is_left_over(e->d_name))
            continue;
        snprintf(path, sizeof(path), SC_CRON_SYSTEM_DIR "/%s", e->d_name);
        int rc = apply_file(w, dirfd(d), e->d_name, path, err);
        if (rc < 0)
            return rc;
    }
    return sc_error_set(err, SC_E_TOOBIG, SC_CRON_SYSTEM_DIR " has more than %u files", FILES_MAX);
}

int sc_cron_system_apply(const struct sc_cron_owner *o, const struct sc_cron_site *sites, size_t n,
                         struct sc_buf *ret_note, struct sc_error *err)
{
    struct work w = {.links = {.owner = o}, .note = ret_note};
    w.a = sc_cron_account_of(o, sites, n, &w.links);
    SC_FD int lock = -EBADF;
    SC_FD int etc = open("/etc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (etc < 0)
        return sc_error_sys(err, errno, "open /etc");
    int rc = sc_cron_lock_named(LOCK_NAME, &lock, err);
    if (rc == 0)
        rc = apply_file(&w, etc, "crontab", SC_CRON_SYSTEM_FILE, err);
    if (rc == 0)
        rc = apply_dir(&w, err);
    if (rc == 0 && w.links.rc < 0) {
        rc = w.links.rc;
        if (err)
            *err = w.links.why;
    }
    return rc;
}
