/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever a vendor's script prints: parsed, checked for what the parser promises, written and read
 * back. The corpus in corpus/domains_json is replayed as an ordinary test. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/domain_name.h"
#include "core/inventory/domains_json.h"

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
    struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_domains_parse((const char *)data, size, "it", &d, &err) < 0) {
        must(err.code < 0 && err.text[0] != 0, "an error has a code and a text");
        must(d.n == 0 && d.v == NULL, "a failure leaves the output alone");
        return 0;
    }
    for (size_t i = 0; i < d.n; i++) {
        char again[256];
        must(sc_domain_canon(d.v[i].name, again, NULL) == 0 && strcmp(again, d.v[i].name) == 0,
             "names are canonical");
        must(sc_owner_valid(d.v[i].owner), "owners are user names");
        must(d.v[i].docroot[0] == '/' && strlen(d.v[i].docroot) <= SC_DOCROOT_MAX &&
                 !strstr(d.v[i].docroot, "//") && !strstr(d.v[i].docroot, "/../"),
             "document roots are clean");
        must(i == 0 || strcmp(d.v[i - 1].name, d.v[i].name) < 0, "sorted, each once");
    }
    for (size_t i = 0; i < d.odds.n; i++) {
        const struct sc_odd *o = &d.odds.v[i];
        char again[256];
        must(!o->name ||
                 (sc_domain_canon(o->name, again, NULL) == 0 && strcmp(again, o->name) == 0),
             "odd names are canonical");
        must(!o->owner || sc_owner_valid(o->owner), "odd owners are user names");
        must(o->text[0] && (!o->path || o->path[0]), "an odd entry says what is wrong");
    }
    struct sc_buf b = SC_BUF_INIT;
    struct sc_domains back = SC_DOMAINS_INIT;
    must(sc_domains_to_json(&d, &b, &err) == 0, "what was read can be written");
    must(sc_domains_parse(b.data, b.len, NULL, &back, &err) == 0 && back.n == d.n &&
             back.odds.n == d.odds.n,
         "what was written can be read");
    sc_domains_done(&back);
    sc_buf_free(&b);
    sc_domains_done(&d);
    return 0;
}
