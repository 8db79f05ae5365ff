/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtualmin, by its own data files (docs/panels/virtualmin.md). */
#ifndef SC_GENERIC_VIRTUALMIN_VIRTUALMIN_H
#define SC_GENERIC_VIRTUALMIN_VIRTUALMIN_H

#include "generic/virtualmin/places.h"
#include "hooks/adapter/adapter.h"

/* A caller's `place`: put before every path, and before /etc/passwd; NULL: "". */
struct sc_vm {
    const char *prefix;
};

extern const struct sc_adapter_ops sc_virtualmin_ops;

const char *sc_vm_prefix(const struct sc_caller *c);

/* sc_adapter_ops' questions. */
int sc_vm_domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                  struct sc_error *err);
int sc_vm_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                struct sc_error *err);
int sc_vm_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err);

#endif
