/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/add.h"

#include "core/inventory/envelope.h"

int sc_plesk_add(struct sc_domains *d, const char *name, const char *user, const char *docroot,
                 bool is_main, struct sc_error *err)
{
    SC_JSON json_t *sayable = json_string(docroot);
    struct sc_error why = SC_ERROR_INIT;
    int rc = sayable ? sc_domains_add(d, name, user, docroot, is_main, &why) : 0;
    return rc < 0 && rc != SC_E_INVAL ? sc_error_set(err, rc, "%s", why.text) : 0;
}
