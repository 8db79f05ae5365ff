/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page in a panel with integration scripts: where its integration.ini names a place for the assets of pages
 * ([lvemanager_config] base_path, of the integration's documentation), an entry is put there; the panel runs it as the
 * account (docs/page.md). */
#ifndef SC_GENERIC_PAGE_PAGE_H
#define SC_GENERIC_PAGE_PAGE_H

#include "core/base/error.h"

/* As in struct sc_adapter_ops; `ini`: the path of integration.ini. */
int sc_generic_page_put(const char *ini, struct sc_error *err);
int sc_generic_page_take(const char *ini, struct sc_error *err);
int sc_generic_page_look(const char *ini, struct sc_error *err);

#endif
