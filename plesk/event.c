/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/event.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *const sc_plesk_events[] = {
    "domain_create",
    "domain_update",
    "domain_delete",
    "domain_status_update",
    "domain_owner_change",
    "domain_move",
    "site_create",
    "site_update",
    "site_delete",
    "site_status_update",
    "site_move",
    "subdomain_create",
    "subdomain_update",
    "subdomain_delete",
    "subdomain_move",
    "site_subdomain_create",
    "site_subdomain_update",
    "site_subdomain_delete",
    "site_subdomain_move",
    "domain_alias_create",
    "domain_alias_update",
    "domain_alias_delete",
    "site_alias_create",
    "site_alias_update",
    "site_alias_delete",
    "phys_hosting_create",
    "phys_hosting_update",
    "phys_hosting_delete",
    "client_delete",
    "reseller_delete",
    NULL,
};

enum object {
    UNKNOWN,
    DOMAIN,
    SUBDOMAIN,
    ALIAS,
    HOSTING,
    FTP_ACCOUNT,
    CUSTOMER
};
enum action {
    CREATE,
    UPDATE,
    DELETE,
    MOVE,
    LOOK
};

static const struct {
    const char *prefix;
    enum object object;
} objects[] = {
    /* the longer ones first */
    {"site_subdomain_", SUBDOMAIN}, {"site_alias_", ALIAS},    {"site_", DOMAIN},
    {"subdomain_", SUBDOMAIN},      {"domain_alias_", ALIAS},  {"domain_", DOMAIN},
    {"phys_hosting_", HOSTING},     {"ftpuser_", FTP_ACCOUNT}, {"client_", CUSTOMER},
    {"reseller_", CUSTOMER},
};

static const struct {
    const char *word;
    enum action action;
} actions[] = {{"create", CREATE}, {"update", UPDATE}, {"delete", DELETE}, {"move", MOVE}};

/* One side of the event: what was, or what is. NULL where the panel does not say. */
struct side {
    const char *domain, *alias, *label, *user, *login, *home;
};

/* NULL also for an empty value: Plesk passes the parameters it has nothing for as "". */
static const char *get(char *const *env, const char *prefix, const char *name)
{
    size_t p = strlen(prefix), n = strlen(name);
    for (; *env; env++) {
        if (strncmp(*env, prefix, p) == 0 && strncmp(*env + p, name, n) == 0 &&
            (*env)[p + n] == '=')
            return (*env)[p + n + 1] ? *env + p + n + 1 : NULL;
    }
    return NULL;
}

static struct side get_side(char *const *env, const char *prefix)
{
    return (struct side){.domain = get(env, prefix, "DOMAIN_NAME"),
                         .alias = get(env, prefix, "DOMAIN_ALIAS_NAME"),
                         .label = get(env, prefix, "SUBDOMAIN_NAME"),
                         .user = get(env, prefix, "SYSTEM_USER"),
                         .login = get(env, prefix, "LOGIN_NAME"),
                         .home = get(env, prefix, "HOME_DIRECTORY")};
}

static void parse_name(const char *event, enum object *object, enum action *action)
{
    *object = UNKNOWN;
    *action = LOOK;
    const char *rest = NULL;
    for (size_t i = 0; !rest && event && i < sizeof(objects) / sizeof(objects[0]); i++) {
        size_t n = strlen(objects[i].prefix);
        if (strncmp(event, objects[i].prefix, n) == 0) {
            *object = objects[i].object;
            rest = event + n;
        }
    }
    for (size_t i = 0; rest && i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(rest, actions[i].word) == 0)
            *action = actions[i].action;
    }
}

/* Without an event's name the variables tell. */
static void guess(const struct side *old, const struct side *new, enum object *object,
                  enum action *action)
{
    if (old->alias || new->alias)
        *object = ALIAS;
    else if (old->label || new->label)
        *object = SUBDOMAIN;
    else if (old->home || new->home)
        *object = FTP_ACCOUNT;
    else if (old->user || new->user)
        *object = HOSTING;
    else if (old->domain || new->domain)
        *object = DOMAIN;
    else if (old->login || new->login)
        *object = CUSTOMER;
    bool was = old->domain || old->alias || old->label || old->user || old->login;
    bool is = new->domain || new->alias || new->label || new->user || new->login;
    *action = was && is ? UPDATE : was ? DELETE : CREATE;
}

#define JOINED_MAX 2048 /* longer than any two names that could be a domain */

/* The full name of a subdomain, which comes as its label and its parent's name. */
static const char *join(const char *label, const char *parent, char made[JOINED_MAX])
{
    if (!label || !parent)
        return NULL;
    size_t l = strlen(label), p = strlen(parent);
    if (l > p + 1 && label[l - p - 1] == '.' && strcasecmp(label + l - p, parent) == 0)
        return label; /* it is the full name already */
    int n = snprintf(made, JOINED_MAX, "%s.%s", label, parent);
    return n > 0 && n < JOINED_MAX ? made : NULL;
}

static bool usable(const char *name)
{
    char canon[256];
    return name && sc_domain_canon(name, canon, NULL) == 0;
}

/* "Look at this domain": its owner is found in the inventory. */
static void look(struct sc_events *ret, const char *user, const char *domain)
{
    if (domain)
        sc_event_add(ret, SC_EVENT_DOCROOT_CHANGED,
                     &(struct sc_event_words){.user = user, .domain = domain});
    else if (user)
        sc_event_add(ret, SC_EVENT_USER_CHANGED, &(struct sc_event_words){.user = user});
    else
        sc_event_add(ret, SC_EVENT_RESYNC_ALL, &(struct sc_event_words){0});
}

/* A name came, went or changed. `parent`: what is looked at where the name is none. */
static void name_event(struct sc_events *ret, enum action action, const char *was, const char *is,
                       const char *user, const char *parent, bool subdomains)
{
    if (!usable(was))
        was = NULL;
    if (!usable(is))
        is = NULL;
    struct sc_event_words w = {.user = user, .domain = is ? is : was};
    if (!was && !is) {
        look(ret, user, usable(parent) ? parent : NULL);
    } else if (action == CREATE) {
        sc_event_add(ret, SC_EVENT_DOMAIN_CREATED, &w);
    } else if (action == DELETE) {
        w.domain = was ? was : is;
        sc_event_add(ret, SC_EVENT_DOMAIN_DELETED, &w);
    } else if (was && is && action != LOOK) {
        char a[256], b[256];
        if (sc_domain_canon(was, a, NULL) == 0 && sc_domain_canon(is, b, NULL) == 0 &&
            strcmp(a, b) != 0) {
            w.domain = was;
            w.new_domain = is;
            w.subdomains = subdomains;
            sc_event_add(ret, SC_EVENT_DOMAIN_RENAMED, &w);
        } else {
            look(ret, user, is);
        }
    } else {
        look(ret, user, w.domain);
    }
}

/* The subscription's system user, who is the unix user. */
static void user_event(struct sc_events *ret, const struct side *old, const struct side *new)
{
    if (!old->user || !new->user || strcmp(old->user, new->user) == 0)
        return;
    sc_event_add(ret, SC_EVENT_USER_RENAMED,
                 &(struct sc_event_words){.user = old->user, .new_user = new->user});
}

static void hosting(struct sc_events *ret, enum action action, const struct side *old,
                    const struct side *new, const char *user)
{
    struct sc_event_words w = {.user = user, .domain = new->domain ? new->domain : old->domain};
    if (action == CREATE && user)
        sc_event_add(ret, SC_EVENT_USER_CREATED, &(struct sc_event_words){.user = user});
    if (action != CREATE && action != DELETE)
        name_event(ret, UPDATE, old->domain, new->domain, user, NULL, true);
    else if (w.domain)
        /* A domain without hosting has no document root: to the inventory it is not there. */
        sc_event_add(ret, action == CREATE ? SC_EVENT_DOMAIN_CREATED : SC_EVENT_DOMAIN_DELETED, &w);
    else
        look(ret, user, NULL);
}

void sc_plesk_event(const char *event, char *const *env, struct sc_events *ret)
{
    struct side old = get_side(env, "OLD_"), new = get_side(env, "NEW_");
    enum object object;
    enum action action;
    parse_name(event, &object, &action);
    bool named = event && *event;
    if (object == UNKNOWN) {
        guess(&old, &new, &object, &action);
        if (named) { /* something that we do not know happened to it: look at it */
            action = LOOK;
            object = object == HOSTING ? DOMAIN : object;
            old.user = new.user = NULL; /* nor whose SYSTEM_USER that is */
        }
    }

    char old_name[JOINED_MAX], new_name[JOINED_MAX];
    const char *user = new.user ? new.user : old.user;
    const char *parent = new.domain ? new.domain : old.domain;
    if (object != FTP_ACCOUNT && object != CUSTOMER)
        user_event(ret, &old, &new);

    switch (object) {
    case CUSTOMER:
        if (action == DELETE)
            look(ret, NULL, NULL);
        return;
    case FTP_ACCOUNT: /* its "system user" is not the one whose sites these are */
        return;
    case UNKNOWN: /* it names nothing */
        look(ret, NULL, NULL);
        return;
    case DOMAIN:
        name_event(ret, action, old.domain, new.domain, user, NULL, true);
        if (action == DELETE && user) /* a subscription has its own user; a site names none */
            sc_event_add(ret, SC_EVENT_USER_DELETED, &(struct sc_event_words){.user = user});
        break;
    case SUBDOMAIN: {
        const char *old_parent = old.domain, *new_parent = new.domain;
        if (action == UPDATE || action == MOVE) { /* what did not change may be said once */
            old_parent = old_parent ? old_parent : new.domain;
            new_parent = new_parent ? new_parent : old.domain;
            old.label = old.label ? old.label : new.label;
            new.label = new.label ? new.label : old.label;
        }
        name_event(ret, action, join(old.label, old_parent, old_name),
                   join(new.label, new_parent, new_name), user, parent, false);
        break;
    }
    case ALIAS: /* its parent is named too, or only numbered */
        name_event(ret, action, old.alias, new.alias, user, parent, false);
        break;
    case HOSTING:
        hosting(ret, action, &old, &new, user);
        break;
    }
    if (action == MOVE) /* between subscriptions: the other one's user is not named */
        sc_event_add(ret, SC_EVENT_RESYNC_ALL, &(struct sc_event_words){0});
}
