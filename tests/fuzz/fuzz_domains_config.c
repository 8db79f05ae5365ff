/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ~/.lve/domains.json, which its user edits: parsed, checked for what the parser promises, written
 * and read back. The corpus in corpus/domains_config is replayed as an ordinary test. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/config/domains_config.h"
#include "core/base/domain_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static int stays_below(const char *rel)
{
    for (const char *p = rel; *p; p += strcspn(p, "/"), p += *p == '/')
        if (strcspn(p, "/") == 2 && p[0] == '.' && p[1] == '.')
            return 0;
    return rel[0] && rel[0] != '/';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sc_domains_config c = SC_DOMAINS_CONFIG_INIT, again = SC_DOMAINS_CONFIG_INIT;
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_BUF struct sc_buf twice = SC_BUF_INIT;
    if (sc_domains_config_parse((const char *)data, size, "/home/u", &c, &err) < 0) {
        must(err.code < 0 && err.text[0] != 0, "an error has a code and a text");
        must(c.n == 0 && c.entries == NULL, "a failure leaves the output alone");
        return 0;
    }
    for (size_t i = 0; i < c.n; i++) {
        char name[256];
        const struct sc_domain_entry *e = &c.entries[i];
        must(sc_domain_canon(e->name, name, NULL) == 0 && strcmp(name, e->name) == 0,
             "names are canonical");
        must(i == 0 || strcmp(c.entries[i - 1].name, e->name) < 0, "names are sorted, each once");
        for (size_t k = 0; k < e->n_paths; k++)
            must(stays_below(e->paths[k].rel), "paths stay below the home");
    }
    must(sc_domains_config_format(&c, &text, &err) == 0, "what was read can be written");
    must(sc_domains_config_parse(text.data, text.len, "/home/u", &again, &err) == 0,
         "what was written can be read");
    must(sc_domains_config_format(&again, &twice, &err) == 0 && text.len == twice.len &&
             memcmp(text.data, twice.data, text.len) == 0,
         "and says the same");
    sc_domains_config_free(&c);
    sc_domains_config_free(&again);
    return 0;
}
