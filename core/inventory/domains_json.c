/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/inventory/domains_json.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/inventory/envelope.h"

static void domain_done(struct sc_domain *d)
{
    free(d->name);
    free(d->owner);
    free(d->docroot);
    *d = (struct sc_domain){0};
}

void sc_domains_done(struct sc_domains *d)
{
    for (size_t i = 0; i < d->n; i++)
        domain_done(&d->v[i]);
    free(d->v);
    *d = (struct sc_domains)SC_DOMAINS_INIT;
}

const char *sc_docroot_clean(const char *raw, char out[SC_DOCROOT_MAX + 1])
{
    if (raw[0] != '/')
        return "is not an absolute path";
    size_t used = 0;
    for (const char *part = raw; *part;) {
        part += strspn(part, "/");
        size_t n = strcspn(part, "/");
        if (n == 0)
            break;
        if ((n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.'))
            return "has a part \".\" or \"..\"";
        if (n + 1 > SC_DOCROOT_MAX - used)
            return "is longer than 4095 bytes";
        out[used++] = '/';
        memcpy(out + used, part, n);
        used += n;
        part += n;
    }
    if (used == 0)
        out[used++] = '/';
    out[used] = 0;
    return NULL;
}

static int bad(struct sc_error *err, const char *who, const char *domain, const char *key,
               const char *what)
{
    return sc_error_set(err, SC_E_PANEL, "%s: domain '%s': \"%s\" %s", who, domain, key, what);
}

/* The string of that key, or NULL and the error is set. */
static const char *need_string(const json_t *o, const char *who, const char *domain,
                               const char *key, struct sc_error *err)
{
    const json_t *v = json_object_get(o, key);
    if (!v)
        bad(err, who, domain, key, "is missing");
    else if (!json_is_string(v))
        bad(err, who, domain, key, "is not a string");
    return json_string_value(v);
}

static int parse_one(const char *key, const json_t *o, const char *who, struct sc_domain *ret,
                     struct sc_error *err)
{
    char name[256];
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_domain_canon(key, name, &why);
    if (rc < 0)
        return sc_error_set(err, rc == SC_E_NOMEM ? rc : SC_E_PANEL, "%s: %s", who, why.text);
    if (!json_is_object(o))
        return sc_error_set(err, SC_E_PANEL, "%s: domain '%s' is not described by an object", who,
                            key);
    const char *owner = need_string(o, who, key, "owner", err);
    if (!owner)
        return SC_E_PANEL;
    if (!sc_owner_valid(owner))
        return bad(err, who, key, "owner", *owner ? "is not a user name" : "is empty");
    const char *raw = need_string(o, who, key, "document_root", err);
    if (!raw)
        return SC_E_PANEL;
    char docroot[SC_DOCROOT_MAX + 1];
    const char *wrong = sc_docroot_clean(raw, docroot);
    if (wrong)
        return bad(err, who, key, "document_root", wrong);
    const json_t *is_main = json_object_get(o, "is_main");
    if (is_main && !json_is_boolean(is_main))
        return bad(err, who, key, "is_main", "is neither true nor false");

    SC_CLEANUP(domain_done)
    struct sc_domain d = {.name = strdup(name), .owner = strdup(owner), .docroot = strdup(docroot)};
    if (!d.name || !d.owner || !d.docroot)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    d.is_main = json_is_true(is_main);
    *ret = d;
    d = (struct sc_domain){0};
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_domain *)a)->name, ((const struct sc_domain *)b)->name);
}

/* Two keys of the answer may be spellings of one name: "Bücher.de", "xn--bcher-kva.de". */
static int merge_spellings(struct sc_domains *d, const char *who, struct sc_error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct sc_domain *prev = kept ? &d->v[kept - 1] : NULL;
        if (!prev || strcmp(prev->name, d->v[i].name) != 0) {
            if (kept != i) {
                d->v[kept] = d->v[i];
                d->v[i] = (struct sc_domain){0};
            }
            kept++;
            continue;
        }
        if (strcmp(prev->owner, d->v[i].owner) != 0 || strcmp(prev->docroot, d->v[i].docroot) != 0)
            return sc_error_set(
                err, SC_E_PANEL,
                "%s: domain '%s' is there twice, with different owners or document roots", who,
                prev->name);
        prev->is_main = prev->is_main || d->v[i].is_main;
        domain_done(&d->v[i]);
    }
    d->n = kept;
    return 0;
}

int sc_domains_parse(const char *json, size_t len, const char *who, struct sc_domains *ret,
                     struct sc_error *err)
{
    SC_JSON json_t *data = NULL;
    int rc = sc_envelope_parse(json, len, who, &data, err);
    if (rc < 0)
        return rc;
    if (!who)
        who = "the panel adapter";
    /* PHP's json_encode() writes an empty map as []. */
    bool empty_list = json_is_array(data) && json_array_size(data) == 0;
    if (!json_is_object(data) && !empty_list)
        return sc_error_set(err, SC_E_PANEL, "%s answered with \"data\" that is not an object",
                            who);
    size_t n = empty_list ? 0 : json_object_size(data);
    if (n > SC_INVENTORY_DOMAINS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "%s answered with more than %u domains", who,
                            SC_INVENTORY_DOMAINS_MAX);
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    if (n) {
        d.v = calloc(n, sizeof(*d.v));
        if (!d.v)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for %zu domains", n);
        const char *key;
        json_t *value;
        json_object_foreach(data, key, value)
        {
            rc = parse_one(key, value, who, &d.v[d.n], err);
            if (rc < 0)
                return rc;
            d.n++;
        }
        qsort(d.v, d.n, sizeof(*d.v), by_name);
        rc = merge_spellings(&d, who, err);
        if (rc < 0)
            return rc;
    }
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

int sc_domains_to_json(const struct sc_domains *d, struct sc_buf *out, struct sc_error *err)
{
    SC_JSON json_t *data = json_object();
    for (size_t i = 0; i < d->n; i++) {
        const struct sc_domain *one = &d->v[i];
        SC_JSON json_t *root = json_string(one->docroot);
        if (!root)
            return sc_error_set(err, SC_E_PANEL, "domain '%s': its document root is not UTF-8",
                                one->name);
        json_t *o = json_pack("{s:s, s:O, s:b}", "owner", one->owner, "document_root", root,
                              "is_main", one->is_main ? 1 : 0);
        if (json_object_set_new_nocheck(data, one->name, o) < 0)
            return sc_error_set(err, SC_E_NOMEM, "out of memory for the answer");
    }
    return data ? sc_envelope_ok(data, out, err)
                : sc_error_set(err, SC_E_NOMEM, "out of memory for the answer");
}

size_t sc_domains_filter(struct sc_domains *d, const char *owner, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->n; i++) {
        if ((owner && strcmp(d->v[i].owner, owner) != 0) ||
            (name && strcmp(d->v[i].name, name) != 0))
            domain_done(&d->v[i]);
        else
            d->v[kept++] = d->v[i];
    }
    size_t dropped = d->n - kept;
    d->n = kept;
    if (kept == 0) {
        free(d->v);
        d->v = NULL;
    }
    return dropped;
}

const struct sc_domain *sc_domains_find(const struct sc_domains *d, const char *name)
{
    const struct sc_domain key = {.name = (char *)name};
    return d->n ? bsearch(&key, d->v, d->n, sizeof(*d->v), by_name) : NULL;
}
