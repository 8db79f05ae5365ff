/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hook commands that a panel with integration scripts calls: their arguments (CloudLinux,
 * "Control panel integration", "Control panel hooks integration"), and what they mean. */
#ifndef SC_GENERIC_HOOK_H
#define SC_GENERIC_HOOK_H

#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "hooks/events/event.h"

/* The commands' names, NULL-terminated: "pre_modify_user.py"… */
extern const char *const sc_generic_commands[];

/* The name of the command in its static spelling; `name` may lack the ".py". NULL: there is
 * none. */
const char *sc_generic_command(const char *name);

/* Reads the arguments of `command` (one of sc_generic_commands; `args` NULL-terminated, the
 * subcommand among them). What cannot be a name makes a smaller hint (sc_event_add()) and is no
 * error. SC_E_INVAL for wrong usage: *ret has then a hint for each user who was named, none
 * otherwise. Both may add nothing: administrators and packages have no sites. SC_E_NOMEM. Uses
 * getopt_long(), so one call at a time. */
int sc_generic_hook(const char *command, char *const *args, struct sc_events *ret,
                    struct sc_error *err);

/* Whether --help or -h is among the arguments. */
bool sc_generic_wants_help(char *const *args);

/* Appends the command's usage. */
void sc_generic_usage(const char *command, struct sc_buf *out);

#endif
