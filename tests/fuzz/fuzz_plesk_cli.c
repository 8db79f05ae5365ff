/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Plesk's command line prints; the first byte says which: 'i' `site --info`, 'l'
 * `event_handler --list`, 'e' `--list-events`. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/domain_name.h"
#include "plesk/handlers.h"
#include "plesk/info.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static void info(const char *text, size_t len)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    int rc = sc_plesk_info_parse(text, len, &d, &err);
    must(rc == 0 || (err.text[0] && d.n == 0), "an error has a text and no domain");
    must(d.n <= 1, "one domain");
    for (size_t i = 0; i < d.n; i++)
        must(sc_owner_valid(d.v[i].owner) && d.v[i].docroot[0] == '/', "domains are clean");
}

static void list(const char *text, size_t len)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_handlers h = {0};
    int rc = sc_handlers_parse(text, len, "/usr/libexec/sitecage/sitecage-plesk", &h, &err);
    must(rc == 0 || (err.text[0] && h.n == 0), "an error has a text and no handler");
    for (size_t i = 0; i < h.n; i++)
        must(h.v[i].id > 0 && h.v[i].event[0], "handlers have a number and an event");
    sc_handlers_done(&h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *rest = (const char *)data + 1;
    if (data[0] == 'i')
        info(rest, size - 1);
    else if (data[0] == 'l')
        list(rest, size - 1);
    else if (data[0] == 'e')
        (void)sc_handlers_event_known(rest, size - 1, "site_create");
    return 0;
}
