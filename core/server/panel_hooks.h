/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of the panel's adapter beside the inventory: whether the panel tells its
 * changes. */
#ifndef SC_SERVER_PANEL_HOOKS_H
#define SC_SERVER_PANEL_HOOKS_H

#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/inventory/inventory.h"

/* 0: the hooks are in place, *ret_text (replaced; may be NULL) is the adapter's line for people.
 * SC_E_NOTFOUND: they are not, err says which. SC_E_UNSUPPORTED: the adapter has no hooks to put in
 * place. SC_E_PANEL, SC_E_TIMEOUT, SC_E_SYS: it could not be asked. */
int sc_panel_hooks_status(const struct sc_inventory_conf *panel, struct sc_buf *ret_text,
                          struct sc_error *err);

/* Puts them in place where they are not. *ret_changed: that was necessary. Errors as above. */
int sc_panel_hooks_ensure(const struct sc_inventory_conf *panel, bool *ret_changed,
                          struct sc_error *err);

/* The files and directories whose change shows that users or domains may have changed, a line each;
 * empty where the adapter knows none. */
int sc_panel_paths(const struct sc_inventory_conf *panel, struct sc_buf *ret, struct sc_error *err);

/* Waits, for some minutes, while the adapter queues hints for what changes. SC_E_UNSUPPORTED: it does no
 * such thing. SC_E_PANEL: it gave up. */
int sc_panel_watch(const struct sc_inventory_conf *panel, struct sc_error *err);

#endif
