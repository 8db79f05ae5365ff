/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/facts.h"

#include <stdint.h>
#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/coverage/coverage.h"

void sc_heard_done(struct sc_heard *t)
{
    sc_domains_done(&t->domains);
    *t = (struct sc_heard)SC_HEARD_INIT;
}

void sc_uses_done(struct sc_uses *u)
{
    for (size_t i = 0; i < u->n; i++) {
        free((char *)(uintptr_t)u->v[i].rel);
        free((char *)(uintptr_t)u->v[i].site_rel);
    }
    free(u->v);
    *u = (struct sc_uses){0};
}

void sc_by_links_done(struct sc_by_links *l)
{
    for (size_t i = 0; i < l->n; i++)
        SC_FREE_ALL(l->v[i].site_rel, l->v[i].text, l->v[i].rel);
    free(l->v);
    *l = (struct sc_by_links){0};
}

void sc_facts_done(struct sc_facts *f)
{
    for (size_t i = 0; f->dirs && i < f->domains.n; i++)
        sc_dir_ids_done(&f->dirs[i]);
    free(f->dirs);
    sc_past_done(&f->past);
    sc_docroots_done(&f->docroots);
    sc_places_done(&f->places);
    sc_secrets_done(&f->secrets);
    sc_uses_done(&f->uses);
    sc_by_links_done(&f->by_link);
    sc_spellings_done(&f->spellings);
    sc_steady_done(&f->steady);
    free(f->kept);
    free(f->wp_config);
    sc_shown_done(&f->shown);
    sc_named_paths_done(&f->php);
    if (f->cover)
        sc_cover_server_done(f->cover);
    free(f->cover);
    sc_domains_done(&f->domains);
    sc_domains_config_free(&f->config);
    sc_domains_config_free(&f->held.was);
    sc_buf_free(&f->held.refused);
    sc_buf_free(&f->not_learning);
    sc_buf_free(&f->not_there);
    sc_plan_free(f->plan);
    sc_event_list_done(&f->hints);
    free(f->agreed);
    sc_domain_list_done(&f->before);
    sc_renames_done(&f->renames);
    *f = (struct sc_facts){0};
}
