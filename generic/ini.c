/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/ini.h"

#include <ini.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"

#define SECTION "integration_scripts"

/* What is left of the file, for the reader below. */
struct lines {
    const char *next;
    int number;   /* of the line handed out last */
    int too_long; /* number of the first line that did not fit, 0 */
    int longest;  /* what would have fitted */
};

struct search {
    const char *key;
    char *value;
    bool section_seen;
    bool twice;
    bool no_memory;
};

/* inih's buffer for a line is small (200 bytes in Debian's build), and it would take the rest of a
 * longer line for a line of its own. So the reader hands out whole lines, and notes the one that
 * does not fit; of a comment nothing is needed. */
static char *read_line(char *to, int size, void *data)
{
    struct lines *l = data;
    if (!*l->next || size < 2)
        return NULL;
    size_t len = strcspn(l->next, "\n");
    const char *line = l->next;
    l->next += len + (line[len] == '\n');
    l->number++;
    size_t indent = strspn(line, " \t\r");
    if (line[indent] == '#' || line[indent] == ';')
        len = 0;
    if (len > (size_t)size - 2) {
        if (!l->too_long) {
            l->too_long = l->number;
            l->longest = size - 2;
        }
        len = 0;
    }
    memcpy(to, line, len);
    to[len] = '\n';
    to[len + 1] = 0;
    return to;
}

static int on_value(void *data, const char *section, const char *name, const char *value)
{
    struct search *s = data;
    if (strcmp(section, SECTION) != 0)
        return 1;
    s->section_seen = true;
    if (strcasecmp(name, s->key) != 0)
        return 1;
    if (s->value) {
        s->twice = true;
        return 1;
    }
    s->value = strdup(value ? value : "");
    s->no_memory = !s->value;
    return 1;
}

static int find_value(const char *path, const char *text, struct search *s, struct sc_error *err)
{
    struct lines l = {.next = text};
    int rc = ini_parse_stream(read_line, &l, on_value, s);
    if (l.too_long)
        return sc_error_set(err, SC_E_PANEL,
                            "%s: line %d is longer than %d bytes (put the command into a script)",
                            path, l.too_long, l.longest);
    if (rc < 0 || s->no_memory)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    if (rc > 0)
        return sc_error_set(err, SC_E_PANEL, "%s: line %d is neither a [section] nor key = value",
                            path, rc);
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
