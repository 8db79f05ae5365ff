/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fakes/tools_private.h"
#include "tests/unit/fixture.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/base/digest.h"
#include "core/base/vec.h"

/* ---- core/ending ---- */

static uint64_t digest(const char *plan)
{
    return plan ? sc_digest_text(SC_DIGEST_BEGIN, plan) : 0;
}

static int ending_close(uid_t uid, unsigned id, int ms, bool *ret_closed, struct sc_error *err)
{
    int rc = tools_begin(err, "ending.close", " %u %u %d", (unsigned)uid, id, ms);
    if (rc < 0)
        return rc;
    struct fake_site *s = tools_the_site(uid, id);
    free(sc_steal_ptr(&s->view));
    *ret_closed = s->running;
    s->closes += s->running;
    s->former_plan = digest(s->plan);
    s->former += s->running;
    s->running = false;
    return 0;
}

static void end_former(struct fake_site *s)
{
    s->ends += s->former;
    s->former = 0;
}

static int ending_now(uid_t uid, unsigned id, struct sc_error *err)
{
    int rc = tools_begin(err, "ending.now", " %u %u", (unsigned)uid, id);
    for (size_t i = 0; rc == 0 && i < tools_n_sites; i++)
        if (tools_sites[i].uid == uid && (id == 0 || tools_sites[i].id == id))
            end_former(&tools_sites[i]);
    return rc;
}

static int ending_outdated(uid_t uid, unsigned id, struct sc_error *err)
{
    int rc = tools_begin(err, "ending.outdated", " %u %u", (unsigned)uid, id);
    for (size_t i = 0; rc == 0 && i < tools_n_sites; i++)
        if (tools_sites[i].uid == uid && tools_sites[i].id == id &&
            tools_sites[i].former_plan != digest(tools_sites[i].plan))
            end_former(&tools_sites[i]);
    return rc;
}

static int ending_wait(uid_t uid, int64_t wait_ms, size_t *ret_left, struct sc_error *err)
{
    (void)wait_ms;
    int rc = tools_begin(err, "ending.wait", " %u", (unsigned)uid);
    if (rc < 0)
        return rc;
    *ret_left = 0;
    for (size_t i = 0; i < tools_n_sites; i++) {
        if (tools_sites[i].uid == uid && !tools_sites[i].busy)
            end_former(&tools_sites[i]);
        *ret_left += tools_sites[i].uid == uid ? tools_sites[i].former : 0;
    }
    return 0;
}

static int ending_list(uid_t uid, struct sc_ending_list *ret, struct sc_error *err)
{
    int rc = tools_begin(err, "ending.list", " %u", (unsigned)uid);
    *ret = (struct sc_ending_list){0};
    for (size_t i = 0; rc == 0 && i < tools_n_sites; i++) {
        const struct fake_site *s = &tools_sites[i];
        if (s->uid != uid || !s->former)
            continue;
        assert_true(SC_VEC_ROOM(ret->v, ret->n));
        ret->v[ret->n++] = (struct sc_ending){.id = s->id, .token = strdup(s->token)};
    }
    return rc;
}

static int ending_start(uid_t uid, struct sc_error *err)
{
    int rc = tools_begin(err, "ending.start", " %u", (unsigned)uid);
    tools_the_account(uid)->finishers += rc == 0;
    return rc;
}

static int ending_unnote(uid_t uid, struct sc_error *err)
{
    return tools_begin(err, "ending.unnote", " %u", (unsigned)uid);
}

const struct sc_ending_tools tools_ending = {.close = ending_close,
                                             .now = ending_now,
                                             .outdated = ending_outdated,
                                             .wait = ending_wait,
                                             .list = ending_list,
                                             .start = ending_start,
                                             .unnote = ending_unnote};
