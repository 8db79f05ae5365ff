/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The note about an account's own grants that have no effect. */
#ifndef SC_PASS_GIVEN_H
#define SC_PASS_GIVEN_H

#include "core/account/account.h"
#include "core/facts/facts.h"

/* Which of the paths that ~/.lve/domains.json gives isolated domains their sites do not get, and why;
 * takes the note away where they get all. Errors of sc_note_set(). */
int sc_note_given(const struct sc_account *a, const struct sc_facts *f, struct sc_error *err);

#endif
