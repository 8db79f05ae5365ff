/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/virtualmin/event.h"

#include <string.h>
#include "hooks/adapter/variable.h"

#define PREFIX "VIRTUALSERVER_"

static bool differ(const char *a, const char *b)
{
    return a && b && strcmp(a, b) != 0;
}

/* A top-level server's user is the account: it can get another name. A sub-server's user changes with
 * it, or because the server was moved. */
static void modified(char *const *env, struct sc_events *events)
{
    const char *user = sc_hook_variable(env, PREFIX "USER"),
               *old_user = sc_hook_variable(env, PREFIX "OLDSERVER_USER"),
               *dom = sc_hook_variable(env, PREFIX "DOM"),
               *old_dom = sc_hook_variable(env, PREFIX "OLDSERVER_DOM");
    bool sub = sc_hook_variable(env, PREFIX "PARENT") != NULL;
    if (differ(old_user, user) && !sub)
        sc_event_add(events, SC_EVENT_USER_RENAMED,
                     &(struct sc_event_words){.user = old_user, .new_user = user});
    else if (differ(old_user, user))
        sc_event_add(events, SC_EVENT_USER_CHANGED, &(struct sc_event_words){.user = old_user});
    if (differ(old_dom, dom))
        sc_event_add(events, SC_EVENT_DOMAIN_RENAMED,
                     &(struct sc_event_words){
                         .user = user, .domain = old_dom, .new_domain = dom, .subdomains = true});
    else
        sc_event_add(events, SC_EVENT_DOCROOT_CHANGED,
                     &(struct sc_event_words){.user = user, .domain = dom});
}

void sc_vm_event(char *const *env, struct sc_events *events)
{
    static const struct {
        const char *action;
        enum sc_event_kind top, sub;
    } table[] = {
        {"CREATE_DOMAIN", SC_EVENT_USER_CREATED, SC_EVENT_DOMAIN_CREATED},
        {"DELETE_DOMAIN", SC_EVENT_USER_DELETED, SC_EVENT_DOMAIN_DELETED},
    };
    const char *action = sc_hook_variable(env, PREFIX "ACTION");
    const struct sc_event_words w = {.user = sc_hook_variable(env, PREFIX "USER"),
                                     .domain = sc_hook_variable(env, PREFIX "DOM")};
    bool sub = sc_hook_variable(env, PREFIX "PARENT") != NULL;
    if (action && strcmp(action, "MODIFY_DOMAIN") == 0) {
        modified(env, events);
        return;
    }
    for (size_t i = 0; action && i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(table[i].action, action) != 0)
            continue;
        sc_event_add(events, sub ? table[i].sub : table[i].top, &w);
        return;
    }
    sc_event_add(events, SC_EVENT_USER_CHANGED, &w);
}
