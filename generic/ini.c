/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/ini.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/ini.h"

#define SECTION "integration_scripts"

struct search {
    const char *key;
    char *value;
    bool section_seen;
    bool twice;
};

static int on_row(const struct sc_ini_row *row, void *arg, struct sc_error *err)
{
    struct search *s = arg;
    if (!row->key || strcmp(row->section, SECTION) != 0)
        return 0;
    s->section_seen = true;
    if (strcasecmp(row->key, s->key) != 0)
        return 0;
    if (s->value) {
        s->twice = true;
        return 0;
    }
    s->value = strdup(row->value);
    return s->value ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for the scripts' list");
}

static int find_value(const char *path, const char *text, struct search *s, struct sc_error *err)
{
    const struct sc_ini ini = {.file = path, .row = on_row, .arg = s};
    struct sc_ini_bad bad;
    int rc = sc_ini_read(&ini, text, strlen(text), &bad, err);
    if (rc < 0 && !bad.line)
        return rc;
    if (rc < 0 && bad.why == SC_INI_LONG)
        return sc_error_set(err, SC_E_PANEL,
                            "%s: line %u is longer than %u bytes (put the command into a script)",
                            path, bad.line, SC_INI_LINE_MAX);
    if (rc < 0)
        return sc_error_set(err, SC_E_PANEL, "%s: line %u is neither a [section] nor key = value",
                            path, bad.line);
    if (s->twice)
        return sc_error_set(err, SC_E_PANEL,
                            "%s: '%s' in [" SECTION
                            "] is given twice, or goes on in an indented line",
                            path, s->key);
    if (!s->section_seen)
        return sc_error_set(err, SC_E_PANEL, "%s: there is no section [" SECTION "] with keys",
                            path);
    if (!s->value || !*s->value)
        return sc_error_set(err, SC_E_PANEL,
                            "%s: add '%s = COMMAND' to [" SECTION "], the script that answers it",
                            path, s->key);
    return 0;
}

int sc_integration_command(const struct sc_trust *t, const char *path, const char *key,
                           struct sc_words *ret, struct sc_error *err)
{
    int rc = sc_trust_file(t, "the list of integration scripts", path, err);
    if (rc < 0)
        return rc;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    rc = sc_read_file(path, SC_INTEGRATION_INI_MAX, &text, err);
    if (rc < 0)
        return rc;
    if (strlen(text.data) != text.len)
        return sc_error_set(err, SC_E_PANEL, "%s has a NUL byte: it is not a text file", path);
    struct search s = {.key = key};
    rc = find_value(path, text.data, &s, err);
    SC_FREE char *value = s.value;
    if (rc < 0)
        return rc;
    struct sc_error why = SC_ERROR_INIT;
    rc = sc_words_split(value, ret, &why);
    if (rc == SC_E_INVAL)
        return sc_error_set(err, SC_E_PANEL, "%s: the command of '%s' %s", path, key, why.text);
    if (rc < 0 && err)
        *err = why;
    return rc;
}
