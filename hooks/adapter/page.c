/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/adapter/page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/beneath.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/run.h"

#define PATH_ROOM  1024
#define RUN_MS     120000 /* panels start interpreters, and restart services */
#define SCRIPT_MAX 8192

static int path_of(char path[PATH_ROOM], const char *root, const char *folder, const char *name,
                   struct sc_error *err)
{
    int n = snprintf(path, PATH_ROOM, "%s%s%s%s", root, folder, *name ? "/" : "", name);
    return n > 0 && n < PATH_ROOM ? 0 : sc_error_set(err, SC_E_TOOBIG, "a path is too long");
}

/* Who runs the panel may own its folders; nobody else may write there. */
static int check_folder(int fd, const char *path, struct sc_error *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", path);
    if (st.st_mode & S_IWOTH)
        return sc_error_set(err, SC_E_DENIED,
                            "%s is writable by everybody, who could change what the panel runs "
                            "from it (chmod o-w %s)",
                            path, path);
    return 0;
}

/* Opens the file's folder, made where `make`. SC_E_NOTFOUND: it, or what is above it, is not there. */
static int open_folder(const char *root, const struct sc_page_file *f, bool make, int *ret_fd,
                       struct sc_error *err)
{
    char path[PATH_ROOM];
    int rc = path_of(path, root, f->folder, "", err);
    if (rc == 0 && make && mkdir(path, 0755) < 0 && errno != EEXIST)
        rc = errno == ENOENT || errno == ENOTDIR
                 ? sc_error_set(err, SC_E_NOTFOUND, "the panel has no folder for %s", path)
                 : sc_error_sys(err, errno, "cannot make %s", path);
    if (rc < 0)
        return rc;
    SC_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return sc_error_set(err, SC_E_NOTFOUND, "%s is missing", path);
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot open %s", path);
    if ((rc = check_folder(fd, path, err)) < 0)
        return rc;
    if (make && fchmod(fd, 0755) < 0) /* whatever the umask */
        return sc_error_sys(err, errno, "cannot open %s to the panel's users", path);
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

/* *ret_same: it is there, with these bytes and this mode. */
static int same(int folder, const struct sc_page_file *f, bool *ret_same, struct sc_error *err)
{
    SC_BUF struct sc_buf is = SC_BUF_INIT;
    struct stat st;
    *ret_same = false;
    int rc = sc_read_file_beneath(folder, f->name, SCRIPT_MAX, &is, &st, err);
    if (rc == SC_E_NOTFOUND || rc == SC_E_DENIED || rc == SC_E_INVAL || rc == SC_E_TOOBIG)
        return 0;
    *ret_same = rc == 0 && is.len == strlen(f->text) && memcmp(is.data, f->text, is.len) == 0 &&
                (st.st_mode & 07777) == f->mode;
    return rc;
}

int sc_page_files_put(const char *root, const struct sc_page_file *files, size_t n,
                      struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        SC_FD int fd = -EBADF;
        bool there = false;
        rc = open_folder(root, &files[i], true, &fd, err);
        if (rc == 0)
            rc = same(fd, &files[i], &there, NULL);
        if (rc == 0 && !there)
            rc = sc_replace_file_at(fd, files[i].name, files[i].mode, files[i].text,
                                    strlen(files[i].text), err);
    }
    return rc;
}

int sc_page_files_take(const char *root, const struct sc_page_file *files, size_t n,
                       struct sc_error *err)
{
    for (size_t i = n; i-- > 0;) {
        SC_FD int fd = -EBADF;
        char path[PATH_ROOM];
        int rc = open_folder(root, &files[i], false, &fd, err);
        if (rc == SC_E_NOTFOUND)
            continue;
        if (rc == 0 && unlinkat(fd, files[i].name, 0) < 0 && errno != ENOENT)
            rc = sc_error_sys(err, errno, "cannot remove %s%s/%s", root, files[i].folder,
                              files[i].name);
        if (rc == 0)
            rc = path_of(path, root, files[i].folder, "", err);
        if (rc == 0 && rmdir(path) < 0 && errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT)
            rc = sc_error_sys(err, errno, "cannot remove %s", path);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int sc_page_files_look(const char *root, const struct sc_page_file *files, size_t n,
                       struct sc_error *err)
{
    for (size_t i = 0; i < n; i++) {
        SC_FD int fd = -EBADF;
        bool there = false;
        int rc = open_folder(root, &files[i], false, &fd, err);
        if (rc == 0)
            rc = same(fd, &files[i], &there, err);
        if (rc < 0)
            return rc;
        if (!there)
            return sc_error_set(err, SC_E_NOTFOUND, "%s%s/%s is missing or not as it should be",
                                root, files[i].folder, files[i].name);
    }
    return 0;
}

int sc_page_run(const char *const *argv, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    const struct sc_run_spec spec = {.argv = argv, .timeout_ms = RUN_MS};
    int rc = sc_run(&spec, &r, err);
    if (rc < 0 || sc_run_ok(&r))
        return rc;
    char how[600];
    sc_run_how(&r, how, sizeof(how));
    return sc_error_set(err, SC_E_PANEL, "%s %s", argv[0], how);
}
