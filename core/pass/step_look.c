/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that find out what is. */
#include "core/facts/gather.h"
#include "core/pass/identify.h"
#include "core/pass/step.h"

int sc_step_ask(struct sc_pass *p, struct sc_error *err)
{
    return sc_facts_ask(p->s, p->a, p->how, p->heard, p->f, err);
}

int sc_step_identify(struct sc_pass *p, struct sc_error *err)
{
    const struct sc_identity me = sc_facts_identity(p->a, p->f);
    return sc_pass_identify(p->s, &me, &p->f->renamed, err);
}

int sc_step_facts(struct sc_pass *p, struct sc_error *err)
{
    return sc_facts_complete(p->s, p->a, p->how, p->f, err);
}
