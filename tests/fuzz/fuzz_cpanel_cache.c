/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/userdatadomains, as text and as JSON. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpanel/cpanel.h"
#include "cpanel/userdatadomains.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static int row(const struct sc_cpanel_row *r, void *arg)
{
    struct sc_domains *d = arg;
    size_t n = d->n + d->odds.n;
    must(sc_domains_add(d, r->name, r->user, r->docroot, r->is_main, NULL) == 0 &&
             (d->n + d->odds.n == n + 1 || d->odds.n > SC_ODDS_MAX),
         "what cannot be a domain is odd");
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_domains d = SC_DOMAINS_INIT;
    char *text = malloc(size + 1);
    must(text != NULL, "there is memory");
    memcpy(text, data, size);
    text[size] = 0;
    (void)sc_cpanel_cache_json(text, size, "it", row, &d, &err);
    must(sc_cpanel_cache_text(text, size, row, &d) == 0, "lines are passed over, never an error");
    sc_domains_finish(&d);
    for (size_t i = 1; i < d.n; i++)
        must(strcmp(d.v[i - 1].name, d.v[i].name) < 0, "sorted, each once");
    sc_domains_done(&d);
    free(text);
    return 0;
}
