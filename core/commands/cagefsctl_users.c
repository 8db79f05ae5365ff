/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may use the feature, and what is done for whole users. */
#include "core/commands/cagefsctl.h"

static void set_names(struct sc_ctl *c)
{
    sc_out_set_take(c->out, "users", sc_json_texts(c->names, c->n));
}

static void set_mode(struct sc_ctl *c, enum sc_policy_mode mode)
{
    sc_out_set_take(c->out, "mode", sc_json_text(sc_policy_mode_name(mode)));
}

/* What was done for the users that were named, with `separator` between them. */
static void tell(struct sc_ctl *c, const char *done, const char *separator)
{
    sc_out_fmt(c->out, "%s", done);
    sc_out_words(c->out, c->names, c->n, separator);
    sc_out_fmt(c->out, "\n");
    set_names(c);
}

int sc_ctl_allow_all(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_allow_all(c->server, c->watch, err);
    if (rc < 0)
        return rc;
    sc_out_fmt(c->out, "CloudLinux Isolates was allowed for all users.\n");
    set_mode(c, SC_MODE_ALLOW_ALL);
    return 0;
}

int sc_ctl_deny_all(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_deny_all(c->server, c->watch, err);
    if (rc < 0)
        return rc;
    sc_out_fmt(c->out, "CloudLinux Isolates was denied for all users.\n");
    set_mode(c, SC_MODE_DENY_ALL);
    return 0;
}

int sc_ctl_allow(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_allow_users(c->server, c->names, c->n, c->watch, err);
    if (rc == 0)
        tell(c, "CloudLinux Isolates was allowed for user(s): ", ", ");
    return rc;
}

int sc_ctl_deny(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_deny_users(c->server, c->names, c->n, c->watch, err);
    if (rc == 0)
        tell(c, "CloudLinux Isolates was denied for user(s): ", ", ");
    return rc;
}

int sc_ctl_lock(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_lock_users(c->server, c->names, c->n, c->watch, err);
    if (rc == 0)
        tell(c, "CloudLinux Isolates was locked for user(s): ", ", ");
    return rc;
}

int sc_ctl_unlock(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_unlock_users(c->server, c->names, c->n, c->watch, err);
    if (rc == 0)
        tell(c, "CloudLinux Isolates was unlocked for user(s): ", ", ");
    return rc;
}

int sc_ctl_toggle_mode(struct sc_ctl *c, struct sc_error *err)
{
    enum sc_policy_mode mode;
    int rc = sc_engine_toggle_mode(c->server, &mode, c->watch, err);
    if (rc < 0)
        return rc;
    sc_out_fmt(c->out, "CloudLinux Isolates user mode toggled to '%s'.\n",
               sc_policy_mode_name(mode));
    set_mode(c, mode);
    return 0;
}

int sc_ctl_regenerate(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_regenerate(c->server, c->names, c->n, c->home, c->watch, err);
    if (rc == 0)
        tell(c, "Regenerated configuration CloudLinux Isolates for users:\n", "\n");
    return rc;
}

int sc_ctl_remount(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_remount(c->server, c->names, c->n, c->watch, err);
    if (rc == 0)
        tell(c, "Remounted: ", ", ");
    return rc;
}

int sc_ctl_remount_all(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_remount(c->server, NULL, 0, c->watch, err);
    if (rc < 0)
        return rc;
    sc_out_fmt(c->out, "Remounted all users\n");
    return 0;
}
