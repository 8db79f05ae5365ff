/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/virtualmin/event.h"

#include <string.h>

#define WORD_MAX 1024 /* longer values are no names */
#define PREFIX   "VIRTUALSERVER_"

/* The variable's value; NULL when it is missing, empty, too long to be a name, or there twice with
 * different values. */
static const char *word(char *const *env, const char *name)
{
    const char *found = NULL;
    size_t len = strlen(name);
    for (; *env; env++) {
        if (strncmp(*env, name, len) != 0 || (*env)[len] != '=')
            continue;
        const char *value = *env + len + 1;
        if (found && strcmp(found, value) != 0)
            return NULL;
        found = value;
    }
    return found && found[0] && strnlen(found, WORD_MAX) < WORD_MAX ? found : NULL;
}

static bool differ(const char *a, const char *b)
{
    return a && b && strcmp(a, b) != 0;
}

/* A top-level server's user is the account: it can get another name. A sub-server's user changes with
 * it, or because the server was moved. */
static void modified(char *const *env, struct sc_events *events)
{
    const char *user = word(env, PREFIX "USER"), *old_user = word(env, PREFIX "OLDSERVER_USER"),
               *dom = word(env, PREFIX "DOM"), *old_dom = word(env, PREFIX "OLDSERVER_DOM");
    bool sub = word(env, PREFIX "PARENT") != NULL;
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
    const char *action = word(env, PREFIX "ACTION");
    const struct sc_event_words w = {.user = word(env, PREFIX "USER"),
                                     .domain = word(env, PREFIX "DOM")};
    bool sub = word(env, PREFIX "PARENT") != NULL;
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
