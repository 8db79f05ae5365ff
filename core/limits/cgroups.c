/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <libcgroup.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/base/lazy.h"
#include "core/base/paths.h"

/* What of libcgroup is used: where nothing is limited, no command needs it. */
/* clang-format off */
#define CGROUP_FUNCTIONS(X) \
    X(add_controller) X(add_value_string) X(create_cgroup) X(delete_cgroup_ext) X(free) \
    X(get_last_errno) X(get_subsys_mount_point) X(init) X(modify_cgroup) X(new_cgroup) \
    X(read_value_begin) X(read_value_end) X(read_value_next) X(set_logger) X(strerror)
/* clang-format on */

#define POINTER(name) __typeof__(&cgroup_##name) name;
#define NAME(name)    "cgroup_" #name,
struct sc_libcgroup {
    CGROUP_FUNCTIONS(POINTER)
};
static const char *const function_names[] = {CGROUP_FUNCTIONS(NAME)};

void sc_cgroup_account_name(uid_t uid, char out[SC_CGROUP_NAME_MAX])
{
    snprintf(out, SC_CGROUP_NAME_MAX, SC_CGROUP_ROOT "/%u", (unsigned)uid);
}

void sc_cgroup_site_name(uid_t uid, unsigned id, char out[SC_CGROUP_NAME_MAX])
{
    snprintf(out, SC_CGROUP_NAME_MAX, SC_CGROUP_ROOT "/%u/%u", (unsigned)uid, id);
}

static const char *const names[SC_CTRL_COUNT][2] = {
    [SC_CTRL_CPU] = {"cpu", "cpu"},          [SC_CTRL_CPUACCT] = {"cpuacct", NULL},
    [SC_CTRL_MEMORY] = {"memory", "memory"}, [SC_CTRL_PIDS] = {"pids", "pids"},
    [SC_CTRL_IO] = {"blkio", "io"},
};

const char *sc_cgroup_controller(const struct sc_cgroups *cg, enum sc_ctrl ctrl)
{
    return names[ctrl][cg->version[ctrl] == 2 ? 1 : 0];
}

/* libcgroup's own prints to stdout. */
static void say_nothing(void *arg, int level, const char *fmt, va_list ap)
{
    (void)arg;
    (void)level;
    (void)fmt;
    (void)ap;
}

/* libcgroup knows, and tells in its private headers only. */
static int version_at(const char *mount)
{
    struct statfs fs;
    return statfs(mount, &fs) < 0 ? 0 : fs.f_type == CGROUP2_SUPER_MAGIC ? 2 : 1;
}

static int load(struct sc_cgroups *cg, struct sc_error *err)
{
    const struct sc_lazy lib = {.soname = SC_LIBCGROUP,
                                .names = function_names,
                                .n = sizeof(function_names) / sizeof(function_names[0])};
    cg->lib = calloc(1, sizeof(*cg->lib));
    return cg->lib ? sc_lazy_load(&lib, cg->lib, err)
                   : sc_error_set(err, SC_E_NOMEM, "out of memory");
}

int sc_cgroups_open(struct sc_cgroups **ret, struct sc_error *err)
{
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = calloc(1, sizeof(*cg));
    if (!cg)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    int rc = load(cg, err);
    if (rc < 0)
        return rc;
    const struct sc_libcgroup *lib = cg->lib;
    lib->set_logger(say_nothing, CGROUP_LOG_ERROR, NULL);
    /* It fails on a machine without control groups, and then there are none. */
    bool there = lib->init() == 0;
    /* a controller belongs to one hierarchy; in a mixed set-up each may be in one of either kind */
    for (unsigned i = 0; there && i < SC_CTRL_COUNT; i++)
        for (int k = 0; k < 2 && !cg->mount[i]; k++)
            if (names[i][k] && lib->get_subsys_mount_point(names[i][k], &cg->mount[i]) == 0)
                cg->version[i] = version_at(cg->mount[i]);
    *ret = sc_steal_ptr(&cg);
    return 0;
}

void sc_cgroups_free(struct sc_cgroups *cg)
{
    for (unsigned i = 0; cg && i < SC_CTRL_COUNT; i++)
        free(cg->mount[i]);
    if (cg)
        free(cg->lib);
    free(cg);
}

void sc_cgroups_freep(struct sc_cgroups **cg)
{
    sc_cgroups_free(*cg);
    *cg = NULL;
}

int sc_cgroup_lock(int *ret_fd, struct sc_error *err)
{
    static const char path[] = SC_RUN_DIR "/lock/cgroups";
    int rc = sc_mkdir_p(SC_RUN_DIR "/lock", 0700, err);
    if (rc < 0)
        return rc;
    SC_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return sc_error_sys(err, errno, "open %s", path);
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return sc_error_sys(err, errno, "lock %s", path);
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

char *sc_cgroup_path(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                     const char *file)
{
    char *path;
    if (asprintf(&path, "%s/%s%s%s", cg->mount[ctrl], name, file ? "/" : "", file ? file : "") < 0)
        return NULL;
    return path;
}

bool sc_cgroup_exists(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name)
{
    if (cg->version[ctrl] == 0)
        return false;
    if (cg->version[ctrl] == 1) {
        SC_FREE char *dir = sc_cgroup_path(cg, ctrl, name, NULL);
        return dir && (access(dir, F_OK) == 0 || !sc_is_absent(errno));
    }
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (sc_cgroup_read(cg, ctrl, name, "cgroup.controllers", &text, NULL) < 0)
        return false;
    char *rest = NULL;
    for (char *w = strtok_r(text.data, " \n", &rest); w; w = strtok_r(NULL, " \n", &rest))
        if (strcmp(w, sc_cgroup_controller(cg, ctrl)) == 0)
            return true;
    return false;
}

/* libcgroup keeps the cause of its ECGOTHER aside. */
static int failed(int rc, const char *what, const struct sc_cgroups *cg, enum sc_ctrl ctrl,
                  const char *name, const char *file, struct sc_error *err)
{
    const char *slash = file ? "/" : "";
    if (rc == ECGOTHER && cg->lib->get_last_errno() != 0)
        return sc_error_sys(err, cg->lib->get_last_errno(), "%s the control group %s:%s%s%s", what,
                            sc_cgroup_controller(cg, ctrl), name, slash, file ? file : "");
    return sc_error_set(err, SC_E_SYS, "%s the control group %s:%s%s%s: %s", what,
                        sc_cgroup_controller(cg, ctrl), name, slash, file ? file : "",
                        cg->lib->strerror(rc));
}

/* One group with one controller, as libcgroup wants it described. */
struct group {
    const struct sc_libcgroup *lib;
    struct cgroup *g; /* NULL: no memory */
    struct cgroup_controller *c;
};

static void group_done(struct group *group)
{
    if (group->g)
        group->lib->free(&group->g);
}

static struct group group_new(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name)
{
    struct group group = {.lib = cg->lib, .g = cg->lib->new_cgroup(name)};
    group.c = group.g ? cg->lib->add_controller(group.g, sc_cgroup_controller(cg, ctrl)) : NULL;
    if (!group.c)
        group_done(&group);
    return group;
}

int sc_cgroup_make(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                   struct sc_error *err)
{
    /* Not for one that is there: when cgroup_create_cgroup() fails, libcgroup 3 removes the
     * group. */
    if (sc_cgroup_exists(cg, ctrl, name))
        return 0;
    SC_CLEANUP(group_done) struct group group = group_new(cg, ctrl, name);
    if (!group.g)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a control group");
    mode_t mask = umask(022); /* libcgroup makes directories that the group may write */
    int rc = cg->lib->create_cgroup(group.g, 1);
    umask(mask);
    if (rc != 0)
        return failed(rc, "make", cg, ctrl, name, NULL, err);
    return sc_cgroup_exists(cg, ctrl, name)
               ? 0
               : sc_error_set(err, SC_E_SYS,
                              "make the control group %s:%s: the controller is not "
                              "handed down to it",
                              sc_cgroup_controller(cg, ctrl), name);
}

int sc_cgroup_remove(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                     bool *ret_left, struct sc_error *err)
{
    SC_FREE char *dir = sc_cgroup_path(cg, ctrl, name, NULL);
    if (!dir)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a control group");
    *ret_left = false;
    if (access(dir, F_OK) < 0)
        return sc_is_absent(errno) ? 0 : sc_error_sys(err, errno, "look at %s", dir);
    SC_CLEANUP(group_done) struct group group = group_new(cg, ctrl, name);
    if (!group.g)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a control group");
    /* Otherwise libcgroup moves the processes to the parent, where version 2 allows none. */
    int rc = cg->lib->delete_cgroup_ext(group.g, CGFLAG_DELETE_EMPTY_ONLY);
    if (rc != 0 && rc != ECGNONEMPTY)
        return failed(rc, "remove", cg, ctrl, name, NULL, err);
    *ret_left = access(dir, F_OK) == 0 || !sc_is_absent(errno);
    return 0;
}

int sc_cgroup_read(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                   const char *file, struct sc_buf *out, struct sc_error *err)
{
    char line[512];
    void *handle = NULL;
    SC_BUF struct sc_buf text = {.limit = SC_CGROUP_FILE_MAX};
    sc_buf_str(&text, "");
    int rc = cg->lib->read_value_begin(sc_cgroup_controller(cg, ctrl), name,
                                       (char *)(uintptr_t)file, &handle, line, sizeof(line));
    if (!handle) {
        int why = cg->lib->get_last_errno();
        int code = failed(rc, "read", cg, ctrl, name, file, err);
        if (why == ENOENT && err)
            err->code = SC_E_NOTFOUND;
        return why == ENOENT ? SC_E_NOTFOUND : code;
    }
    for (; rc == 0; rc = cg->lib->read_value_next(&handle, line, sizeof(line)))
        sc_buf_str(&text, line);
    cg->lib->read_value_end(&handle);
    sc_buf_add(&text, "", 0);
    rc = sc_buf_check(&text, file, err);
    if (rc < 0)
        return rc;
    if (!text.data && !(text.data = calloc(1, 1)))
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    sc_buf_free(out);
    *out = text;
    text = (struct sc_buf)SC_BUF_INIT;
    return 0;
}

int sc_cgroup_write(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                    const char *file, const char *value, struct sc_error *err)
{
    SC_CLEANUP(group_done) struct group group = group_new(cg, ctrl, name);
    if (!group.g || cg->lib->add_value_string(group.c, file, value) != 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a control group");
    int rc = cg->lib->modify_cgroup(group.g);
    return rc == 0 ? 0 : failed(rc, "set", cg, ctrl, name, file, err);
}
