/* SPDX-License-Identifier: GPL-2.0-or-later */
/* domains.json: text <-> struct. */
#include "core/config/domains_config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/resolve.h"
#include "core/config/pathname.h"
#include "core/base/domain_name.h"

static const char *const limit_names[SC_LIMIT_COUNT] = {
    [SC_LIMIT_CPU] = "cpu",     [SC_LIMIT_PMEM] = "pmem", [SC_LIMIT_IO] = "io",
    [SC_LIMIT_NPROC] = "nproc", [SC_LIMIT_IOPS] = "iops", [SC_LIMIT_EP] = "ep",
    [SC_LIMIT_VMEM] = "vmem"};

const char *sc_limit_name(enum sc_limit limit)
{
    return limit_names[limit];
}

int sc_limit_from_name(const char *name)
{
    for (int i = 0; i < SC_LIMIT_COUNT; i++)
        if (!strcmp(limit_names[i], name))
            return i;
    return -1;
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the configuration of domains");
}

static int unknown_key(const char *key, const char *allowed, struct sc_error *err)
{
    return sc_error_set(err, SC_E_INVAL, "unknown key \"%s\": allowed are %s", key, allowed);
}

static int parse_limits(json_t *object, struct sc_limits *ret, struct sc_error *err)
{
    struct sc_limits limits = {0};
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return sc_error_set(err, SC_E_INVAL, "\"limits\" must be an object");
    json_object_foreach(object, key, value)
    {
        int i = sc_limit_from_name(key);
        int rc = i < 0 ? unknown_key(key, "cpu, pmem, io, nproc, iops, ep, vmem", err) : 0;
        if (rc == 0 && (!json_is_integer(value) || json_integer_value(value) < 0 ||
                        (unsigned long long)json_integer_value(value) > SC_LIMIT_VALUE_MAX))
            rc = sc_error_set(err, SC_E_INVAL, "\"%s\" must be a whole number from 0 to %llu", key,
                              SC_LIMIT_VALUE_MAX);
        if (rc < 0) {
            sc_error_wrap(err, "\"limits\"");
            return rc;
        }
        limits.set |= 1u << i;
        limits.value[i] = (uint64_t)json_integer_value(value);
    }
    *ret = limits;
    return 0;
}

/* Adds one path, given below the home or as an absolute path in it. */
static int add_path(struct sc_domain_entry *e, const char *text, bool rw, const char *home,
                    struct sc_error *err)
{
    const char *below = *text == '/' ? sc_path_below(text, home) : text;
    if (!below)
        return sc_error_set(err, SC_E_INVAL, "\"%s\" is not below the home %s", text, home);
    SC_FREE char *rel = strdup(below);
    if (!rel)
        return no_memory(err);
    if (strlen(rel) > SC_DOMAIN_PATH_MAX)
        return sc_error_set(err, SC_E_INVAL, "a path is longer than %u bytes", SC_DOMAIN_PATH_MAX);
    if (sc_path_normalise(rel) < 0)
        return sc_error_set(err, SC_E_INVAL, "\"%s\": '..' is not allowed", text);
    if (!*rel)
        return sc_error_set(err, SC_E_INVAL, "\"%s\" is the whole home: name something in it",
                            text);
    for (size_t i = 0; i < e->n_paths; i++)
        if (!strcmp(e->paths[i].rel, rel))
            return sc_error_set(err, SC_E_INVAL, "\"%s\" is given twice", text);
    e->paths[e->n_paths++] = (struct sc_domain_path){sc_steal_ptr(&rel), rw};
    return 0;
}

static int parse_paths(json_t *object, const char *home, struct sc_domain_entry *e,
                       struct sc_error *err)
{
    const char *key;
    json_t *list, *value;
    size_t i;
    if (!json_is_object(object))
        return sc_error_set(err, SC_E_INVAL, "\"paths\" must be an object");
    json_object_foreach(object, key, list) if (strcmp(key, "ro") && strcmp(key, "rw"))
    {
        unknown_key(key, "ro, rw", err);
        sc_error_wrap(err, "\"paths\"");
        return SC_E_INVAL;
    }
    e->paths = calloc(2 * SC_DOMAIN_PATHS_MAX, sizeof(*e->paths));
    if (!e->paths)
        return no_memory(err);
    for (int rw = 0; rw < 2; rw++) {
        const char *kind = rw ? "rw" : "ro";
        list = json_object_get(object, kind);
        if (!list)
            continue;
        int rc = 0;
        if (!json_is_array(list))
            rc = sc_error_set(err, SC_E_INVAL, "must be an array of paths");
        else if (json_array_size(list) > SC_DOMAIN_PATHS_MAX)
            rc = sc_error_set(err, SC_E_INVAL, "has more than %u paths", SC_DOMAIN_PATHS_MAX);
        else
            json_array_foreach(list, i, value)
            {
                rc = json_is_string(value)
                         ? add_path(e, json_string_value(value), rw, home, err)
                         : sc_error_set(err, SC_E_INVAL, "must be an array of paths");
                if (rc < 0)
                    break;
            }
        if (rc < 0) {
            sc_error_wrap(err, "\"paths\": \"%s\"", kind);
            return rc;
        }
    }
    if (e->n_paths == 0) {
        free(e->paths);
        e->paths = NULL;
        return 0;
    }
    void *less = reallocarray(e->paths, e->n_paths, sizeof(*e->paths));
    if (less)
        e->paths = less;
    return 0;
}

/* Reads the keys of one domain into *e, whose members are empty but for the name. */
static int parse_entry(json_t *object, bool with_isolated, const char *home,
                       struct sc_domain_entry *e, struct sc_error *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return sc_error_set(err, SC_E_INVAL, "must be an object");
    e->isolated = true;
    json_object_foreach(object, key, value)
    {
        int rc = 0;
        if (!strcmp(key, "isolated") && with_isolated) {
            if (!json_is_boolean(value))
                return sc_error_set(err, SC_E_INVAL, "\"isolated\" must be true or false");
            e->isolated = json_is_true(value);
        } else if (!strcmp(key, "limits")) {
            rc = parse_limits(value, &e->limits, err);
        } else if (!strcmp(key, "paths")) {
            rc = parse_paths(value, home, e, err);
        } else if (!strcmp(key, "home")) {
            e->home = sc_home_from_name(json_is_string(value) ? json_string_value(value) : "");
            if (e->home == SC_HOME_UNSET)
                rc = sc_error_set(err, SC_E_INVAL, "\"home\" must be \"private\" or \"shared\"");
        } else if (!strcmp(key, "learning_until")) {
            if (!json_is_integer(value) || json_integer_value(value) < 0)
                return sc_error_set(err, SC_E_INVAL,
                                    "\"learning_until\" must be seconds since 1970");
            e->learning_until = json_integer_value(value);
        } else {
            rc = unknown_key(key, "isolated, limits, paths, home, learning_until", err);
        }
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_domain_entry *)a)->name,
                  ((const struct sc_domain_entry *)b)->name);
}

/* Each is looked for in the home, and closed to all other sites. */
static size_t count_paths(const struct sc_domains_config *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += c->entries[i].n_paths;
    return n;
}

static int parse_domains(json_t *domains, const char *home, struct sc_domains_config *c,
                         struct sc_error *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(domains))
        return sc_error_set(err, SC_E_INVAL, "\"domains\" must be an object");
    size_t n = json_object_size(domains);
    if (n > SC_DOMAINS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "\"domains\" has more than %u domains",
                            SC_DOMAINS_MAX);
    c->entries = calloc(n + 1, sizeof(*c->entries));
    if (!c->entries)
        return no_memory(err);
    json_object_foreach(domains, key, value)
    {
        char name[256];
        int rc = sc_domain_canon(key, name, err);
        if (rc == 0) {
            struct sc_domain_entry *e = &c->entries[c->n++];
            e->name = strdup(name);
            rc = e->name ? parse_entry(value, true, home, e, err) : no_memory(err);
        }
        if (rc < 0) {
            sc_error_wrap(err, "\"domains\": \"%.256s\"", key);
            return rc;
        }
    }
    if (count_paths(c) > SC_DOMAINS_PATHS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "\"paths\" of all domains have more than %u paths",
                            SC_DOMAINS_PATHS_MAX);
    qsort(c->entries, c->n, sizeof(*c->entries), by_name);
    for (size_t i = 1; i < c->n; i++)
        if (by_name(&c->entries[i - 1], &c->entries[i]) == 0)
            return sc_error_set(err, SC_E_INVAL,
                                "\"domains\": \"%s\" is there twice, in two spellings",
                                c->entries[i].name);
    return 0;
}

static int parse_root(json_t *root, const char *home, struct sc_domains_config *c,
                      struct sc_error *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(root))
        return sc_error_set(err, SC_E_INVAL, "must be an object");
    json_object_foreach(root, key, value)
    {
        int rc = 0;
        if (!strcmp(key, "version")) {
            if (!json_is_integer(value) || json_integer_value(value) != 1)
                return sc_error_set(err, SC_E_INVAL, "\"version\" must be 1");
        } else if (!strcmp(key, "domains")) {
            rc = parse_domains(value, home, c, err);
        } else {
            rc = unknown_key(key, "version, domains", err);
        }
        if (rc < 0)
            return rc;
    }
    return 0;
}

static json_t *load_text(const char *text, size_t len, struct sc_error *err)
{
    json_error_t je;
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
    if (!root)
        sc_error_set(err, SC_E_INVAL, "line %d, column %d: %s", je.line, je.column, je.text);
    return root;
}

int sc_domains_config_parse(const char *text, size_t len, const char *home,
                            struct sc_domains_config *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_domains_config_free) struct sc_domains_config c = SC_DOMAINS_CONFIG_INIT;
    json_auto_t *root = load_text(text, len, err);
    int rc = root ? parse_root(root, home, &c, err) : SC_E_INVAL;
    if (rc < 0)
        return rc;
    *ret = c;
    c = (struct sc_domains_config)SC_DOMAINS_CONFIG_INIT;
    return 0;
}

/* Adds "limits", "paths", "home" and "learning_until" where there are any. 0, or -1: no memory, or a path that is not
 * UTF-8. */
static int put_settings(json_t *object, const struct sc_domain_entry *e)
{
    if (e->home != SC_HOME_UNSET &&
        json_object_set_new(object, "home", json_string(sc_home_name(e->home))) < 0)
        return -1;
    if (e->learning_until && json_object_set_new(object, "learning_until",
                                                 json_integer((json_int_t)e->learning_until)) < 0)
        return -1;
    if (e->limits.set) {
        json_t *limits = json_object();
        if (json_object_set_new(object, "limits", limits) < 0)
            return -1;
        for (int i = 0; i < SC_LIMIT_COUNT; i++)
            if (e->limits.set & 1u << i &&
                json_object_set_new(limits, limit_names[i],
                                    json_integer((json_int_t)e->limits.value[i])) < 0)
                return -1;
    }
    if (e->n_paths) {
        json_t *paths = json_object();
        if (json_object_set_new(object, "paths", paths) < 0)
            return -1;
        for (size_t i = 0; i < e->n_paths; i++) {
            const char *kind = e->paths[i].rw ? "rw" : "ro";
            json_t *list = json_object_get(paths, kind);
            if (!list && json_object_set_new(paths, kind, list = json_array()) < 0)
                return -1;
            if (json_array_append_new(list, json_string(e->paths[i].rel)) < 0)
                return -1;
        }
    }
    return 0;
}

static int put_text(const json_t *root, size_t flags, struct sc_buf *ret, struct sc_error *err)
{
    SC_FREE char *text = json_dumps(root, JSON_SORT_KEYS | flags);
    if (!text)
        return no_memory(err);
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_buf_str(&b, text);
    if (flags)
        sc_buf_str(&b, "\n");
    int rc = sc_buf_check(&b, "the configuration of domains", err);
    if (rc < 0)
        return rc;
    sc_buf_free(ret);
    sc_buf_add(ret, b.data, b.len);
    return sc_buf_check(ret, "the configuration of domains", err);
}

int sc_domains_config_format(const struct sc_domains_config *c, struct sc_buf *ret,
                             struct sc_error *err)
{
    json_auto_t *root = json_object();
    json_t *domains = json_object();
    if (json_object_set_new(root, "domains", domains) < 0 ||
        json_object_set_new(root, "version", json_integer(1)) < 0)
        return no_memory(err);
    for (size_t i = 0; i < c->n; i++) {
        const struct sc_domain_entry *e = &c->entries[i];
        json_t *object = json_object();
        if (json_object_set_new(domains, e->name, object) < 0 ||
            json_object_set_new(object, "isolated", json_boolean(e->isolated)) < 0 ||
            put_settings(object, e) < 0)
            return no_memory(err);
    }
    return put_text(root, JSON_INDENT(2), ret, err);
}

int sc_domain_entry_to_json(const struct sc_domain_entry *entry, struct sc_buf *ret,
                            struct sc_error *err)
{
    json_auto_t *object = json_object();
    if (!object || put_settings(object, entry) < 0)
        return no_memory(err);
    return put_text(object, 0, ret, err);
}

int sc_domain_entry_from_json(struct sc_domain_entry *entry, const char *text, const char *home,
                              struct sc_error *err)
{
    SC_CLEANUP(sc_domain_entry_clear) struct sc_domain_entry e = {0};
    json_auto_t *object = load_text(text, strlen(text), err);
    int rc = object ? parse_entry(object, false, home, &e, err) : SC_E_INVAL;
    if (rc < 0)
        return rc;
    e.name = sc_steal_ptr(&entry->name);
    e.isolated = entry->isolated;
    sc_domain_entry_clear(entry);
    *entry = e;
    e = (struct sc_domain_entry){0};
    return 0;
}
