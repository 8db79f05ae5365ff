/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an account sets in its own ~/.lve/domains.json, which has no command: the home that a site
 * sees and the further paths it is given. As the account, with its own rights. */
#ifndef SC_PAGE_SETTINGS_H
#define SC_PAGE_SETTINGS_H

#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/page/job.h"

/* Changes the file; *ret_before is what it was, for sc_page_settings_back(). *ret_isolated: the site
 * is isolated, so what is set must be applied; else it counts from then on. SC_E_INVAL: the path
 * cannot be meant. */
int sc_page_settings(const struct sc_page_job *j, struct sc_buf *ret_before, bool *ret_isolated,
                     struct sc_error *err);

/* Puts back what it was, where it could not be applied. */
int sc_page_settings_back(const struct sc_buf *before, struct sc_error *err);

#endif
