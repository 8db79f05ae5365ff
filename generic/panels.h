/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The panels of which sitecage-generic is the adapter. */
#ifndef SC_GENERIC_PANELS_H
#define SC_GENERIC_PANELS_H

#include "hooks/adapter/adapter.h"

/* The one that this server has (core/inventory/adapters.h); integration scripts where it has another
 * panel, or none. */
const struct sc_adapter_ops *sc_generic_panel(void);

/* The one of that name in the table of adapters; NULL. */
const struct sc_adapter_ops *sc_generic_panel_named(const char *name);

#endif
