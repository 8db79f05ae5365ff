/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Document roots that an isolated site leads elsewhere. The way to a document root may go over a link that the
 * site can change itself (`current` of a release layout). It would own whatever it makes that link lead
 * to: another site, or ~/.ssh. So such a link is followed only within what the site owned when it was
 * made last. */
#ifndef SC_FACTS_LED_H
#define SC_FACTS_LED_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* Of what is led out of that, the document root is still the one that the database has; f->why says it. What
 * never had one cannot be isolated. SC_E_SYS, SC_E_NOMEM: it could not be looked at. */
int sc_facts_led(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                 struct sc_error *err);

/* Keeps where document roots are led to: the end of a site's isolation is not the wish that they lie there when it is
 * isolated again. SC_E_SYS, SC_E_NOMEM. */
int sc_facts_led_note(struct sc_store *store, const struct sc_account *a, const struct sc_facts *f,
                      struct sc_error *err);

/* Forgets that of domains that are neither in the panel's answer nor waited for (`f` NULL: of the whole account). SC_E_SYS,
 * SC_E_NOMEM. */
int sc_facts_led_forget(struct sc_store *store, uid_t uid, const struct sc_facts *f,
                        struct sc_error *err);

/* sc_facts_led() for a path that is granted to the site whose document root is `site_rel`, and is found by a link now:
 * *ret is where it was found when it was granted, below the home, if a site has led it elsewhere since; else NULL. The
 * caller's to free(). */
int sc_facts_led_path(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                      const char *site_rel, const char *path, char **ret, struct sc_error *err);

/* The same for a path that the server's configuration has the site use. *ret: a site can lead it out of what it owns, and
 * it is not where it was found before that site was isolated. Nobody asked the account whether the site may have it, so a
 * path that is named later is not followed there either. */
int sc_facts_led_used(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                      const char *site_rel, const char *path, bool *ret, struct sc_error *err);

/* What is not there for now keeps where it was: a site that takes its link away could else lead it elsewhere the next time. */
int sc_facts_led_keep(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                      const char *site_rel, const char *path, struct sc_error *err);

/* Adds to the `*n` texts of `*v`, as they are written, the paths that sites of the account were given, or use, and that were
 * found by links: whoever changes these changes what the sites see. The caller's to free(), also after an error. SC_E_SYS,
 * SC_E_NOMEM. */
int sc_facts_led_ways(struct sc_store *store, uid_t uid, const char *home, char ***v, size_t *n,
                      struct sc_error *err);

/* Notes where a path was found, for the looks to come. SC_E_NOMEM. */
int sc_facts_found(struct sc_facts *f, const char *site_rel, const char *text, const char *rel,
                   struct sc_error *err);

#endif
