/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking at one site's files for what it uses outside of what it owns. Acts: in a process of its
 * own (look.h), with the account's rights, beneath its home. Whatever the files say opens nothing. */
#ifndef SC_LOOK_GATHER_H
#define SC_LOOK_GATHER_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/look/one.h"

/* Appends the lines for the site (notes.h), and one where the budget ended the looking. The caller
 * has the account's rights. SC_E_NOMEM; what a site's owner makes wrong is no error. */
int sc_look_gather(const struct sc_look_one *one, struct sc_look_budget *budget, struct sc_buf *out,
                   struct sc_error *err);

#endif
