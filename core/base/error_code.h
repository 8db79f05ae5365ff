/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The word that stands for an error where a program reads the answer: "code" in JSON. docs/json.md
 * explains each. Callers compare with them, so none is ever given another meaning or another name. */
#ifndef SC_BASE_ERROR_CODE_H
#define SC_BASE_ERROR_CODE_H

#include "core/base/error.h"

/* Those of an enum sc_code, for errors that have no word of their own. */
#define SC_IS_SYSTEM      "system_error"
#define SC_IS_INVALID     "invalid"
#define SC_IS_NOT_FOUND   "not_found"
#define SC_IS_DENIED      "denied"
#define SC_IS_NOT_ENABLED "not_enabled"
#define SC_IS_PLATFORM    "platform"
#define SC_IS_PANEL       "panel"
#define SC_IS_BUSY        "busy"
#define SC_IS_TOO_BIG     "too_big"
#define SC_IS_TIMEOUT     "timeout"
#define SC_IS_NO_MEMORY   "no_memory"
#define SC_IS_LATE        "late"
#define SC_IS_UNSUPPORTED "limits_unsupported"

#define SC_IS_USAGE          "usage"
#define SC_IS_ROOT_NEEDED    "root_needed"
#define SC_IS_ROOT_REFUSED   "root_refused"
#define SC_IS_UNKNOWN_DOMAIN "unknown_domain"
#define SC_IS_UNKNOWN_USER   "unknown_user"
#define SC_IS_NOT_ALLOWED    "not_allowed"
#define SC_IS_NOT_COVERED    "not_covered"
#define SC_IS_NOT_ISOLATED   "not_isolated"
#define SC_IS_IMPOSSIBLE     "cannot_be_isolated"
#define SC_IS_LOCKED         "locked"
#define SC_IS_INSIDE_SITE    "inside_site"
#define SC_IS_NO_SERVICE     "no_service"
#define SC_IS_CHECK_FAILED   "check_failed"
#define SC_IS_BAD_TOKEN      "bad_token"
#define SC_IS_CROSS_SITE     "cross_site"
#define SC_IS_NO_SESSION     "no_session"
#define SC_IS_SOME_FAILED    "some_failed"
#define SC_IS_INTERRUPTED    "interrupted"

/* Gives *err (may be NULL) another word than that of its code; `word` is one of those above. Returns
 * `rc`, so that it can stand around a sc_error_set(). */
int sc_error_is(struct sc_error *err, const char *word, int rc);

/* The word of an error. */
const char *sc_error_word(const struct sc_error *err);

#endif
