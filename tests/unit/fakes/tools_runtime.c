/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fakes/tools_private.h"
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"

/* ---- core/runtime ---- */

static int runtime_dir(uid_t uid, struct sc_error *err)
{
    return tools_begin(err, "runtime.dir", " %u", (unsigned)uid);
}

static int write_passwd(uid_t uid, gid_t gid, const char *user, struct sc_error *err)
{
    (void)gid;
    int rc = tools_begin(err, "runtime.write_passwd", " %u %s", (unsigned)uid, user);
    if (rc < 0)
        return rc;
    free(tools_the_account(uid)->passwd);
    tools_the_account(uid)->passwd = strdup(user);
    return 0;
}

static int make_socket(uid_t uid, unsigned id, struct sc_error *err)
{
    int rc = tools_begin(err, "runtime.make_socket", " %u %u", (unsigned)uid, id);
    if (rc == 0)
        tools_the_site(uid, id)->socket = tools_the_site(uid, id)->files = true;
    return rc;
}

static int write_plan(const struct sc_planfile *plan, bool *ret_changed,
                      struct sc_planfile *ret_was, struct sc_error *err)
{
    int rc = tools_begin(err, "runtime.write_plan", " %u %u", (unsigned)plan->uid, plan->id);
    if (rc < 0)
        return rc;
    struct fake_site *s = tools_the_site(plan->uid, plan->id);
    char *now = tools_plan_text(plan);
    if (ret_changed)
        *ret_changed = !s->plan || strcmp(s->plan, now) != 0;
    if (ret_was && s->plan && strcmp(s->plan, now) != 0)
        assert_int_equal(sc_planfile_parse(s->plan, strlen(s->plan), ret_was, NULL), 0);
    free(s->plan);
    s->plan = now;
    snprintf(s->token, sizeof(s->token), "%s", plan->token);
    s->files = true;
    return 0;
}

static int remove_plan(uid_t uid, unsigned id, struct sc_error *err)
{
    int rc = tools_begin(err, "runtime.remove_plan", " %u %u", (unsigned)uid, id);
    if (rc == 0)
        free(sc_steal_ptr(&tools_the_site(uid, id)->plan));
    return rc;
}

static int write_table(uid_t uid, const char *home, const struct sc_plan *plan, const unsigned *ids,
                       const struct sc_limits_made *limits, struct sc_error *err)
{
    (void)home;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = tools_begin(err, "runtime.write_table", " %u", (unsigned)uid);
    if (rc < 0)
        return rc;
    sc_buf_str(&text, "");
    for (size_t i = 0; i < plan->n_sites; i++)
        if (plan->sites[i].isolated)
            sc_buf_fmt(&text, "%s%s:%u%s", text.len ? " " : "", plan->sites[i].names[0], ids[i],
                       limits[i].held ? "+" : "");
    free(tools_the_account(uid)->table);
    tools_the_account(uid)->table = strdup(text.data);
    return 0;
}

static bool has_groups(uid_t uid)
{
    const struct fake_account *a = tools_account(uid);
    return a && a->table && strchr(a->table, '+');
}

static int mark(uid_t uid, bool on, struct sc_error *err)
{
    int rc = tools_begin(err, "runtime.mark", " %u", (unsigned)uid);
    if (rc == 0)
        tools_the_account(uid)->mark = on;
    return rc;
}

static int unlist(uid_t uid, struct sc_error *err)
{
    int rc = tools_begin(err, "runtime.unlist", " %u", (unsigned)uid);
    if (rc < 0)
        return rc;
    free(sc_steal_ptr(&tools_the_account(uid)->table));
    tools_the_account(uid)->mark = false;
    return 0;
}

static int runtime_sites(uid_t uid, unsigned **ret, size_t *ret_n, struct sc_error *err)
{
    int rc = tools_begin(err, "runtime.sites", " %u", (unsigned)uid);
    if (rc < 0)
        return rc;
    unsigned *ids = calloc(FAKE_SITES_MAX, sizeof(*ids));
    assert_non_null(ids);
    *ret_n = 0;
    for (size_t i = 0; i < tools_n_sites; i++)
        if (tools_sites[i].uid == uid && tools_sites[i].files)
            ids[(*ret_n)++] = tools_sites[i].id;
    *ret = ids;
    return 0;
}

static int runtime_sweep(uid_t uid, const unsigned *keep, size_t n, struct sc_error *err)
{
    int rc = tools_begin(err, "runtime.sweep", " %u", (unsigned)uid);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < tools_n_sites; i++)
        if (tools_sites[i].uid == uid && !tools_is_kept(tools_sites[i].id, keep, n)) {
            free(sc_steal_ptr(&tools_sites[i].plan));
            tools_sites[i].files = tools_sites[i].socket = false;
        }
    if (n)
        return 0;
    free(sc_steal_ptr(&tools_the_account(uid)->table));
    free(sc_steal_ptr(&tools_the_account(uid)->passwd));
    tools_the_account(uid)->mark = false;
    return 0;
}

const struct sc_runtime_tools tools_runtime = {.dir = runtime_dir,
                                               .write_passwd = write_passwd,
                                               .make_socket = make_socket,
                                               .write_plan = write_plan,
                                               .remove_plan = remove_plan,
                                               .write_table = write_table,
                                               .has_groups = has_groups,
                                               .mark = mark,
                                               .unlist = unlist,
                                               .sites = runtime_sites,
                                               .sweep = runtime_sweep};
