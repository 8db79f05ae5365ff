/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of names: one a line. Blanks around it do not count, nor do empty lines and what follows a #. */
#ifndef SC_COMMANDS_NAME_LIST_H
#define SC_COMMANDS_NAME_LIST_H

#include <stddef.h>
#include "core/base/error.h"
#include "core/engine/engine.h"

#define SC_NAME_LIST_BYTES (8u << 20)
#define SC_NAME_LIST_MAX   100000u

/* Adds them to *ret. `what` names the file in messages. SC_E_INVAL (with the line), SC_E_TOOBIG, SC_E_NOMEM. */
int sc_name_list_parse(const char *text, size_t len, const char *what, struct sc_names *ret,
                       struct sc_error *err);

/* Reads it; "-" is standard input. SC_E_NOTFOUND, SC_E_SYS, too. */
int sc_name_list_read(const char *path, struct sc_names *ret, struct sc_error *err);

#endif
