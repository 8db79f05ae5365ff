/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/limits/cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/limits/cgroups_files.h"
#include "core/limits/cgroups_lib.h"
#include "core/base/there.h"
#include "core/base/file.h"
#include "core/base/paths.h"

void sc_cgroup_account_name(const struct sc_cgroups *cg, uid_t uid, char out[SC_CGROUP_NAME_MAX])
{
    snprintf(out, SC_CGROUP_NAME_MAX, "%s/%u", cg->base, (unsigned)uid);
}

void sc_cgroup_site_name(const struct sc_cgroups *cg, uid_t uid, unsigned id,
                         char out[SC_CGROUP_NAME_MAX])
{
    snprintf(out, SC_CGROUP_NAME_MAX, "%s/%u/%u", cg->base, (unsigned)uid, id);
}

int sc_cgroups_open(struct sc_cgroups **ret, struct sc_error *err)
{
    SC_CLEANUP(sc_cgroups_freep) struct sc_cgroups *cg = calloc(1, sizeof(*cg));
    if (!cg)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    int rc = sc_cgroups_files_open(cg, err);
    if (rc < 0)
        return rc;
    sc_cgroup_base_find(cg);
#ifdef SC_LIBCGROUP
    if (!cg->delegated && !(cg->lib = sc_cgroups_lib_new()))
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
#endif
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
    return rc < 0 ? rc : sc_lock_file(path, ret_fd, err);
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

int sc_cgroup_make(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                   struct sc_error *err)
{
    if (sc_cgroup_exists(cg, ctrl, name))
        return 0;
    int rc = sc_cgroups_files_make(cg, ctrl, name, err);
    if (rc < 0 || sc_cgroup_exists(cg, ctrl, name))
        return rc;
    return sc_error_set(err, SC_E_SYS,
                        "make the control group %s:%s: the controller is not handed down to it",
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
    int rc = sc_cgroups_files_remove(cg, ctrl, name, err);
    if (rc < 0)
        return rc;
    *ret_left = access(dir, F_OK) == 0 || !sc_is_absent(errno);
    return 0;
}

int sc_cgroup_read(const struct sc_cgroups *cg, enum sc_ctrl ctrl, const char *name,
                   const char *file, struct sc_buf *out, struct sc_error *err)
{
    SC_BUF struct sc_buf text = {.limit = SC_CGROUP_FILE_MAX};
    sc_buf_str(&text, "");
    int rc = sc_cgroups_files_read(cg, ctrl, name, file, &text, err);
    if (rc < 0)
        return rc;
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
#ifdef SC_LIBCGROUP
    int rc = cg->lib ? sc_cgroups_lib_write(cg, ctrl, name, file, value, err) : SC_E_PLATFORM;
    if (rc != SC_E_PLATFORM)
        return rc;
#endif
    return sc_cgroups_files_write(cg, ctrl, name, file, value, err);
}
