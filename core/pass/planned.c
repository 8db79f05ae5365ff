/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/planned.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/paths.h"

#define KEPT_MS 10000 /* the server may change while others' turns last */

void sc_planned_done(struct sc_planned *k)
{
    sc_planfile_done(&k->common);
    free(k->around);
    *k = (struct sc_planned){0};
}

static bool lies_in(const char *home, const char *dir)
{
    const char *slash = strrchr(home, '/');
    size_t n = slash ? (size_t)(slash - home) : 0;
    return strlen(dir) == n && strncmp(home, dir, n) == 0;
}

/* passwd and group have the account alone. */
static int add_line(const struct sc_sysline *l, uid_t uid, struct sc_planfile *p,
                    struct sc_error *err)
{
    char own[64];
    bool passwd = strcmp(l->a, "/etc/passwd") == 0;
    if (strcmp(l->kind, "bind") != 0 || !(passwd || strcmp(l->a, "/etc/group") == 0))
        return sc_planfile_add_sys(p, l->kind, l->a, l->b, err);
    snprintf(own, sizeof(own), SC_RUN_DIR "/%u/%s", (unsigned)uid, passwd ? "passwd" : "group");
    return sc_planfile_add_sys(p, l->kind, l->a, own, err);
}

static int copy(const struct sc_planfile *from, uid_t uid, struct sc_planfile *to,
                struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < from->n_sys; i++)
        rc = add_line(&from->sys[i], uid, to, err);
    return rc;
}

int sc_planned_take(const struct sc_planned *k, const struct sc_account *a, struct sc_planfile *ret,
                    struct sc_error *err)
{
    SC_CLEANUP(sc_planfile_done) struct sc_planfile p = {0};
    if (!k || !k->around || sc_clock_ms() - k->at > KEPT_MS || !lies_in(a->home, k->around))
        return 0;
    int rc = copy(&k->common, a->uid, &p, err);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &p);
    return 1;
}

int sc_planned_keep(struct sc_planned *k, const struct sc_account *a,
                    const struct sc_planfile *common, struct sc_error *err)
{
    SC_CLEANUP(sc_planned_done) struct sc_planned new = {.at = sc_clock_ms()};
    const char *slash = strrchr(a->home, '/');
    new.around = strndup(a->home, slash ? (size_t)(slash - a->home) : 0);
    if (!new.around)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    int rc = copy(common, a->uid, &new.common, err);
    if (rc < 0)
        return rc;
    sc_planned_done(k);
    SC_MOVE(k, &new);
    return 0;
}
