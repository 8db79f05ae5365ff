/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the server's configuration has an isolated site use of the home besides what it owns: the
 * web server's aliases and wrappers, and the places that PHP keeps sessions, uploads and logs in.
 * Without these a site that worked would not. */
#ifndef SC_FACTS_USES_H
#define SC_FACTS_USES_H

#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/server/server.h"

/* (Re)makes f->uses, f->shown and f->spellings from f->plan and the configuration, which is read into s->cover, or f->cover without
 * one, where that does not hold. Writes nothing. What cannot be read is left out: nothing is opened by
 * that. SC_E_NOMEM, SC_E_TOOBIG, SC_E_SYS. */
int sc_facts_uses(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  struct sc_error *err);

#endif
