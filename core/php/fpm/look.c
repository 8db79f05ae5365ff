/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pools serve a site, and do they run in it? Changes nothing. */
#include "core/php/fpm/apply.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/php/fpm/name.h"
#include "core/php/fpm/pass.h"
#include "core/php/fpm/supervisor.h"

/* Pools of hosts around the site that cannot be kept from it: its code runs there by their
 * names. */
static int look_around(struct sc_fpm_pass *p, const struct sc_fpm_site *site, struct sc_error *err)
{
    const struct sc_vhosts *hosts = sc_fpm_pass_hosts(p);
    const struct sc_web_whose inner = sc_fpm_pass_whose(p, site);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < hosts->n; i++) {
        const char *around = sc_host_docroot(&hosts->v[i]);
        bool seen = !hosts->v[i].n_listens || !around ||
                    sc_host_stands(&hosts->v[i], &inner) != SC_HOST_AROUND;
        for (size_t k = 0; k < i && !seen; k++)
            seen =
                sc_host_docroot(&hosts->v[k]) && strcmp(sc_host_docroot(&hosts->v[k]), around) == 0;
        if (seen)
            continue;
        struct sc_fpm_site outer = {.docroot = around, .texts = &around, .n_texts = 1};
        SC_FREE struct sc_fpm_use *uses = NULL;
        size_t n = 0;
        char text[1024];
        rc = sc_fpm_pass_uses(p, &outer, &uses, &n, err);
        for (size_t k = 0; rc == 0 && k < n; k++) {
            if (sc_fpm_use_is_fine(&uses[k]))
                continue;
            sc_fpm_around_text(&uses[k], site->docroot, text, sizeof(text));
            p->a->seen(p->a->arg, &uses[k], true, text);
        }
    }
    return rc;
}

/* The kernel's word: at the address of a pool that was taken over answers the site's supervisor, or
 * that of a pool that sites share. */
static void ask_kernel(const struct sc_fpm_pass *p, const struct sc_fpm_site *site,
                       struct sc_fpm_use *u)
{
    const char *listen = sc_fpm_use_at(u);
    bool split = u->how == SC_FPM_SPLIT, known = false;
    for (size_t i = 0; i < p->taken.n; i++) {
        const struct sc_fpm_taken *t = &p->taken.v[i];
        bool of_it = split ? t->id >= SC_FPM_SHARED_POOL : t->id == site->id;
        if (!of_it || t->leaving || *listen != '/' || strcmp(t->listen, listen) != 0)
            continue;
        pid_t is = 0, own = sc_fpm_supervisor(t->id, NULL);
        (void)sc_fpm_listener(listen, &is);
        known = true;
        if (is != 0 && own != 0 && is != own)
            u->how = SC_FPM_ANSWERED;
    }
    /* the shared master itself; also of a pool that came back, or is new, until the next pass */
    if (!known && (split || (p->a->stands && *listen == '/' && sc_fpm_listener(listen, NULL) != 0)))
        u->how = SC_FPM_ANSWERED;
}

int sc_fpm_look(const struct sc_fpm_account *a, const struct sc_fpm_site *site,
                struct sc_error *err)
{
    SC_CLEANUP(sc_fpm_pass_done) struct sc_fpm_pass p = {.a = a};
    SC_FREE struct sc_fpm_use *uses = NULL;
    size_t n = 0;
    char text[1024];
    int rc = sc_fpm_taken_load(a->uid, 0, &p.taken, NULL, err);
    if (rc == 0)
        rc = sc_fpm_pass_load(&p, err);
    if (rc == 0)
        rc = sc_fpm_pass_uses(&p, site, &uses, &n, err);
    bool spent = rc == 0 && sc_fpm_budget_is_spent(&p, site->id);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (spent && sc_fpm_use_is_fine(&uses[i]) && uses[i].how != SC_FPM_NONE)
            uses[i].how = SC_FPM_MANY;
        if ((uses[i].how == SC_FPM_COVERED || uses[i].how == SC_FPM_SPLIT) && site->id)
            ask_kernel(&p, site, &uses[i]);
        sc_fpm_use_text(&uses[i], text, sizeof(text));
        a->seen(a->arg, &uses[i], false, text);
    }
    return rc < 0 ? rc : look_around(&p, site, err);
}
