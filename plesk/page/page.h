/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page as an extension of Plesk's: extension/ is packed into sitecage.zip, with the page's files, and Plesk unpacks
 * it ("Extension structure" of Plesk's documentation). */
#ifndef SC_PLESK_PAGE_PAGE_H
#define SC_PLESK_PAGE_PAGE_H

#include "core/base/error.h"

/* As in struct sc_adapter_ops. */
int sc_plesk_page_put(struct sc_error *err);
int sc_plesk_page_take(struct sc_error *err);
int sc_plesk_page_look(struct sc_error *err);

#endif
