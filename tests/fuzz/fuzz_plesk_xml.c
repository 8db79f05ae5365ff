/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An answer of Plesk's XML API: read, handed on as rows, put together to domains. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/domain_name.h"
#include "plesk/api.h"
#include "plesk/xml.h"

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
    SC_BUF struct sc_buf rows = SC_BUF_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    if (sc_plesk_xml((const char *)data, size, &rows, &err) < 0) {
        must(err.code < 0 && err.text[0] != 0, "an error has a code and a text");
        must(rows.len == 0, "a failure leaves the output alone");
        return 0;
    }
    must(sc_plesk_api_join(rows.data ? rows.data : "", rows.len, &d, &err) == 0,
         "what was handed on can be read");
    sc_domains_finish(&d);
    for (size_t i = 0; i < d.n; i++)
        must(sc_owner_valid(d.v[i].owner) && d.v[i].docroot[0] == '/', "domains are clean");
    return 0;
}
