/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpanel/yaml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "core/base/cleanup.h"

struct reading {
    const char *what;
    sc_cpanel_yaml_item *item;
    void *arg;
    unsigned depth;                              /* of open mappings and lists */
    bool mapping[SC_CPANEL_YAML_DEPTH_MAX + 1];  /* at that depth; from 1 on */
    bool at_value[SC_CPANEL_YAML_DEPTH_MAX + 1]; /* in a mapping: its key was read */
    char *key, *sub;                             /* NULL: one that cannot be used */
};

static void reading_done(struct reading *r)
{
    free(r->key);
    free(r->sub);
}

/* The node that begins here is a value, of the mapping or list around it; after it comes a key. */
static void step(struct reading *r)
{
    r->at_value[r->depth] = !r->at_value[r->depth];
}

static int keep(char **slot, const char *text, struct sc_error *err)
{
    free(*slot);
    *slot = text ? strdup(text) : NULL;
    return text && !*slot ? sc_error_set(err, SC_E_NOMEM, "out of memory for YAML") : 0;
}

/* `text` is NULL for what is no usable scalar. */
static int leaf(struct reading *r, const char *text, struct sc_error *err)
{
    int rc = 0;
    bool is_key = r->mapping[r->depth] && !r->at_value[r->depth];
    if (r->depth == 0)
        return text && !*text ? 0 : sc_error_set(err, SC_E_INVAL, "%s: not a mapping", r->what);
    if (is_key && r->depth <= 2) {
        rc = keep(r->depth == 1 ? &r->key : &r->sub, text, err);
    } else if (!is_key && text && r->key && r->depth == 1) {
        rc = r->item(r->key, NULL, text, r->arg);
    } else if (!is_key && text && r->key && r->depth == 2 && (!r->mapping[2] || r->sub)) {
        rc = r->item(r->key, r->mapping[2] ? r->sub : NULL, text, r->arg);
    }
    step(r);
    return rc;
}

static int open_node(struct reading *r, bool mapping, struct sc_error *err)
{
    if (r->depth == 0 && !mapping)
        return sc_error_set(err, SC_E_INVAL, "%s: not a mapping", r->what);
    if (r->depth == SC_CPANEL_YAML_DEPTH_MAX)
        return sc_error_set(err, SC_E_INVAL, "%s: nested too deeply", r->what);
    /* A mapping or list as a key: the value behind it belongs to nothing. */
    if (r->mapping[r->depth] && !r->at_value[r->depth] && r->depth >= 1 && r->depth <= 2)
        (void)keep(r->depth == 1 ? &r->key : &r->sub, NULL, NULL);
    step(r);
    r->depth++;
    r->mapping[r->depth] = mapping;
    r->at_value[r->depth] = false;
    return 0;
}

static int event(struct reading *r, const yaml_event_t *e, bool *end, struct sc_error *err)
{
    const char *text;
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        text = (const char *)e->data.scalar.value;
        return leaf(r, strlen(text) == e->data.scalar.length ? text : NULL, err);
    case YAML_ALIAS_EVENT:
        return leaf(r, NULL, err);
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        return open_node(r, e->type == YAML_MAPPING_START_EVENT, err);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        r->depth--;
        return 0;
    case YAML_DOCUMENT_END_EVENT:
    case YAML_STREAM_END_EVENT:
        *end = true;
        return 0;
    default:
        return 0;
    }
}

int sc_cpanel_yaml_read(const char *data, size_t len, const char *what, sc_cpanel_yaml_item *item,
                        void *arg, struct sc_error *err)
{
    SC_CLEANUP(yaml_parser_delete) yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        memset(&parser, 0, sizeof(parser));
        return sc_error_set(err, SC_E_NOMEM, "out of memory for YAML");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)data, len);
    SC_CLEANUP(reading_done) struct reading r = {.what = what, .item = item, .arg = arg};
    for (bool end = false; !end;) {
        yaml_event_t e;
        if (!yaml_parser_parse(&parser, &e))
            return sc_error_set(err, SC_E_INVAL, "%s line %zu: not YAML: %s", what,
                                parser.problem_mark.line + 1,
                                parser.problem ? parser.problem : "unreadable");
        int rc = event(&r, &e, &end, err);
        yaml_event_delete(&e);
        if (rc < 0)
            return rc;
    }
    return 0;
}
