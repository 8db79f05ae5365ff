/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a document asks for. Pure: nothing is run, and what is wrong is refused here. */
#ifndef SC_PAGE_VERBS_H
#define SC_PAGE_VERBS_H

#include <jansson.h>
#include <stdbool.h>
#include "core/base/error.h"
#include "core/page/job.h"

/* {"do": VERB, …} -> *ret, which the caller releases. `admin`: as root, with the administrator's
 * commands; else as the account. `accounts`: a reseller's customers, with commas between them: he may ask for these alone,
 * and do less (core/page/scope.h checks whose the domains are); else NULL. SC_E_INVAL names what is wrong with the
 * document. SC_E_NOTFOUND: the reseller has no customers. */
int sc_page_job_parse(const json_t *doc, bool admin, const char *accounts, struct sc_page_job *ret,
                      struct sc_error *err);

#endif
