/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/events/event.h"

#include <stdio.h>
#include <string.h>
#include "db/store.h"

static const char *const kinds[] = {
    [SC_EVENT_USER_CREATED] = SC_KIND_USER_CREATED,
    [SC_EVENT_USER_RENAMED] = SC_KIND_USER_RENAMED,
    [SC_EVENT_USER_DELETED] = SC_KIND_USER_DELETED,
    [SC_EVENT_DOMAIN_CREATED] = SC_KIND_DOMAIN_CREATED,
    [SC_EVENT_DOMAIN_RENAMED] = SC_KIND_DOMAIN_RENAMED,
    [SC_EVENT_DOMAIN_DELETED] = SC_KIND_DOMAIN_DELETED,
    [SC_EVENT_DOCROOT_CHANGED] = SC_KIND_DOCROOT_CHANGED,
    [SC_EVENT_USER_CHANGED] = SC_KIND_USER_CHANGED,
    [SC_EVENT_RESYNC_ALL] = SC_KIND_RESYNC_ALL,
};

const char *sc_event_kind_name(enum sc_event_kind kind)
{
    return (size_t)kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind] : SC_KIND_RESYNC_ALL;
}

/* Each leaves `out` empty for what cannot be one. */
static void take_user(const char *word, char out[SC_OWNER_MAX + 1])
{
    if (word && sc_owner_valid(word))
        snprintf(out, SC_OWNER_MAX + 1, "%s", word);
}

static void take_domain(const char *word, char out[256])
{
    if (word && *word)
        (void)sc_domain_canon(word, out, NULL);
}

static void user_changed(struct sc_event *e, const char *user)
{
    char who[SC_OWNER_MAX + 1];
    snprintf(who, sizeof(who), "%s", user);
    *e = (struct sc_event){.kind = *who ? SC_EVENT_USER_CHANGED : SC_EVENT_RESYNC_ALL};
    memcpy(e->user, who, sizeof(who));
}

/* Where a rename's names are not two different ones: only its user, or its one domain. */
static void half_a_rename(struct sc_event *e)
{
    char domain[256];
    snprintf(domain, sizeof(domain), "%s", e->domain[0] ? e->domain : e->new_domain);
    user_changed(e, e->user);
    if (e->kind != SC_EVENT_RESYNC_ALL || !domain[0])
        return;
    e->kind = SC_EVENT_DOCROOT_CHANGED;
    memcpy(e->domain, domain, sizeof(domain));
}

static void make(struct sc_event *e, enum sc_event_kind kind, const struct sc_event_words *w)
{
    *e = (struct sc_event){.kind = kind};
    if (kind == SC_EVENT_RESYNC_ALL)
        return;
    take_user(w->user, e->user);
    switch (kind) {
    case SC_EVENT_USER_RENAMED:
        take_user(w->new_user, e->new_user);
        if (!e->user[0] || !e->new_user[0] || strcmp(e->user, e->new_user) == 0)
            user_changed(e, e->user[0] ? e->user : e->new_user);
        break;
    case SC_EVENT_DOMAIN_RENAMED:
        take_domain(w->domain, e->domain);
        take_domain(w->new_domain, e->new_domain);
        e->subdomains = w->subdomains;
        if (!e->domain[0] || !e->new_domain[0] || strcmp(e->domain, e->new_domain) == 0)
            half_a_rename(e);
        break;
    case SC_EVENT_DOMAIN_CREATED:
    case SC_EVENT_DOMAIN_DELETED:
        take_domain(w->domain, e->domain);
        if (!e->domain[0])
            user_changed(e, e->user);
        break;
    case SC_EVENT_DOCROOT_CHANGED:
        take_domain(w->domain, e->domain);
        /* "Some document root of his" is said by no domain at all, not by one that is none. */
        if (!e->domain[0] && (!e->user[0] || (w->domain && *w->domain)))
            user_changed(e, e->user);
        break;
    default:
        if (!e->user[0])
            user_changed(e, "");
    }
}

static bool same(const struct sc_event *a, const struct sc_event *b)
{
    return a->kind == b->kind && a->subdomains == b->subdomains && !strcmp(a->user, b->user) &&
           !strcmp(a->new_user, b->new_user) && !strcmp(a->domain, b->domain) &&
           !strcmp(a->new_domain, b->new_domain);
}

void sc_event_add(struct sc_events *events, enum sc_event_kind kind,
                  const struct sc_event_words *words)
{
    struct sc_event e;
    bool all = false;
    make(&e, kind, words);
    for (size_t i = 0; i < events->n; i++) {
        if (same(&events->v[i], &e))
            return;
        all = all || events->v[i].kind == SC_EVENT_RESYNC_ALL;
    }
    if (events->n < SC_EVENTS_MAX)
        events->v[events->n++] = e;
    else if (!all)
        events->v[SC_EVENTS_MAX - 1] = (struct sc_event){.kind = SC_EVENT_RESYNC_ALL};
}

void sc_event_text(const struct sc_event *e, char *text, size_t size)
{
    const char *const words[] = {e->user[0] || e->kind == SC_EVENT_RESYNC_ALL ? e->user : "-",
                                 e->new_user, e->domain, e->new_domain,
                                 e->subdomains ? "with-subdomains" : ""};
    int used = snprintf(text, size, "%s", sc_event_kind_name(e->kind));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (words[i][0] && used >= 0 && (size_t)used < size)
            used += snprintf(text + used, size - (size_t)used, " %s", words[i]);
    }
}
