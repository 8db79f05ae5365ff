/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose .htaccess speaks for a site's requests: its own, and those above all sites. */
#include "core/web/apache/mod.h"

#include "core/web/apache/path.h"
#include "core/web/apache/stand_in.h"

APLOG_USE_MODULE(sitecage);

/* The file's own name must not be a link that somebody in a site made. */
static apr_status_t open_above(request_rec *r, const char *dir, const char *name,
                               ap_configfile_t **ret, const char **ret_name)
{
    struct sc_web_context *now = sc_web_now();
    *ret_name = ap_make_full_path(r->pool, dir, name);
    now->above = true;
    apr_status_t rv = ap_pcfg_openfile(ret, r->pool, *ret_name);
    now->above = false;
    return rv;
}

static apr_status_t on_htaccess(request_rec *r, const char *dir, const char *name,
                                ap_configfile_t **ret, const char **ret_name)
{
    char clean[PATH_MAX], room[PATH_MAX];
    const struct sc_web_context *now = sc_web_now();
    if (!sc_mod || !now->site || sc_web_path_clean(dir, clean) == 0)
        return AP_DECLINED;
    const struct sc_web_place *place = sc_web_table_containing(now->table, clean);
    if (place && sc_web_place_is_of(place, now->site))
        return AP_DECLINED; /* its own, opened as the site sees it */
    if (place) {
        *ret_name = ap_make_full_path(r->pool, dir, name);
        return APR_ENOENT; /* another site's, around it */
    }
    /* outside of the home, and what users can write there, is looked at as any file */
    return sc_web_inside(now, clean, room) || sc_web_table_near_home(now->table, clean)
               ? open_above(r, dir, name, ret, ret_name)
               : AP_DECLINED;
}

void sc_mod_htaccess_hooks(apr_pool_t *p)
{
    (void)p;
    ap_hook_open_htaccess(on_htaccess, NULL, NULL, APR_HOOK_REALLY_FIRST);
}
