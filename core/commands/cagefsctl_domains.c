/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/cagefsctl.h"

/* The names stand in the answer as the caller gave them. */
static void say(struct sc_ctl *c, const char *done)
{
    sc_out_fmt(c->out, "CloudLinux Isolates was %s for domain(s),\n", done);
    sc_out_words(c->out, c->names, c->n, ",");
    sc_out_fmt(c->out, "\n");
    sc_out_set_take(c->out, "domains", sc_json_texts(c->names, c->n));
}

int sc_ctl_enable(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_enable(c->server, c->names, c->n, c->watch, err);
    if (rc < 0)
        return rc;
    say(c, "enabled");
    return 0;
}

int sc_ctl_disable(struct sc_ctl *c, struct sc_error *err)
{
    int rc = sc_engine_disable(c->server, c->names, c->n, c->watch, err);
    if (rc < 0)
        return rc;
    say(c, "disabled");
    return 0;
}
