/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which directories an account's domains have, so that they are known again under another name. */
#ifndef SC_FACTS_DIRS_H
#define SC_FACTS_DIRS_H

#include <stdbool.h>
#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/facts.h"

/* Fills f->dirs of the domains with wants[i] (NULL: of all) whose document roots and places are
 * known; with the owner's rights. What cannot be opened, and what the file system does not tell, is
 * not known. SC_E_SYS: the rights could not be had; SC_E_NOMEM. */
int sc_facts_know_dirs(const struct sc_account *a, const bool *wants, struct sc_facts *f,
                       struct sc_error *err);

#endif
