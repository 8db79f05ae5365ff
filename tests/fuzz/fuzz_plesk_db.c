/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `plesk db` prints. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/domain_name.h"
#include "plesk/db.h"

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
    SC_BUF struct sc_buf json = SC_BUF_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    if (sc_plesk_db_parse((const char *)data, size, &d, &err) < 0) {
        must(err.code < 0 && err.text[0] != 0, "an error has a code and a text");
        must(d.n == 0 && d.v == NULL, "a failure leaves the output alone");
        return 0;
    }
    sc_domains_finish(&d);
    for (size_t i = 0; i < d.n; i++) {
        char again[256];
        must(sc_domain_canon(d.v[i].name, again, NULL) == 0 && strcmp(again, d.v[i].name) == 0,
             "names are canonical");
        must(sc_owner_valid(d.v[i].owner) && d.v[i].docroot[0] == '/', "domains are clean");
        must(i == 0 || strcmp(d.v[i - 1].name, d.v[i].name) < 0, "sorted, each once");
    }
    must(sc_domains_to_json(&d, &json, &err) == 0, "it can be answered");
    return 0;
}
