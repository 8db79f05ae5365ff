/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/cgroups_lib.h"

#include <libcgroup.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/lazy.h"

/* What of libcgroup is used. */
/* clang-format off */
#define CGROUP_FUNCTIONS(X) \
    X(add_controller) X(add_value_string) X(free) X(get_last_errno) X(init) X(modify_cgroup) \
    X(new_cgroup) X(set_logger) X(strerror)
/* clang-format on */

#define POINTER(name) __typeof__(&cgroup_##name) name;
#define NAME(name)    "cgroup_" #name,
struct functions {
    CGROUP_FUNCTIONS(POINTER)
};
static const char *const function_names[] = {CGROUP_FUNCTIONS(NAME)};

struct sc_libcgroup {
    struct functions call; /* once it is ready */
    bool tried, ready;
};

/* libcgroup's own prints to stdout. */
static void say_nothing(void *arg, int level, const char *fmt, va_list ap)
{
    (void)arg;
    (void)level;
    (void)fmt;
    (void)ap;
}

struct sc_libcgroup *sc_cgroups_lib_new(void)
{
    return calloc(1, sizeof(struct sc_libcgroup));
}

/* Opening it takes a millisecond: it fills a megabyte of its own with zeros, and reads which hierarchies there are. */
static bool is_ready(struct sc_libcgroup *lib)
{
    const struct sc_lazy lazy = {.soname = SC_LIBCGROUP,
                                 .names = function_names,
                                 .n = sizeof(function_names) / sizeof(function_names[0])};
    if (lib->tried)
        return lib->ready;
    lib->tried = true;
    if (sc_lazy_load(&lazy, &lib->call, NULL) < 0)
        return false;
    lib->call.set_logger(say_nothing, CGROUP_LOG_ERROR, NULL);
    lib->ready = lib->call.init() == 0;
    return lib->ready;
}

/* libcgroup keeps the cause of its ECGOTHER aside. */
static int failed(int rc, const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                  const char *file, struct sc_error *err)
{
    const struct functions *call = &cg->lib->call;
    const char *of = sc_cgroup_controller(cg, ctrl);
    if (rc == ECGOTHER && call->get_last_errno() != 0)
        return sc_error_sys(err, call->get_last_errno(), "set the control group %s:%s/%s", of, name,
                            file);
    return sc_error_set(err, SC_E_SYS, "set the control group %s:%s/%s: %s", of, name, file,
                        call->strerror(rc));
}

/* One group with one controller, as libcgroup wants it described. */
struct group {
    const struct functions *call;
    struct cgroup *g; /* NULL: no memory */
    struct cgroup_controller *c;
};

static void group_done(struct group *group)
{
    if (group->g)
        group->call->free(&group->g);
}

static struct group group_new(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name)
{
    const struct functions *call = &cg->lib->call;
    struct group group = {.call = call, .g = call->new_cgroup(name)};
    group.c = group.g ? call->add_controller(group.g, sc_cgroup_controller(cg, ctrl)) : NULL;
    if (!group.c)
        group_done(&group);
    return group;
}

int sc_cgroups_lib_write(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                         const char *file, const char *value, struct sc_error *err)
{
    if (!is_ready(cg->lib))
        return sc_error_set(err, SC_E_PLATFORM, "libcgroup is not installed");
    SC_CLEANUP(group_done) struct group group = group_new(cg, ctrl, name);
    if (!group.g || group.call->add_value_string(group.c, file, value) != 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a control group");
    int rc = group.call->modify_cgroup(group.g);
    return rc == 0 ? 0 : failed(rc, cg, ctrl, name, file, err);
}
