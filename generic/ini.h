/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vendor's integration.ini: which command answers which question. */
#ifndef SC_GENERIC_INI_H
#define SC_GENERIC_INI_H

#include "core/base/error.h"
#include "generic/trust.h"
#include "core/base/words.h"

#define SC_INTEGRATION_INI     "/opt/cpvendor/etc/integration.ini"
#define SC_INTEGRATION_INI_MAX 65536u

/* Reads the command line of `key` in [integration_scripts] of the file at `path`. The file is
 * trusted (sc_trust_file()), regular, at most SC_INTEGRATION_INI_MAX bytes; every line of it must
 * be readable. Sections are case-sensitive, keys are not (as in Python's configparser, which
 * vendors test with). Errors: SC_E_PANEL, and sc_read_file()'s; the text names the file and what to
 * mend. */
int sc_integration_command(const struct sc_trust *t, const char *path, const char *key,
                           struct sc_words *ret, struct sc_error *err);

#endif
