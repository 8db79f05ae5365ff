/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/ahead.h"

#include "core/facts/shown.h"
#include "core/server/platform.h"

static void look(void *arg)
{
    struct sc_ahead *a = arg;
    if (a->old || !a->server->looked) /* gathering facts did, where the panel was not asked */
        a->rc = sc_cover_server_again(a->must_stand, a->server, &a->why);
    if (a->rc == 0 && !a->must_stand)
        a->rc = sc_lsapi_check(&a->server->hosts, &a->why);
    if (a->rc == 0)
        a->rc = sc_shown_of_php(&a->php, &a->why);
}

void sc_ahead_begin(struct sc_ahead *a, struct sc_server *s, bool must_stand,
                    struct sc_cover_server *server)
{
    *a = (struct sc_ahead){.s = s,
                           .server = server,
                           .must_stand = must_stand,
                           .old = server->looked,
                           .todo = {.fn = look, .arg = a}};
    s->cover = server;
    s->php = &a->php;
    s->meanwhile = &a->todo;
}

int sc_ahead_end(struct sc_ahead *a, int rc, struct sc_error *err)
{
    sc_meanwhile_do(&a->todo);
    a->s->cover = NULL;
    a->s->meanwhile = NULL;
    if (a->rc < 0 && err)
        *err = a->why;
    return a->rc < 0 ? a->rc : rc;
}

void sc_ahead_done(struct sc_ahead *a)
{
    if (a->s)
        a->s->php = NULL;
    sc_named_paths_done(&a->php);
}
