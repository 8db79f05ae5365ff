/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/trial.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/run.h"
#include "core/cage/trial.h"
#include "core/pass/planfiles.h"

/* Names the programs that a trial succeeded with. In /run: another kernel is tried again. */
#define NOTE     SC_RUN_DIR "/lock/trial"
#define NOTE_MAX 512

#define TIMEOUT_MS 20000

#define BROKEN "install Sitecage again"
#define BLOCKED                                                                                    \
    "if this is a container, or something else confines this command, allow mounts, device nodes " \
    "and namespaces"

static int fill(struct sc_planfile *p, struct sc_error *err)
{
    p->id = 1;
    p->uid = SC_TRIAL_UID;
    p->gid = SC_TRIAL_UID;
    p->user = strdup("trial");
    p->token = strdup("00000000000000000000000000000000");
    p->home = strdup(SC_TRIAL_HOME);
    p->home_alias = strdup(SC_TRIAL_HOME);
    p->docroot = strdup("site");
    if (!p->user || !p->token || !p->home || !p->home_alias || !p->docroot)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    int rc = sc_entries_add(&p->entries, SC_ENTRY_CLOSED_DIR, "other", strlen("other"), err);
    if (rc == 0)
        rc = sc_entries_add(&p->entries, SC_ENTRY_DOCROOT, "site", strlen("site"), err);
    return rc;
}

static int make_plan(const struct sc_server *s, struct sc_buf *out, struct sc_error *err)
{
    const struct sc_account nobody = {.uid = SC_TRIAL_UID,
                                      .gid = SC_TRIAL_UID,
                                      .home = (char[]){SC_TRIAL_HOME},
                                      .homefd = -EBADF};
    SC_CLEANUP(sc_planner_done) struct sc_planner planner = {0};
    int rc = sc_planner_init(s, &nobody, NULL, &planner, err);
    if (rc == 0)
        rc = fill(&planner.common, err);
    return rc < 0 ? rc : sc_planfile_write(&planner.common, out, err);
}

static int cannot(const char *who, const char *why, const char *way_out, struct sc_error *err)
{
    return sc_error_set(
        err, SC_E_PLATFORM,
        "a site's view cannot be built on this server: %s%s: %s, then see cagefsctl "
        "--site-isolation-check",
        who, why, way_out);
}

/* Status 1: it says which step failed. Anything else is not its way to end. */
static int judge(const struct sc_run_result *result, struct sc_error *err)
{
    char how[512];
    if (sc_run_ok(result))
        return 0;
    sc_run_how(result, how, sizeof(how));
    bool said = WIFEXITED(result->status) && WEXITSTATUS(result->status) == 1;
    return cannot(SC_BUILD_EXE " ", how, said ? BLOCKED : BROKEN, err);
}

int sc_trial_run(const struct sc_server *s, struct sc_error *err)
{
    SC_BUF struct sc_buf plan = {.limit = SC_PLANFILE_MAX_BYTES};
    SC_RUN_RESULT struct sc_run_result result = SC_RUN_RESULT_INIT;
    struct sc_error why = SC_ERROR_INIT;
    int rc = make_plan(s, &plan, err);
    if (rc < 0)
        return rc;
    const struct sc_run_spec spec = {.argv = (const char *const[]){SC_BUILD_EXE, "--try", NULL},
                                     .input = plan.data,
                                     .input_len = plan.len,
                                     .timeout_ms = TIMEOUT_MS};
    return sc_run(&spec, &result, &why) < 0 ? cannot("", why.text, BROKEN, err)
                                            : judge(&result, err);
}

static void add_program(struct sc_buf *b, const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0)
        sc_buf_fmt(b, "%s %llu %llu %lld.%09ld\n", path, (unsigned long long)st.st_dev,
                   (unsigned long long)st.st_ino, (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

/* *ret_now: the text of a note about the programs that are installed now. */
static bool is_noted(struct sc_buf *ret_now)
{
    SC_BUF struct sc_buf noted = SC_BUF_INIT;
    add_program(ret_now, SC_BUILD_EXE);
    add_program(ret_now, SC_KEEPER_EXE);
    return ret_now->len && sc_read_file(NOTE, NOTE_MAX, &noted, NULL) == 0 &&
           noted.len == ret_now->len && memcmp(noted.data, ret_now->data, noted.len) == 0;
}

int sc_trial_once(const struct sc_server *s, struct sc_error *err)
{
    SC_BUF struct sc_buf now = {.limit = NOTE_MAX};
    return is_noted(&now) ? 0 : sc_trial_run(s, err);
}

void sc_trial_note(void)
{
    SC_BUF struct sc_buf now = {.limit = NOTE_MAX};
    if (!is_noted(&now) && now.len)
        (void)sc_replace_file(NOTE, 0600, now.data, now.len,
                              NULL); /* else there is another trial */
}
