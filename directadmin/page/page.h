/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page as a plugin of DirectAdmin's (docs.directadmin.com/developer/plugins): programs below user/ run as the
 * account, those below admin/ as the user admin; a name that ends in .raw writes the whole answer; hooks/ has the menu's
 * entries, images/ is the one place from which files are served. */
#ifndef SC_DIRECTADMIN_PAGE_PAGE_H
#define SC_DIRECTADMIN_PAGE_PAGE_H

#include "core/base/error.h"

/* As in struct sc_adapter_ops; `root` is put before every path of the panel's. */
int sc_da_page_put(const char *root, struct sc_error *err);
int sc_da_page_take(const char *root, struct sc_error *err);
int sc_da_page_look(const char *root, struct sc_error *err);

#endif
