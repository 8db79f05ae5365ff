/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The INI files of ~/.cl.selector, which users write, and /etc/cl.selector's tables: the first byte
 * says which parser. The corpus in corpus/php is replayed as an ordinary test. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/php/choice.h"
#include "core/php/selector_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static void table(const char *text, size_t size, int native)
{
    struct sc_php_conf c = {0};
    struct sc_error err = SC_ERROR_INIT;
    int rc = native ? sc_php_native_conf_parse(text, size, "f", &c, &err)
                    : sc_php_selector_conf_parse(text, size, "f", &c, &err);
    must(rc == 0 || (err.text[0] && !c.v), "an error has a text and leaves the output alone");
    for (size_t i = 0; i < c.n; i++) {
        must(c.v[i].path[0] == '/', "paths are absolute");
        must(native || sc_php_name_valid(c.v[i].name), "versions are versions");
    }
    sc_php_conf_done(&c);
}

static void choice(const char *text, size_t size)
{
    struct sc_php_choice c = {0}, again = {0};
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_BUF struct sc_buf twice = SC_BUF_INIT;
    if (sc_php_choice_parse(text, size, "f", &c, &err) < 0) {
        must(err.text[0] && !c.v, "an error has a text and leaves the output alone");
        return;
    }
    for (size_t i = 0; i < c.n; i++) {
        must(sc_php_name_valid(c.v[i].name), "versions are versions");
        for (size_t k = 0; k < c.v[i].modules.n; k++)
            must(sc_php_module_valid(c.v[i].modules.v[k]), "extensions are names");
    }
    must(sc_php_choice_format(&c, true, &out, &err) == 0, "what was read can be written");
    must(out.len > SC_PHP_CHOICE_MAX ||
             sc_php_choice_parse(out.data, out.len, "f", &again, &err) == 0,
         "what was written can be read");
    if (out.len <= SC_PHP_CHOICE_MAX) {
        must(sc_php_choice_format(&again, true, &twice, &err) == 0 && twice.len == out.len &&
                 memcmp(twice.data, out.data, out.len) == 0,
             "and says the same");
    }
    sc_php_choice_done(&c);
    sc_php_choice_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    if (data[0] == 's' || data[0] == 'n')
        table(text, size - 1, data[0] == 'n');
    else
        choice(text, size - 1);
    return 0;
}
