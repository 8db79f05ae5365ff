/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a command takes what was given with it. */
#include "core/commands/cagefsctl_parse.h"

/* Of those that say which sites; NULL. */
static const char *not_taken_many(const struct sc_ctl_call *call)
{
    const struct sc_ctl_many *m = &call->many;
    const unsigned flags = call->command->flags;
    if (call->all && !(flags & (SC_CTL_MANY | SC_CTL_ONLY)))
        return "--all";
    if (flags & SC_CTL_MANY)
        return NULL;
    return m->n_users      ? "--user"
           : m->n_files    ? "--file"
           : m->n_except   ? "--exclude"
           : m->keep_going ? "--keep-going"
                           : NULL;
}

/* A modifier that the command does not take; NULL. */
static const char *not_taken(const struct sc_ctl_call *call)
{
    const unsigned flags = call->command->flags;
    if (call->anyway && !(flags & SC_CTL_ANYWAY))
        return "--anyway";
    if (call->dry_run && !(flags & SC_CTL_DRY_RUN))
        return "--dry-run";
    if (call->home != SC_HOME_UNSET && !(flags & SC_CTL_HOME))
        return "--home";
    if (call->learned && !(flags & SC_CTL_LEARNED))
        return "--learned";
    if (call->learned && call->dry_run)
        return "--learned with --dry-run";
    if (call->days && !(flags & SC_CTL_LEARN && call->learn == SC_CTL_LEARN_BEGIN))
        return "--days";
    if (call->learn != SC_CTL_LEARN_BEGIN && !(flags & SC_CTL_LEARN))
        return call->learn == SC_CTL_LEARN_STOP ? "--stop" : "--report";
    if (call->raw && !(flags & SC_CTL_RAW))
        return "--raw";
    if ((call->history.period || call->history.step) && !(flags & SC_CTL_HISTORY))
        return call->history.period ? "--period" : "--step";
    if (call->only && !(flags & SC_CTL_ONLY))
        return "--failing, --stale, --not-covered or --not-isolated";
    return not_taken_many(call);
}

void sc_ctl_check_call(struct sc_ctl_parse *p)
{
    const struct sc_ctl_command *c = p->call.command;
    size_t n = p->call.n;
    char like[SC_CTL_GUESS_MAX] = "";
    if (!c && n)
        sc_ctl_guess(p->call.names[0], sc_ctl_modifiers, SC_CTL_N_MODIFIERS, like);
    if (!c)
        SC_CTL_COMPLAIN(p, "no command is given: see cagefsctl --help%s", like);
    else if (not_taken(&p->call))
        SC_CTL_COMPLAIN(p, "--%s takes no %s; see cagefsctl --help", p->spelled,
                        not_taken(&p->call));
    else if (n < c->min && !p->call.many.n_users && !p->call.many.n_files && !p->call.all)
        SC_CTL_COMPLAIN(
            p, "--%s needs a name: cagefsctl --%s %s%s", p->spelled, p->spelled, c->operands,
            c->flags & SC_CTL_MANY ? ", or with --user USER, --file FILE or --all" : "");
    else if (n > c->max && c->max == 0)
        SC_CTL_COMPLAIN(p, "--%s takes no name, but '%s' is given; see cagefsctl --help",
                        p->spelled, p->call.names[0]);
    else if (n > c->max)
        SC_CTL_COMPLAIN(p, "--%s takes one %s, but '%s' is given too: call it once for each",
                        p->spelled, c->one, p->call.names[c->max]);
}
