/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What DirectAdmin's API, or a server in its place, answers; and its one-time addresses. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/domain_name.h"
#include "directadmin/answer.h"
#include "hooks/adapter/adapter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static void answer(const char *data, size_t size, const char *owner)
{
    struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_da_answer(data, size, "it", owner, &d, &err) < 0) {
        must(err.code == SC_E_PANEL && err.text[0], "an error has its code and a text");
        must(d.n == 0 && !d.v, "a failure leaves the output alone");
        return;
    }
    sc_domains_finish(&d);
    for (size_t i = 0; i < d.n; i++) {
        char again[256];
        must(sc_domain_canon(d.v[i].name, again, NULL) == 0 && strcmp(again, d.v[i].name) == 0,
             "names are canonical");
        must(owner ? strcmp(d.v[i].owner, owner) == 0 : sc_owner_valid(d.v[i].owner),
             "owners are those asked for");
        must(d.v[i].docroot[0] == '/' && !strstr(d.v[i].docroot, "/../"), "roots are clean");
    }
    sc_domains_done(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    answer(text, size, NULL);
    answer(text, size, "u");
    struct sc_da_login l;
    if (sc_da_login_parse(text, &l))
        must(strncmp(l.url, "https://", 8) == 0 && !strchr(l.url, '@') && l.user[0] && l.secret[0],
             "an address without credentials in it");
    free(text);
    return 0;
}
