/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An adapter's answers in their envelope: filtered again, and limited to the caller. */
#ifndef SC_HOOKS_ADAPTER_ANSWER_H
#define SC_HOOKS_ADAPTER_ANSWER_H

#include "hooks/adapter/adapter.h"

/* Answers `argv[0]` (domains, users or panel_info) with the options behind it: appends exactly one
 * JSON document and a newline to `out`. Returns the exit status: 0 for an ok envelope, 1 for an
 * error envelope. argv[argc] is NULL. */
int sc_adapter_answer(const struct sc_adapter_ops *ops, const struct sc_caller *c, int argc,
                      char **argv, struct sc_buf *out);

#endif
