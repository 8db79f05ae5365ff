/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cage/learning.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/base/run.h"
#include "core/base/there.h"
#include "core/cage/masks.h"

void sc_learn_name(unsigned uid, const char *docroot_rel, char out[SC_LEARN_NAME_SIZE])
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (const char *p = docroot_rel; *p; p++)
        h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    snprintf(out, SC_LEARN_NAME_SIZE, "%u-%016" PRIx64, uid, h);
}

const struct sc_sysline *sc_learning_line(const struct sc_planfile *plan)
{
    for (size_t i = plan->n_sys; i-- > 0;)
        if (strcmp(plan->sys[i].kind, SC_LEARN_KIND) == 0)
            return &plan->sys[i];
    return NULL;
}

int sc_learning_add(struct sc_planfile *plan, int64_t until, struct sc_error *err)
{
    char record[SC_LEARN_NAME_SIZE], time[32];
    sc_learn_name((unsigned)plan->uid, plan->docroot, record);
    snprintf(time, sizeof(time), "%" PRId64, until);
    return sc_planfile_add_sys(plan, SC_LEARN_KIND, record, time, err);
}

int sc_learning_mark(int masksfd, struct sc_error *err)
{
    SC_FD int fd = openat(masksfd, SC_CAGE_LEARNS, O_WRONLY | O_CREAT | O_CLOEXEC, 0);
    return fd < 0 ? sc_error_sys(err, errno, "create " SC_CAGE_LEARNS " in the cage") : 0;
}

bool sc_learning_differs(const struct sc_planfile *plan, pid_t keeper)
{
    char mark[80];
    snprintf(mark, sizeof(mark), "/proc/%d/root/" SC_CAGE_DIR "/" SC_CAGE_LEARNS, (int)keeper);
    if (access(mark, F_OK) < 0 && !sc_is_absent(errno))
        return true; /* not known: the view ends */
    return (access(mark, F_OK) == 0) != (sc_learning_line(plan) != NULL);
}

void sc_learning_record(const struct sc_planfile *plan)
{
    char uid[16], id[16], how[512];
    if (!sc_learning_line(plan))
        return;
    snprintf(uid, sizeof(uid), "%u", (unsigned)plan->uid);
    snprintf(id, sizeof(id), "%u", plan->id);
    const char *const argv[] = {SC_LEARN_EXE, uid, id, NULL};
    const struct sc_run_spec spec = {.argv = argv, .timeout_ms = 5000};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error why = SC_ERROR_INIT;
    if (sc_run(&spec, &r, &why) == 0 && sc_run_ok(&r))
        return;
    if (!why.code)
        sc_run_how(&r, how, sizeof(how));
    sc_log("site %s of %s: what it uses is not recorded: %s", plan->docroot, plan->user,
           why.code ? why.text : how);
}
