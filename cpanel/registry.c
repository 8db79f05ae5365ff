/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpanel/registry.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/inventory/envelope.h"

static void entry_done(struct sc_cpanel_hook_entry *e)
{
    SC_FREE_ALL(e->category, e->event, e->stage, e->hook);
}

void sc_cpanel_registry_done(struct sc_cpanel_registry *r)
{
    SC_VEC_DONE(r->v, r->n, entry_done);
    *r = (struct sc_cpanel_registry){0};
}

static int add(struct sc_cpanel_registry *r, const char *category, const char *event,
               const char *stage, const char *hook, bool disabled, struct sc_error *err)
{
    if (!category || !event || !stage || !hook)
        return 0;
    if (r->n == SC_CPANEL_HOOKS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "manage_hooks lists more than %u hooks",
                            SC_CPANEL_HOOKS_MAX);
    if (!SC_VEC_ROOM(r->v, r->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of hooks");
    struct sc_cpanel_hook_entry *e = &r->v[r->n++];
    *e = (struct sc_cpanel_hook_entry){.category = strdup(category),
                                       .event = strdup(event),
                                       .stage = strdup(stage),
                                       .hook = strdup(hook),
                                       .disabled = disabled};
    return e->category && e->event && e->stage && e->hook
               ? 0
               : sc_error_set(err, SC_E_NOMEM, "out of memory for the list of hooks");
}

/* ---- JSON ---- */

static bool truth(const json_t *v)
{
    const char *s = json_string_value(v);
    return json_is_true(v) || json_integer_value(v) != 0 || (s && *s && strcmp(s, "0") != 0);
}

static const char *string(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static int add_json(struct sc_cpanel_registry *r, const char *category, const char *event,
                    const json_t *v, struct sc_error *err)
{
    if (json_is_object(v))
        return add(r, category, event, string(v, "stage"), string(v, "hook"),
                   truth(json_object_get(v, "disabled")), err);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < json_array_size(v); i++) {
        const json_t *o = json_array_get(v, i);
        rc = add(r, category, event, string(o, "stage"), string(o, "hook"),
                 truth(json_object_get(o, "disabled")), err);
    }
    return rc;
}

static int parse_json(const json_t *doc, struct sc_cpanel_registry *r, struct sc_error *err)
{
    const char *category, *event;
    json_t *events, *v;
    int rc;
    json_object_foreach((json_t *)doc, category, events)
    {
        json_object_foreach(events, event, v)
        {
            rc = add_json(r, category, event, v, err);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

/* ---- text ---- */

struct text {
    char *category, *event, *stage, *hook; /* in the line buffer */
    bool disabled;
};

static int flush(struct text *t, struct sc_cpanel_registry *r, struct sc_error *err)
{
    int rc = add(r, t->category, t->event, t->stage, t->hook, t->disabled, err);
    t->stage = t->hook = NULL;
    t->disabled = false;
    return rc;
}

/* Headings end with ':' (the category's begins its line); an entry's values are "key: value", and a
 * key that comes again begins the next entry. */
static int text_line(struct text *t, char *line, struct sc_cpanel_registry *r, struct sc_error *err)
{
    char *p = line + strspn(line, " \t-"), *value = strstr(p, ": ");
    size_t n = strlen(p);
    while (n && strchr(" \t\r", p[n - 1]))
        p[--n] = 0;
    if (n == 0)
        return 0;
    if (p[n - 1] == ':' && (!value || value[1] == 0)) {
        int rc = flush(t, r, err);
        p[n - 1] = 0;
        if (p == line) {
            t->category = p;
            t->event = NULL;
        } else {
            t->event = p;
        }
        return rc;
    }
    if (!value)
        return 0;
    *value = 0;
    value += 2 + strspn(value + 2, " \t");
    int rc = 0;
    if (strcmp(p, "stage") == 0) {
        if (t->stage)
            rc = flush(t, r, err);
        t->stage = value;
    } else if (strcmp(p, "hook") == 0) {
        if (t->hook)
            rc = flush(t, r, err);
        t->hook = value;
    } else if (strcmp(p, "disabled") == 0) {
        t->disabled = strcmp(value, "0") != 0;
    }
    return rc;
}

static int parse_text(char *text, struct sc_cpanel_registry *r, struct sc_error *err)
{
    struct text t = {0};
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        int rc = text_line(&t, line, r, err);
        if (rc < 0)
            return rc;
    }
    return flush(&t, r, err);
}

int sc_cpanel_registry_parse(const char *text, size_t len, struct sc_cpanel_registry *ret,
                             struct sc_error *err)
{
    SC_CLEANUP(sc_cpanel_registry_done) struct sc_cpanel_registry r = {0};
    SC_JSON json_t *doc = json_loadb(text, len, 0, NULL);
    int rc;
    if (json_is_object(doc) || (json_is_array(doc) && json_array_size(doc) == 0)) {
        rc = parse_json(doc, &r, err);
    } else {
        SC_FREE char *copy = strndup(text, len);
        if (!copy)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the list of hooks");
        bool empty = copy[strspn(copy, " \t\r\n")] == 0;
        rc = parse_text(copy, &r, err);
        if (rc == 0 && r.n == 0 && !empty)
            rc = sc_error_set(err, SC_E_PANEL, "manage_hooks list printed neither JSON nor hooks");
    }
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &r);
    return 0;
}

bool sc_cpanel_registry_has(const struct sc_cpanel_registry *r, const char *category,
                            const char *event, const char *stage, const char *hook)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct sc_cpanel_hook_entry *e = &r->v[i];
        if (!e->disabled && strcmp(e->category, category) == 0 && strcmp(e->event, event) == 0 &&
            strcmp(e->stage, stage) == 0 && strcmp(e->hook, hook) == 0)
            return true;
    }
    return false;
}
