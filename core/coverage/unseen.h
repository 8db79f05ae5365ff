/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wrappers of PHP, and PHP itself, that lie where the site's view cannot show them: it would answer 503. */
#ifndef SC_COVERAGE_UNSEEN_H
#define SC_COVERAGE_UNSEEN_H

#include "core/coverage/coverage.h"

/* Sets seen->unseen, the caller's to free, where there is one; of pools those in seen->uses. SC_E_NOMEM, SC_E_SYS. */
int sc_cover_look_at_programs(const struct sc_cover_server *server,
                              const struct sc_cover_site *site, struct sc_cover_seen *seen,
                              struct sc_error *err);

#endif
