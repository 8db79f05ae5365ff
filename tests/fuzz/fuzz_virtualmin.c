/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of Virtualmin's: its keys, and its configuration with the command put and removed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "generic/virtualmin/enroll.h"
#include "generic/virtualmin/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void broken(const char *what)
{
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

static char *changed(const char *text, bool put)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    bool other = false;
    if (sc_vm_command_put(text, put, &out, &other, NULL) < 0)
        broken("a text can be changed");
    return strdup(out.data ? out.data : "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    char *with = changed(text, true), *again = changed(with, true), *without = changed(with, false);
    if (strcmp(with, again) != 0)
        broken("twice changes nothing");
    char *twice = changed(without, false);
    if (strcmp(without, twice) != 0)
        broken("removing twice changes nothing");
    struct sc_vm_field f[] = {{"dom", NULL}, {"post_command", NULL}};
    sc_vm_fields(text, f, 2);
    if (!f[0].value || !f[1].value)
        broken("each field has a value");
    free(twice);
    free(without);
    free(again);
    free(with);
    free(text);
    return 0;
}
