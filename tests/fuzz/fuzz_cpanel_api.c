/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers of cPanel's API. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "cpanel/api.h"

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
    static const char *const users[] = {NULL, "bob"};
    for (int i = 0; i < 2; i++) {
        struct sc_error err = SC_ERROR_INIT;
        struct sc_domains d = SC_DOMAINS_INIT;
        if (sc_cpanel_api_parse((const char *)data, size, "it", users[i], &d, &err) == 0)
            must(d.n > 0 && d.v[0].docroot[0] == '/', "an answer has domains");
        else
            must(err.code < 0 && err.text[0] && d.n == 0, "a failure has a text and no domains");
        sc_domains_done(&d);
    }
    return 0;
}
