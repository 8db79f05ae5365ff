/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/cgroups_files.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/io.h"
#include "core/base/own_group.h"
#include "core/base/there.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a control group");
}

/* ---- where the hierarchies are: cgroups(7) ---- */

static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += len)
        if ((at == text || strchr(" ,\n", at[-1])) && (at[len] == '\0' || strchr(" ,\n", at[len])))
            return true;
    return false;
}

/* Version 2's root says in a file which controllers it has. SC_E_SYS: it cannot be read. */
static int controllers_at(const char *mount, struct sc_buf *text, struct sc_error *err)
{
    char path[SC_CGROUP_MOUNT_MAX + sizeof("/cgroup.controllers")];
    snprintf(path, sizeof(path), "%s/cgroup.controllers", mount);
    return sc_read_file(path, SC_CGROUP_FILE_MAX, text, err);
}

static int take_mount(struct sc_cgroups *cg, const struct mntent *m, struct sc_error *err)
{
    bool is_v2 = strcmp(m->mnt_type, "cgroup2") == 0;
    if ((!is_v2 && strcmp(m->mnt_type, "cgroup") != 0) || strlen(m->mnt_dir) > SC_CGROUP_MOUNT_MAX)
        return 0;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = is_v2 ? controllers_at(m->mnt_dir, &text, err) : 0;
    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++) {
        const char *name = sc_cgroup_names[i][is_v2];
        if (cg->mount[i] || !name || !has_word(is_v2 ? text.data : m->mnt_opts, name))
            continue;
        cg->mount[i] = strdup(m->mnt_dir);
        if (!cg->mount[i])
            return no_memory(err);
        cg->version[i] = is_v2 ? 2 : 1;
    }
    return 0;
}

int sc_cgroups_files_open(struct sc_cgroups *cg, struct sc_error *err)
{
    FILE *table = setmntent("/proc/self/mounts", "re");
    if (!table)
        return sc_error_sys(err, errno, "open /proc/self/mounts");
    char line[8192];
    struct mntent m;
    int rc = 0;
    while (rc == 0 && getmntent_r(table, &m, line, sizeof(line)))
        rc = take_mount(cg, &m, err);
    endmntent(table);
    return rc;
}

/* ---- groups ---- */

static int write_to(const char *path, const char *value, struct sc_error *err)
{
    SC_FD int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return sc_error_sys(err, errno, "open %s", path);
    return write(fd, value, strlen(value)) < 0
               ? sc_error_sys(err, errno, "write %s to %s", value, path)
               : 0;
}

/* Version 2: a group has only what its parent hands down. */
static int hand_down(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *parent,
                     struct sc_error *err)
{
    if (cg->version[ctrl] != 2)
        return 0;
    char word[32];
    snprintf(word, sizeof(word), "+%s", sc_cgroup_controller(cg, ctrl));
    SC_FREE char *path = sc_cgroup_path(cg, ctrl, parent, "cgroup.subtree_control");
    return path ? write_to(path, word, err) : no_memory(err);
}

static int make_one(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                    struct sc_error *err)
{
    SC_FREE char *dir = sc_cgroup_path(cg, ctrl, name, NULL);
    if (!dir)
        return no_memory(err);
    return mkdir(dir, 0755) == 0 || errno == EEXIST ? 0 : sc_error_sys(err, errno, "make %s", dir);
}

int sc_cgroups_files_make(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                          struct sc_error *err)
{
    char parent[SC_CGROUP_NAME_MAX] = ".", part[SC_CGROUP_NAME_MAX];
    if (strlen(name) >= sizeof(part) || strncmp(name, cg->base, strlen(cg->base)) != 0)
        return sc_error_set(err, SC_E_INVAL, "%s is no name of a control group of ours", name);
    const char *end = name;
    SC_FD int own = cg->delegated ? sc_own_group_open() : -EBADF; /* empties the unit's */
    (void)own;
    if (cg->delegated) { /* nothing is written above it */
        strcpy(parent, cg->base);
        end += strlen(cg->base);
    }
    while (*end) {
        end = strchrnul(end + 1, '/');
        snprintf(part, sizeof(part), "%.*s", (int)(end - name), name);
        int rc = hand_down(cg, ctrl, parent, err);
        if (rc == 0)
            rc = make_one(cg, ctrl, part, err);
        if (rc < 0)
            return rc;
        memcpy(parent, part, sizeof(parent));
    }
    return 0;
}

int sc_cgroups_files_remove(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                            struct sc_error *err)
{
    SC_FREE char *dir = sc_cgroup_path(cg, ctrl, name, NULL);
    if (!dir)
        return no_memory(err);
    if (rmdir(dir) == 0 || sc_is_absent(errno) || errno == EBUSY || errno == ENOTEMPTY)
        return 0;
    return sc_error_sys(err, errno, "remove %s", dir);
}

int sc_cgroups_files_read(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                          const char *file, struct sc_buf *text, struct sc_error *err)
{
    SC_FREE char *path = sc_cgroup_path(cg, ctrl, name, file);
    if (!path)
        return no_memory(err);
    SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        int rc = sc_error_sys(err, errno, "open %s", path);
        if (errno == ENOENT && err)
            err->code = SC_E_NOTFOUND;
        return errno == ENOENT ? SC_E_NOTFOUND : rc;
    }
    return sc_read_fd(fd, SC_CGROUP_FILE_MAX, path, text, err);
}

int sc_cgroups_files_write(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                           const char *file, const char *value, struct sc_error *err)
{
    SC_FREE char *path = sc_cgroup_path(cg, ctrl, name, file);
    return path ? write_to(path, value, err) : no_memory(err);
}
