/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fakes/tools_private.h"
#include "tests/unit/fixture.h"

#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"

/* ---- core/limits, core/cron ---- */

static int groups_open(struct sc_cgroups **ret, struct sc_error *err)
{
    int rc = tools_begin(err, "groups.open", "%s", "");
    return rc < 0 ? rc : (*ret = calloc(1, sizeof(**ret))) ? 0 : SC_E_NOMEM;
}

static int groups_check(const struct sc_cgroups *cg, const char *home,
                        const struct sc_limits *limits, unsigned *ret_bad, struct sc_error *err)
{
    (void)cg;
    (void)home;
    int rc = tools_begin(err, "groups.check", "%s", "");
    unsigned bad = limits->set & tools_limits_bad;
    if (rc < 0 || !bad)
        return rc;
    if (ret_bad)
        *ret_bad = bad;
    return sc_error_set(err, SC_E_UNSUPPORTED, "a limit cannot be held by this kernel");
}

static int groups_make(const struct sc_cgroups *cg, uid_t uid, unsigned id, const char *home,
                       const struct sc_limits *limits, struct sc_limits_made *ret,
                       struct sc_error *err)
{
    (void)cg;
    (void)home;
    int rc = tools_begin(err, "groups.make", " %u %u %x", (unsigned)uid, id, limits->set);
    if (rc < 0)
        return rc;
    ret->groups[ret->n_groups++] = strdup("/sys/fs/cgroup/sitecage");
    ret->ctrls = SC_CTRLS_ALL;
    ret->held = limits->set;
    tools_the_site(uid, id)->group = true;
    return 0;
}

static int groups_join(uid_t uid, unsigned id, const struct sc_limits_made *made,
                       struct sc_error *err)
{
    (void)made;
    int rc = tools_begin(err, "groups.join", " %u %u", (unsigned)uid, id);
    tools_the_site(uid, id)->joins += rc == 0;
    return rc;
}

static bool stays(unsigned id, const struct sc_limits_keep *keep, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (keep[i].id == id && keep[i].ctrls)
            return true;
    return false;
}

static int groups_sweep(const struct sc_cgroups *cg, uid_t uid, const struct sc_limits_keep *keep,
                        size_t n, struct sc_error *err)
{
    (void)cg;
    int rc = tools_begin(err, "groups.sweep", " %u", (unsigned)uid);
    for (size_t i = 0; rc == 0 && i < tools_n_sites; i++)
        if (tools_sites[i].uid == uid && !stays(tools_sites[i].id, keep, n))
            tools_sites[i].group = false;
    return rc;
}

int tools_cron(const struct sc_cron_owner *o, const struct sc_cron_site *known, size_t n,
               struct sc_cron_found *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = tools_begin(err, "cron", " %u", (unsigned)o->uid);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < n; i++)
        if (known[i].isolated)
            sc_buf_fmt(&text, "%s%s:%s", text.len ? " " : "", known[i].docroot,
                       *known[i].token ? "yes" : "no");
    free(tools_the_account(o->uid)->cron);
    tools_the_account(o->uid)->cron = text.len ? strdup(text.data) : NULL;
    *ret = (struct sc_cron_found){.nobodys = {.unknown = tools_cron_unknown}};
    return 0;
}

const struct sc_group_tools tools_groups = {.open = groups_open,
                                            .check = groups_check,
                                            .make = groups_make,
                                            .join = groups_join,
                                            .sweep = groups_sweep};

int tools_system_cron(const struct sc_cron_owner *o, const struct sc_cron_site *known, size_t n,
                      struct sc_buf *ret_note, struct sc_error *err)
{
    (void)o;
    (void)known;
    (void)n;
    (void)ret_note;
    (void)err;
    return 0;
}
