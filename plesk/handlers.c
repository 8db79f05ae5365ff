/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/handlers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"

void sc_handlers_done(struct sc_handlers *h)
{
    free(h->v);
    *h = (struct sc_handlers){0};
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "Id  17", "Event handler Id: 17": the number at the line's end. Not in a line with a '/', which
 * is a command. 0: it is no such line. */
static unsigned long record_id(const char *line)
{
    if (strchr(line, '/'))
        return 0;
    const char *id = NULL;
    for (const char *p = strstr(line, "Id"); p; p = strstr(p + 1, "Id")) {
        if ((p == line || !is_word(p[-1])) && !is_word(p[2]))
            id = p + 2;
    }
    if (!id)
        return 0;
    id += strcspn(id, "0123456789");
    size_t n = strspn(id, "0123456789");
    if (n == 0 || n > 9 || id[n + strspn(id + n, " \t\r")])
        return 0;
    return strtoul(id, NULL, 10);
}

/* The event of a line that has our command in it; NULL where it has not. */
static const char *own_event(const char *line, const char *adapter, char event[64])
{
    const char *p = strstr(line, adapter);
    if (!p || (p > line && (is_word(p[-1]) || p[-1] == '/')))
        return NULL;
    p += strlen(adapter);
    p += strspn(p, "'\"");
    size_t space = strspn(p, " \t");
    p += space;
    if (!space || strncmp(p, "hook", 4) != 0 || (p[4] != ' ' && p[4] != '\t'))
        return NULL;
    p += 4;
    p += strspn(p, " \t");
    size_t n = 0;
    while (is_word(p[n]))
        n++;
    if (n == 0 || n >= 64)
        return NULL;
    memcpy(event, p, n);
    event[n] = 0;
    return event;
}

static int add(struct sc_handlers *h, unsigned long id, const char *event, struct sc_error *err)
{
    if (h->n == SC_HANDLERS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "Plesk lists more than %u handlers of Sitecage's",
                            SC_HANDLERS_MAX);
    if (!SC_VEC_ROOM(h->v, h->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for Plesk's handlers");
    h->v[h->n].id = id;
    snprintf(h->v[h->n].event, sizeof(h->v[h->n].event), "%s", event);
    h->n++;
    return 0;
}

int sc_handlers_parse(const char *data, size_t len, const char *adapter, struct sc_handlers *ret,
                      struct sc_error *err)
{
    SC_FREE char *text = strndup(data, len); /* what follows a NUL is nobody's line */
    if (!text)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for Plesk's handlers");
    SC_CLEANUP(sc_handlers_done) struct sc_handlers h = {0};
    unsigned long id = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        unsigned long begins = record_id(line);
        if (begins)
            id = begins;
        char event[64];
        if (!own_event(line, adapter, event))
            continue;
        if (!id)
            return sc_error_set(err, SC_E_PANEL,
                                "cannot tell the number of a handler of Sitecage's in what 'plesk "
                                "bin event_handler --list' prints: remove it by hand");
        int rc = add(&h, id, event, err);
        if (rc < 0)
            return rc;
        id = 0; /* one command a record */
    }
    SC_MOVE(ret, &h);
    return 0;
}

bool sc_handlers_event_known(const char *data, size_t len, const char *event)
{
    size_t n = strlen(event);
    for (const char *p = data, *end = data + len; (size_t)(end - p) >= n; p++) {
        p = memmem(p, (size_t)(end - p), event, n);
        if (!p)
            return false;
        if ((p == data || !is_word(p[-1])) && (p + n == end || !is_word(p[n])))
            return true;
    }
    return false;
}
