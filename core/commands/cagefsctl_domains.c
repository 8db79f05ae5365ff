/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/cagefsctl.h"

#include <stdlib.h>
#include "core/base/cleanup.h"

/* What a command did, or would do, with domains. */
static void say(struct sc_ctl *c, const char *done, const char *const *names, size_t n)
{
    sc_out_fmt(c->out, "CloudLinux Isolates %s for domain(s),\n", done);
    sc_out_words(c->out, names, n, ",");
    sc_out_fmt(c->out, "\n");
    sc_out_set_take(c->out, "domains", sc_json_texts(names, n));
}

int sc_ctl_enable(struct sc_ctl *c, struct sc_error *err)
{
    if (sc_ctl_is_many(c))
        return sc_ctl_many(c, true, err);
    const struct sc_enable_how how = {.anyway = c->anyway, .home = c->home, .learned = c->learned};
    int rc = (c->dry_run ? sc_engine_enable_dry : sc_engine_enable)(c->server, c->names, c->n, &how,
                                                                    c->watch, err);
    if (rc < 0)
        return rc;
    say(c, c->dry_run ? "would be enabled" : "was enabled", c->names,
        c->n); /* as the caller gave them */
    return 0;
}

int sc_ctl_disable(struct sc_ctl *c, struct sc_error *err)
{
    if (sc_ctl_is_many(c))
        return sc_ctl_many(c, false, err);
    SC_CLEANUP(sc_names_done) struct sc_names others = {0};
    int rc = (c->dry_run ? sc_engine_disable_dry : sc_engine_disable)(c->server, c->names, c->n,
                                                                      c->watch, &others, err);
    if (rc < 0)
        return rc;
    /* done, whatever happens now: without memory it names fewer */
    SC_FREE const char **all = calloc(c->n + others.n, sizeof(*all));
    size_t n = 0;
    for (; all && n < c->n; n++)
        all[n] = c->names[n];
    for (size_t i = 0; all && i < others.n; i++)
        all[n++] = others.v[i];
    say(c, c->dry_run ? "would be disabled" : "was disabled", all ? all : c->names, all ? n : c->n);
    return 0;
}
