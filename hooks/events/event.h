/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a panel said, normalized. An event is a hint that something about a user changed, never a
 * command: what is really so is read from the panel's inventory. It carries no path and no
 * secret. */
#ifndef SC_HOOKS_EVENTS_EVENT_H
#define SC_HOOKS_EVENTS_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/domain_name.h"

enum sc_event_kind {
    SC_EVENT_USER_CREATED,
    SC_EVENT_USER_RENAMED, /* user, new_user */
    SC_EVENT_USER_DELETED,
    SC_EVENT_DOMAIN_CREATED,  /* domain */
    SC_EVENT_DOMAIN_RENAMED,  /* domain, new_domain; `subdomains`: names below it go along */
    SC_EVENT_DOMAIN_DELETED,  /* domain */
    SC_EVENT_DOCROOT_CHANGED, /* domain; "" where the panel does not say which */
    SC_EVENT_USER_CHANGED,    /* anything else of that user */
    SC_EVENT_RESYNC_ALL       /* whose is not known */
};

struct sc_event {
    enum sc_event_kind kind;
    char user[SC_OWNER_MAX + 1]; /* unix user; "" where the panel names only the domain */
    char new_user[SC_OWNER_MAX + 1];
    char domain[256]; /* canonical (sc_domain_canon) */
    char new_domain[256];
    bool subdomains;
};

#define SC_EVENTS_MAX 8 /* of one hook call */

struct sc_events {
    struct sc_event v[SC_EVENTS_MAX];
    size_t n;
};

/* What an adapter read from the panel's data: any bytes, NULL or "" where it has none. */
struct sc_event_words {
    const char *user, *new_user, *domain, *new_domain;
    bool subdomains;
};

/* Adds an event, checked and in canonical spelling. What cannot be a name makes it a smaller hint
 * instead of an error: a user without a usable domain becomes USER_CHANGED of that user, neither
 * becomes RESYNC_ALL; a rename to the same canonical name becomes USER_CHANGED (DOMAIN… without a
 * user: DOCROOT_CHANGED of that domain, so that its owner is looked at). An event that is there
 * already, and one beyond SC_EVENTS_MAX (the last becomes RESYNC_ALL), is not added. */
void sc_event_add(struct sc_events *events, enum sc_event_kind kind,
                  const struct sc_event_words *words);

/* As stored in the queue and printed in the log: "domain-renamed". */
const char *sc_event_kind_name(enum sc_event_kind kind);

/* One line for the log, e.g. "domain-renamed john old.example new.example". */
void sc_event_text(const struct sc_event *e, char *text, size_t size);

#endif
