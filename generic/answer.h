/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The generic adapter's answers: the vendor's, checked, filtered again, and limited to the caller.
 */
#ifndef SC_GENERIC_ANSWER_H
#define SC_GENERIC_ANSWER_H

#include <stdbool.h>
#include "core/base/buf.h"
#include "generic/vendor.h"

/* Whether `command` is one that sc_generic_answer() knows. */
bool sc_generic_knows(const char *command);

/*
 * Answers `argv[0]` (domains, users or panel_info) with the options behind it: appends exactly one
 * JSON document and a newline to `out`. Returns the exit status: 0 for an ok envelope, 1 for an
 * error envelope. argv[argc] is NULL. Uses getopt_long(), so one call at a time.
 */
int sc_generic_answer(const struct sc_generic_conf *conf, int argc, char **argv,
                      struct sc_buf *out);

/* What a question asks for; NULL where an option was not given. */
struct sc_question {
    const char *owner, *name, *username, *unix_id, *package_name, *package_owner, *fields;
};

/* The answers to single commands, for sc_generic_answer(). */
int sc_generic_domains(const struct sc_generic_conf *conf, const struct sc_question *q,
                       struct sc_buf *out, struct sc_error *err);
int sc_generic_users(const struct sc_generic_conf *conf, const struct sc_question *q,
                     struct sc_buf *out, struct sc_error *err);
int sc_generic_panel_info(const struct sc_generic_conf *conf, const struct sc_question *q,
                          struct sc_buf *out, struct sc_error *err);

#endif
