/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/overview.h"

static const struct {
    const char *name, *code;
} states[SC_SITE_STATES] = {
    [SC_SITE_ISOLATED] = {"isolated", NULL},
    [SC_SITE_NOT_ISOLATED] = {"not isolated", NULL},
    [SC_SITE_LEARNS] = {"learning", "learning"},
    [SC_SITE_ENDS] = {"ending", "ending"},
    [SC_SITE_UNVERIFIED] = {"unverified", "unverified"},
    [SC_SITE_NOT_COVERED] = {"not covered", "not_covered"},
    [SC_SITE_STALE] = {"stale", "stale"},
    [SC_SITE_DOCROOT] = {"stale", "document_root"},
    [SC_SITE_FAILS] = {"failing", "failing"},
};

const char *sc_site_state_name(enum sc_site_state state)
{
    return states[state].name;
}

const char *sc_site_state_code(enum sc_site_state state)
{
    return states[state].code;
}

static enum sc_site_state of_isolated(const struct sc_status_row *r, const char **ret_reason)
{
    if (r->failing.since) {
        *ret_reason = r->failing.text;
        return SC_SITE_FAILS;
    }
    *ret_reason = r->stale;
    if (r->stale)
        return r->dead ? SC_SITE_DOCROOT : SC_SITE_STALE;
    *ret_reason = r->coverage_text;
    return r->coverage == SC_COVERAGE_COVERED      ? SC_SITE_ISOLATED
           : r->coverage == SC_COVERAGE_UNVERIFIED ? SC_SITE_UNVERIFIED
                                                   : SC_SITE_NOT_COVERED;
}

enum sc_site_state sc_site_state(const struct sc_status_row *r, const char **ret_reason)
{
    *ret_reason = NULL;
    if (r->isolated)
        return of_isolated(r, ret_reason);
    if (r->learning_until)
        return SC_SITE_LEARNS;
    return r->ending ? SC_SITE_ENDS : SC_SITE_NOT_ISOLATED;
}
