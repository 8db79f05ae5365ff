/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site's plan (core/plan/planfile.h) for people. */
#ifndef SC_COMMANDS_PLAN_WORDS_H
#define SC_COMMANDS_PLAN_WORDS_H

#include "core/base/buf.h"
#include "core/base/error.h"

/* `text`: what sc_engine_plan() gives: lines that begin with "# ", then the plan. Appends what it means, in lines of
 * 80 columns where paths allow it. Control bytes of paths become '?'. SC_E_INVAL: it is no plan. */
int sc_plan_words(const char *text, struct sc_buf *out, struct sc_error *err);

#endif
