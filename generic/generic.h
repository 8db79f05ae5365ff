/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The adapter for panels with integration scripts, as hooks/adapter/adapter.h has adapters. */
#ifndef SC_GENERIC_GENERIC_H
#define SC_GENERIC_GENERIC_H

#include "generic/vendor.h"
#include "hooks/adapter/adapter.h"

/* A caller's `place` is a struct sc_generic_conf whose time and home are not read; NULL: the
 * server's. */
extern const struct sc_adapter_ops sc_generic_ops;

/* How `c`'s questions are asked. */
struct sc_generic_conf sc_generic_conf(const struct sc_caller *c);

/* sc_adapter_ops' questions. */
int sc_generic_domains(const struct sc_caller *c, const struct sc_question *q,
                       struct sc_domains *ret, struct sc_error *err);
int sc_generic_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                     struct sc_error *err);
int sc_generic_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err);

int sc_generic_paths(struct sc_buf *out, struct sc_error *err);

#define SC_GENERIC_HOOKS_DIR SC_DATADIR "/cloudlinux/hooks"

/* Whether each hook command in `dir` is the program `exe`: 0; SC_E_NOTFOUND, the text says which is
 * not and the way out; SC_E_SYS. */
int sc_generic_check_commands(const char *dir, const char *exe, struct sc_error *err);

#endif
