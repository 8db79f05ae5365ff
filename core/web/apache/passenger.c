/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passenger runs an application that it finds around a document root, whatever handler the request
 * has. That it will is noted in the request's pool (src/apache2_module/Hooks.cpp: "the existence of a
 * request note means that the handler should be run"). */
#include "core/web/apache/mod.h"

#define MODULE "mod_passenger.c"
#define NOTE   "Phusion Passenger"

bool sc_mod_passenger_is(void)
{
    return ap_find_linked_module(MODULE) != NULL;
}

int sc_mod_passenger_judge(request_rec *r, const struct sc_web_site *site)
{
    void *note = NULL;
    return apr_pool_userdata_get(&note, NOTE, r->pool) == APR_SUCCESS && note
               ? sc_mod_refuse(r, site, HTTP_SERVICE_UNAVAILABLE,
                               "Passenger would run an application outside of the site: write "
                               "PassengerEnabled off in its virtual host",
                               r->filename)
               : 0;
}

/* Also where its note has another name: what it does not run is a file or 404. */
int sc_mod_passenger_without(request_rec *r)
{
    const apr_array_header_t *hooks = ap_hook_get_handler();
    for (int i = 0; hooks && i < hooks->nelts; i++) {
        const ap_LINK_handler_t *h = &APR_ARRAY_IDX(hooks, i, ap_LINK_handler_t);
        int rc = strcmp(h->szName, MODULE) == 0 ? DECLINED : h->pFunc(r);
        if (rc != DECLINED)
            return rc;
    }
    return DECLINED;
}
