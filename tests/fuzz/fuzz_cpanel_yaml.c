/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The YAML of /var/cpanel/userdata: a "main" file, a domain's file, and manage_hooks' list. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/domain_name.h"
#include "cpanel/registry.h"
#include "cpanel/userdata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_cpanel_names names = {0};
    struct sc_cpanel_registry registry = {0};
    char *docroot = NULL;
    if (sc_cpanel_main_parse((const char *)data, size, "it", &names, &err) == 0) {
        size_t mains = 0;
        for (size_t i = 0; i < names.n; i++) {
            char again[256];
            must(!names.v[i].name || (sc_domain_canon(names.v[i].name, again, NULL) == 0 &&
                                      strcmp(again, names.v[i].name) == 0),
                 "names are names");
            must(names.v[i].said && names.v[i].file, "and stand there");
            mains += names.v[i].kind == SC_CPANEL_MAIN;
        }
        must(mains == 1, "there is one main domain");
    } else {
        must(err.code < 0 && err.text[0] && names.n == 0, "a failure has a text and no names");
    }
    err = (struct sc_error)SC_ERROR_INIT;
    if (sc_cpanel_docroot_parse((const char *)data, size, "it", &docroot, &err) == 0)
        must(docroot[0] != 0, "a document root is something");
    else
        must(err.text[0] && !docroot, "a failure has a text");
    err = (struct sc_error)SC_ERROR_INIT;
    if (sc_cpanel_registry_parse((const char *)data, size, &registry, &err) < 0)
        must(err.text[0] && registry.n == 0, "a failure has a text and no hooks");
    sc_cpanel_registry_done(&registry);
    sc_cpanel_names_done(&names);
    free(docroot);
    return 0;
}
