/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/nobodys.h"

#include <string.h>

#include "core/base/paths.h"

bool sc_cron_is_nobodys(const struct sc_cron_site *site)
{
    return strcmp(site->docroot, SC_CRON_NO_SITE) == 0;
}

void sc_cron_count(struct sc_cron_nobodys *c, const struct sc_cron_site *site)
{
    c->unknown += site == &sc_cron_unknown;
    c->unclear += site == &sc_cron_unclear;
    c->doubted += site == &sc_cron_doubted;
}

static void say(struct sc_buf *out, size_t n, const char *whose, const char *why)
{
    if (n)
        sc_buf_fmt(out, "%s%zu entr%s %s do%s not run: %s, see sitecage-cron(7)",
                   out->len ? "; " : "", n, n == 1 ? "y" : "ies", whose, n == 1 ? "es" : "", why);
}

void sc_cron_say_nobodys(struct sc_buf *out, const struct sc_cron_nobodys *c, const char *whose)
{
    say(out, c->unknown, whose,
        "it costs too much to find out which site is meant; write the paths without variables");
    say(out, c->unclear, whose,
        "only the job itself finds out what it runs or where, and that may be an isolated site's; "
        "write the path, or start it by cagefs_enter_site");
    say(out, c->doubted, whose,
        "an isolated site may have left code where it works, in what was the site's own until a "
        "mark like composer.json came or went; if that is right, disable the isolation of that "
        "site and enable it again");
}
