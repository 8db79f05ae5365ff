/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/facts.h"

#include <stdlib.h>

void sc_heard_done(struct sc_heard *t)
{
    sc_domains_done(&t->domains);
    *t = (struct sc_heard)SC_HEARD_INIT;
}

void sc_facts_done(struct sc_facts *f)
{
    sc_docroots_done(&f->docroots);
    sc_places_done(&f->places);
    sc_secrets_done(&f->secrets);
    sc_domains_done(&f->domains);
    sc_domains_config_free(&f->config);
    sc_plan_free(f->plan);
    sc_event_list_done(&f->hints);
    free(f->agreed);
    sc_domain_list_done(&f->before);
    sc_renames_done(&f->renames);
    *f = (struct sc_facts){0};
}
