/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a group's files are to say. */
#include "core/base/cleanup.h"
#include "core/limits/cgroups.h"
#include "core/limits/limits.h"
#include "core/limits/private.h"

/* 1: holds, or nothing to do; 0: not yet. */
static int setting_holds(const struct sc_cgroups *cg, const char *name, const struct sc_setting *s,
                         struct sc_buf *text, struct sc_error *err)
{
    int rc = sc_cgroup_read(cg, s->ctrl, name, s->file, text, err);
    if (rc == SC_E_NOTFOUND && (s->optional || !s->limits))
        return 1;
    return rc < 0 ? rc : sc_setting_holds(s, text->data);
}

/* Limits of disks that the home was on before. */
static int drop_foreign(const struct sc_cgroups *cg, const char *name, const struct sc_setting *s,
                        const char *text, struct sc_error *err)
{
    char value[96];
    int rc = 0;
    while (rc == 0 && s->by_device && text && sc_setting_foreign(s, &text, value, sizeof(value)))
        rc = sc_cgroup_write(cg, s->ctrl, name, s->file, value, err);
    return rc;
}

static int write_setting(const struct sc_cgroups *cg, const char *name, const struct sc_setting *s,
                         struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (!sc_cgroup_exists(cg, s->ctrl, name))
        return s->limits ? sc_error_set(err, SC_E_SYS, "there is no control group %s for limit %s",
                                        name, sc_limit_name(s->limit))
                         : 0;
    int rc = setting_holds(cg, name, s, &text, err);
    if (rc == 0)
        rc = sc_cgroup_write(cg, s->ctrl, name, s->file, s->value, err);
    return rc < 0 ? rc : drop_foreign(cg, name, s, text.data, err);
}

static int too_full(const struct sc_setting *s, const char *name, struct sc_error *err)
{
    if (err && s->ctrl == SC_CTRL_MEMORY && err->sys == EBUSY)
        return sc_error_set(
            err, SC_E_BUSY,
            "limit pmem: the processes of the site (%s) use more than %s bytes now; "
            "end them, or set it again later",
            name, s->value);
    return sc_error_wrap(err, "limit %s", sc_limit_name(s->limit));
}

/* What the kernel made of it is what counts. */
static int settle_setting(const struct sc_cgroups *cg, const char *name, const struct sc_setting *s,
                          struct sc_error *err)
{
    struct sc_error why = SC_ERROR_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = write_setting(cg, name, s, &why);
    if (rc == 0 && sc_cgroup_exists(cg, s->ctrl, name))
        rc = setting_holds(cg, name, s, &text, &why) == 1
                 ? 0
                 : sc_error_set(&why, SC_E_SYS, "%s did not take %s", s->file, s->value);
    if (rc == 0)
        return 0;
    rc = too_full(s, name, &why);
    if (err)
        *err = why;
    return rc;
}

/* There is nothing to write: the usual case. */
static bool all_hold(const struct sc_cgroups *cg, const char *name,
                     const struct sc_setting *settings, size_t n)
{
    unsigned there = 0;
    for (unsigned i = 0; i < SC_CTRL_COUNT; i++)
        there |= sc_cgroup_exists(cg, i, name) ? 1u << i : 0;
    bool hold = true;
    for (size_t i = 0; i < n && hold; i++) {
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        const struct sc_setting *s = &settings[i];
        const char *rest;
        char value[96];
        hold = !(there >> s->ctrl & 1) ? !s->limits : setting_holds(cg, name, s, &text, NULL) == 1;
        rest = text.data;
        if (hold && s->by_device && rest)
            hold = !sc_setting_foreign(s, &rest, value, sizeof(value));
    }
    return hold;
}

/* Writes twice where it must: memory.memsw.limit_in_bytes may never be below
 * memory.limit_in_bytes, so which one goes first depends on how they were. */
int sc_limits_write(const struct sc_cgroups *cg, const char *name,
                    const struct sc_setting *settings, size_t n, struct sc_error *err)
{
    int ret = 0;
    if (all_hold(cg, name, settings, n))
        return 0;
    for (size_t i = 0; i < n; i++)
        (void)write_setting(cg, name, &settings[i], NULL);
    for (size_t i = 0; i < n; i++) {
        if (ret == SC_E_BUSY && settings[i].ctrl == SC_CTRL_MEMORY)
            continue; /* the kernel takes no lower limit with swap either */
        int rc = settle_setting(cg, name, &settings[i], err);
        if (rc < 0 && rc != SC_E_BUSY)
            return rc;
        ret = rc < 0 ? rc : ret;
    }
    return ret;
}
