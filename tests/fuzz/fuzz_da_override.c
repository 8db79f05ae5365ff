/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DOMAIN.subdomains.docroot.override file: every line's value, decoded and put below a home. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "directadmin/conf.h"
#include "directadmin/override.h"

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
    char *text = malloc(size + 1), *lines = malloc(size + 1), path[64], full[96], value[128];
    if (!text || !lines)
        abort();
    memcpy(text, data, size);
    text[size] = 0;
    memcpy(lines, text, size + 1);
    struct sc_da_lines it = {lines};
    for (char *line; (line = sc_da_line(&it));) {
        must(line[0] && line[0] != '#' && !strchr(line, '\n'), "a line is a line");
        const char *query = sc_da_value(line);
        if (!query || !sc_da_override(query, path, sizeof(path)))
            continue;
        must(path[0] && strlen(path) < sizeof(path), "a path that fits");
        if (sc_da_below_home("/home/u", path, full, sizeof(full)))
            must(strncmp(full, "/home/u", 7) == 0, "it is written below the home");
    }
    if (sc_da_conf_get(text, "app", value, sizeof(value)))
        must(strlen(value) < sizeof(value) && !strchr(value, '\n'), "a value of one line");
    free(lines);
    free(text);
    return 0;
}
