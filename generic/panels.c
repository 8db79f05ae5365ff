/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/panels.h"

#include <string.h>
#include "core/config/conf.h"
#include "core/inventory/adapters.h"
#include "generic/etcd/etcd.h"
#include "generic/generic.h"
#include "generic/hestia/hestia.h"
#include "generic/plain/plain.h"
#include "generic/virtualmin/virtualmin.h"

static const struct sc_adapter_ops *const all[] = {&sc_generic_ops, &sc_hestia_ops,
                                                   &sc_virtualmin_ops, &sc_plain_ops, &sc_etcd_ops};

const struct sc_adapter_ops *sc_generic_panel_named(const char *name)
{
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

const struct sc_adapter_ops *sc_generic_panel(void)
{
    struct sc_conf conf = SC_CONF_DEFAULT;
    const struct sc_adapter *found = NULL;
    /* A file that is wrong is its reader's to complain about: cagefsctl does. */
    (void)sc_conf_load(SC_CONF_PATH, 0, &conf, NULL);
    const struct sc_panel_conf panel = {.panel = conf.panel};
    const struct sc_adapter_ops *ops = NULL;
    if (sc_panel_detect(&panel, &found, NULL) == 0)
        ops = sc_generic_panel_named(found->name);
    return ops ? ops : &sc_generic_ops;
}
