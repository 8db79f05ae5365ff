/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/generic.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/users.h"
#include "generic/hook.h"
#include "generic/ini.h"
#include "generic/page/page.h"

/* What cannot be looked up counts as there. */
static bool is_user(const char *name)
{
    SC_CLEANUP(sc_user_done) struct sc_user known = {0};
    return sc_user_by_name(name, &known, NULL) != SC_E_NOTFOUND;
}

struct sc_generic_conf sc_generic_conf(const struct sc_caller *c)
{
    struct sc_generic_conf conf = {
        .ini = SC_INTEGRATION_INI, .max_bytes = SC_GENERIC_MAX_BYTES, .is_user = is_user};
    if (c->place)
        conf = *(const struct sc_generic_conf *)c->place;
    conf.timeout_ms = c->timeout_ms;
    conf.home = c->home;
    return conf;
}

static int hook(const struct sc_hook_input *in, struct sc_events *ret, struct sc_error *err)
{
    const char *command = sc_generic_command(in->event);
    if (!command)
        return sc_error_set(err, SC_E_INVAL, "there is no such hook");
    int rc = sc_generic_hook(command, in->args, ret, err);
    return rc == SC_E_INVAL && ret->n > 0 ? 0 : rc; /* the hints are what there is to do */
}

int sc_generic_check_commands(const char *dir, const char *exe, struct sc_error *err)
{
    struct stat want, st;
    if (stat(exe, &want) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", exe);
    for (size_t i = 0; sc_generic_commands[i]; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", dir, sc_generic_commands[i]);
        const char *wrong = NULL;
        if (stat(path, &st) < 0)
            wrong = "is missing";
        else if (st.st_dev != want.st_dev || st.st_ino != want.st_ino)
            wrong = "is not Sitecage's";
        else if (access(path, X_OK) < 0)
            wrong = "cannot be executed";
        if (wrong)
            return sc_error_set(err, SC_E_NOTFOUND,
                                "%s %s: the panel's changes are seen by the timer alone until it "
                                "is put right (ln -sfn %s %s)",
                                path, wrong, exe, path);
    }
    return 0;
}

static int check(struct sc_error *err)
{
    return sc_generic_check_commands(SC_GENERIC_HOOKS_DIR, SC_LIBEXECDIR "/sitecage-generic", err);
}

static int status(struct sc_buf *ret_text, struct sc_error *err)
{
    int rc = check(err);
    if (rc == 0)
        sc_buf_fmt(ret_text, "%s: the hook commands are in %s, for the panel to call",
                   sc_generic_ops.title, SC_GENERIC_HOOKS_DIR);
    return rc;
}

static int page_put(struct sc_error *err)
{
    return sc_generic_page_put(SC_INTEGRATION_INI, err);
}

static int page_take(struct sc_error *err)
{
    return sc_generic_page_take(SC_INTEGRATION_INI, err);
}

static int page_look(struct sc_error *err)
{
    return sc_generic_page_look(SC_INTEGRATION_INI, err);
}

const struct sc_adapter_ops sc_generic_ops = {
    .name = "generic",
    .title = "integration scripts",
    .domains = sc_generic_domains,
    .all_as_one = true,
    .users = sc_generic_users,
    .panel_info = sc_generic_panel_info,
    .hook = hook,
    .enroll = check, /* the panel calls the commands by itself */
    .status = status,
    .page_put = page_put,
    .page_take = page_take,
    .page_look = page_look,
    .paths = sc_generic_paths,
};
