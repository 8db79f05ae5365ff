/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/cgroups_lib.h"

#include <errno.h>
#include <libcgroup.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/there.h"
#include "core/base/lazy.h"

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

/* libcgroup's own prints to stdout. */
static void say_nothing(void *arg, int level, const char *fmt, va_list ap)
{
    (void)arg;
    (void)level;
    (void)fmt;
    (void)ap;
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

int sc_cgroups_lib_open(struct sc_cgroups *cg, struct sc_error *err)
{
    int rc = load(cg, err);
    if (rc < 0)
        return rc;
    const struct sc_libcgroup *lib = cg->lib;
    lib->set_logger(say_nothing, CGROUP_LOG_ERROR, NULL);
    /* It fails on a machine without control groups, and then there are none. */
    if (lib->init() != 0)
        return 0;
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++)
        for (int k = 0; k < 2 && !cg->mount[i]; k++) {
            const char *name = sc_cgroup_names[i][k];
            if (name && lib->get_subsys_mount_point(name, &cg->mount[i]) == 0)
                cg->version[i] = sc_cgroup_version_at(cg->mount[i]);
        }
    return 0;
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

int sc_cgroups_lib_make(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                        struct sc_error *err)
{
    SC_CLEANUP(group_done) struct group group = group_new(cg, ctrl, name);
    if (!group.g)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a control group");
    mode_t mask = umask(022); /* libcgroup makes directories that the group may write */
    int rc = cg->lib->create_cgroup(group.g, 1);
    umask(mask);
    if (rc != 0)
        return failed(rc, "make", cg, ctrl, name, NULL, err);
    return 0;
}

int sc_cgroups_lib_remove(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                          struct sc_error *err)
{
    SC_CLEANUP(group_done) struct group group = group_new(cg, ctrl, name);
    if (!group.g)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a control group");
    /* Otherwise libcgroup moves the processes to the parent, where version 2 allows none. */
    int rc = cg->lib->delete_cgroup_ext(group.g, CGFLAG_DELETE_EMPTY_ONLY);
    return rc == 0 || rc == ECGNONEMPTY ? 0 : failed(rc, "remove", cg, ctrl, name, NULL, err);
}

int sc_cgroups_lib_read(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                        const char *file, struct sc_buf *text, struct sc_error *err)
{
    char line[512];
    void *handle = NULL;
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
        sc_buf_str(text, line);
    cg->lib->read_value_end(&handle);
    return 0;
}

int sc_cgroups_lib_write(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                         const char *file, const char *value, struct sc_error *err)
{
    SC_CLEANUP(group_done) struct group group = group_new(cg, ctrl, name);
    if (!group.g || cg->lib->add_value_string(group.c, file, value) != 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a control group");
    int rc = cg->lib->modify_cgroup(group.g);
    return rc == 0 ? 0 : failed(rc, "set", cg, ctrl, name, file, err);
}
