/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtualmin's "command to run after making changes to a server": one line of shell in its module's
 * configuration. Ours comes first; what an administrator has there stays behind it, as it is. */
#ifndef SC_GENERIC_VIRTUALMIN_ENROLL_H
#define SC_GENERIC_VIRTUALMIN_ENROLL_H

#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"

#define SC_VM_COMMAND SC_LIBEXECDIR "/sitecage-generic hook"

/* The configuration's text with the command in it, or without it; *ret_changed: it is another than
 * `text`. SC_E_NOMEM, SC_E_TOOBIG. Pure. */
int sc_vm_command_put(const char *text, bool put, struct sc_buf *out, bool *ret_changed,
                      struct sc_error *err);

/* The same in PREFIX's file, whose owner and mode stay. SC_E_NOTFOUND: there is no such file. */
int sc_vm_enroll(const char *prefix, bool put, struct sc_error *err);

/* 0: it is in place; SC_E_NOTFOUND. */
int sc_vm_enrolled(const char *prefix, struct sc_error *err);

#endif
