/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/virtualmin/virtualmin.h"

#include "generic/virtualmin/enroll.h"
#include "generic/virtualmin/event.h"
#include "hooks/adapter/web_paths.h"

const char *sc_vm_prefix(const struct sc_caller *c)
{
    const struct sc_vm *place = c->place;
    return place ? place->prefix : "";
}

static int hook(const struct sc_hook_input *in, struct sc_events *ret, struct sc_error *err)
{
    (void)err;
    sc_vm_event(in->env, ret);
    return 0;
}

static int enroll(struct sc_error *err)
{
    return sc_vm_enroll("", true, err);
}

static int unenroll(struct sc_error *err)
{
    int rc = sc_vm_enroll("", false, err);
    return rc == SC_E_NOTFOUND ? 0 : rc;
}

static int status(struct sc_buf *ret_text, struct sc_error *err)
{
    int rc = sc_vm_enrolled("", err);
    if (rc == 0)
        sc_buf_fmt(ret_text,
                   "%s: Sitecage is in the command that it runs after changes, and its files in "
                   "%s are watched",
                   SC_VM_TITLE, SC_VM_DOMAINS);
    return rc;
}

static int paths(struct sc_buf *out, struct sc_error *err)
{
    sc_buf_str(out, SC_VM_DOMAINS "\n");
    return sc_web_paths(out, err);
}

const struct sc_adapter_ops sc_virtualmin_ops = {
    .name = "virtualmin",
    .program = "generic",
    .title = SC_VM_TITLE,
    .domains = sc_vm_domains,
    .all_as_one = true,
    .users = sc_vm_users,
    .panel_info = sc_vm_panel_info,
    .hook = hook,
    .enroll = enroll,
    .unenroll = unenroll,
    .status = status,
    .paths = paths,
};
