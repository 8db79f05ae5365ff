/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cPanel's standardized hooks say: the JSON document on a hook's stdin becomes events. */
#ifndef SC_CPANEL_EVENT_H
#define SC_CPANEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include "hooks/events/event.h"

/* What the parser has to ask about, because the document does not say it. Each may be NULL. */
struct sc_cpanel_lookup {
    /* Whether `name` (canonical) is a domain of the user. */
    bool (*is_domain_of)(const char *user, const char *name, void *arg);
    /* Who has the domain `name` (canonical), as far as Sitecage knows. */
    bool (*owner_of)(const char *name, char out[SC_OWNER_MAX + 1], void *arg);
    /* The user's main domain as the panel has it now. */
    bool (*main_now)(const char *user, char out[256], void *arg);
    /* The user's main domain before the change that is under way: as kept at its "pre" stage. */
    bool (*main_before)(const char *user, char out[256], void *arg);
    /* Keeps the main domain for the "post" stage; NULL forgets it. */
    void (*keep_main)(const char *user, const char *name, void *arg);
    void *arg;
};

/* Adds the events of a hook's document (cPanel, "Guide to Standardized Hooks": hook, context, data)
 * to *ret. Never fails: a document that cannot be read is RESYNC_ALL, an event that is not known
 * USER_CHANGED, an API 2 call that failed is nothing. Of keys given twice the last counts; a number
 * stands for its digits. The document holds passwords: nothing of it but names goes anywhere. */
void sc_cpanel_event_parse(const char *data, size_t len, const struct sc_cpanel_lookup *look,
                           struct sc_events *ret);

#endif
