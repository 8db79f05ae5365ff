/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What events are about, and whether the panel's list includes already what they told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/account/renames.h"

bool sc_event_is(const struct sc_event_row *e, const char *kind)
{
    return strcmp(e->kind, kind) == 0;
}

const char *sc_event_domain(const struct sc_event_row *e)
{
    return e->old_name && *e->old_name ? e->old_name : NULL;
}

static bool same(const char *a, const char *b)
{
    return a && b && *b && strcmp(a, b) == 0;
}

/* Some event makes the name appear (or it is a domain that another event lets go). */
static bool appears(const struct sc_event_row *events, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if ((sc_event_is(&events[i], SC_KIND_DOMAIN_CREATED) && same(name, events[i].old_name)) ||
            (sc_event_is(&events[i], SC_KIND_DOMAIN_RENAMED) && same(name, events[i].new_name)))
            return true;
    return false;
}

static bool goes(const struct sc_event_row *events, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if ((sc_event_is(&events[i], SC_KIND_DOMAIN_DELETED) ||
             sc_event_is(&events[i], SC_KIND_DOMAIN_RENAMED)) &&
            same(name, events[i].old_name))
            return true;
    return false;
}

static const struct sc_domain_row *known(const struct sc_domain_list *before, const char *name)
{
    for (size_t i = 0; i < before->n; i++)
        if (strcmp(before->rows[i].name, name) == 0)
            return &before->rows[i];
    return NULL;
}

static bool docroot_changed(const struct sc_domain_list *before, const struct sc_domains *panel,
                            const char *name)
{
    if (name) {
        const struct sc_domain *now = sc_domains_find(panel, name);
        const struct sc_domain_row *was = known(before, name);
        return now && (!was || strcmp(was->docroot, now->docroot) != 0);
    }
    for (size_t i = 0; i < before->n; i++) {
        const struct sc_domain *now = sc_domains_find(panel, before->rows[i].name);
        if (!now || strcmp(now->docroot, before->rows[i].docroot) != 0)
            return true;
    }
    return before->n != panel->n;
}

/* What is awaited; false when nothing is. */
static bool awaits(const struct sc_event_row *events, size_t n, const struct sc_event_row *e,
                   const struct sc_domain_list *before, const struct sc_domains *panel, char *text,
                   size_t size)
{
    const char *domain = sc_event_domain(e), *there = NULL, *gone = NULL;
    if (sc_event_is(e, SC_KIND_DOCROOT_CHANGED)) {
        snprintf(text, size, "the document root of %s is the same as before",
                 domain ? domain : "the user's domains");
        return !docroot_changed(before, panel, domain);
    }
    if (!domain)
        return false;
    if (sc_event_is(e, SC_KIND_DOMAIN_CREATED))
        there = domain;
    else if (sc_event_is(e, SC_KIND_DOMAIN_DELETED))
        gone = domain;
    else if (sc_event_is(e, SC_KIND_DOMAIN_RENAMED))
        gone = domain, there = e->new_name;
    if (there && !sc_domains_find(panel, there) && !goes(events, n, there)) {
        snprintf(text, size, "domain %s is not there yet", there);
        return true;
    }
    if (gone && sc_domains_lists(panel, gone) && !appears(events, n, gone)) {
        snprintf(text, size, "domain %s is still there", gone);
        return true;
    }
    return false;
}

bool sc_events_agree(const struct sc_event_row *events, size_t n,
                     const struct sc_domain_list *before, const struct sc_domains *panel,
                     bool *done, char *missing, size_t missing_size)
{
    bool all = true;
    for (size_t i = 0; i < n; i++) {
        char text[512];
        if (strncmp(events[i].kind, "user-", 5) == 0 &&
            !sc_event_is(&events[i], SC_KIND_USER_CHANGED))
            continue;
        done[i] = !awaits(events, n, &events[i], before, panel, text, sizeof(text));
        if (!done[i] && all)
            snprintf(missing, missing_size, "%s", text);
        all &= done[i];
    }
    return all;
}
