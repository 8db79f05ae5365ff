/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/inventory/domains_json.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/inventory/envelope.h"

static void domain_done(struct sc_domain *d)
{
    SC_FREE_ALL(d->name, d->owner, d->docroot, d->site_dir);
    *d = (struct sc_domain){0};
}

void sc_domains_done(struct sc_domains *d)
{
    SC_VEC_DONE(d->v, d->n, domain_done);
    sc_odds_done(&d->odds);
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

int sc_domains_put(struct sc_domains *d, const char *name, const char *owner, const char *docroot,
                   bool is_main, struct sc_error *err)
{
    if (d->n >= SC_INVENTORY_DOMAINS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "the panel has more than %u domains",
                            SC_INVENTORY_DOMAINS_MAX);
    if (!SC_VEC_ROOM(d->v, d->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    SC_CLEANUP(domain_done)
    struct sc_domain one = {.name = strdup(name),
                            .owner = strdup(owner),
                            .docroot = strdup(docroot),
                            .is_main = is_main};
    if (!one.name || !one.owner || !one.docroot)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    d->v[d->n++] = one;
    one = (struct sc_domain){0};
    return 0;
}

int sc_domains_put_dir(struct sc_domains *d, const char *site_dir, struct sc_error *err)
{
    char *copy = strdup(site_dir);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the domains");
    free(d->v[d->n - 1].site_dir);
    d->v[d->n - 1].site_dir = copy;
    return 0;
}

/* ---- order ---- */

struct numbered {
    struct sc_domain d;
    size_t at;
};

static int by_name_then_order(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int c = strcmp(x->d.name, y->d.name);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

static bool is_sorted(const struct sc_domains *d)
{
    for (size_t i = 1; i < d->n; i++)
        if (strcmp(d->v[i - 1].name, d->v[i].name) > 0)
            return false;
    return true;
}

/* Equal names stay in the order in which they were added; qsort() does not promise that. */
void sc_domains_sort(struct sc_domains *d)
{
    if (is_sorted(d)) /* as adapters answer */
        return;
    SC_FREE struct numbered *v = calloc(d->n + 1, sizeof(*v));
    if (v) {
        for (size_t i = 0; i < d->n; i++)
            v[i] = (struct numbered){d->v[i], i};
        qsort(v, d->n, sizeof(*v), by_name_then_order);
        for (size_t i = 0; i < d->n; i++)
            d->v[i] = v[i].d;
        return;
    }
    for (size_t i = 1; i < d->n; i++) { /* without memory: slow, in place */
        struct sc_domain one = d->v[i];
        size_t at = i;
        for (; at > 0 && strcmp(d->v[at - 1].name, one.name) > 0; at--)
            d->v[at] = d->v[at - 1];
        d->v[at] = one;
    }
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
    sc_odds_filter(&d->odds, owner, name);
    size_t dropped = d->n - kept;
    d->n = kept;
    if (kept == 0) {
        free(d->v);
        d->v = NULL;
    }
    return dropped;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct sc_domain *)a)->name, ((const struct sc_domain *)b)->name);
}

const struct sc_domain *sc_domains_find(const struct sc_domains *d, const char *name)
{
    const struct sc_domain key = {.name = (char *)name};
    return d->n ? bsearch(&key, d->v, d->n, sizeof(*d->v), by_name) : NULL;
}

bool sc_domains_lists(const struct sc_domains *d, const char *name)
{
    for (size_t i = 0; i < d->odds.n; i++)
        if (d->odds.v[i].name && strcmp(d->odds.v[i].name, name) == 0)
            return true;
    return sc_domains_find(d, name) != NULL;
}

/* ---- writing ---- */

/* Whether JSON has the text as it is, without an escape. */
static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text < 0x20 || *text > 0x7e || *text == '"' || *text == '\\')
            return false;
    return true;
}

static bool sayable(const char *text)
{
    if (is_plain(text))
        return true;
    SC_JSON json_t *v = json_string(text);
    return v != NULL;
}

/* What JSON cannot say is told in another way. */
static int part_unsayable(struct sc_domains *d, struct sc_error *err)
{
    int rc = 0;
    size_t kept = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct sc_domain *one = &d->v[i];
        if (rc < 0 || sayable(one->docroot)) {
            d->v[kept++] = *one;
            continue;
        }
        const struct sc_odd what = {.name = one->name, .owner = one->owner, .path = one->docroot};
        rc = sc_odds_add(&d->odds, &what, err, "domain '%s': its document root is not UTF-8",
                         one->name);
        if (rc < 0)
            d->v[kept++] = *one;
        else
            domain_done(one);
    }
    d->n = kept;
    return rc;
}

/* False: no memory. */
static bool add_text(struct sc_buf *out, const char *text)
{
    if (is_plain(text)) {
        sc_buf_str(out, "\"");
        sc_buf_str(out, text);
        sc_buf_str(out, "\"");
        return true;
    }
    SC_JSON json_t *v = json_string(text);
    SC_FREE char *said = v ? json_dumps(v, JSON_ENCODE_ANY) : NULL;
    if (said)
        sc_buf_str(out, said);
    return said != NULL;
}

/* By hand: a tree of all of a server's domains would cost more than all else about them. */
static bool add_domain(struct sc_buf *out, const struct sc_domain *d)
{
    bool ok = add_text(out, d->name);
    sc_buf_str(out, ": {\"owner\": ");
    ok = ok && add_text(out, d->owner);
    sc_buf_str(out, ", \"document_root\": ");
    ok = ok && add_text(out, d->docroot);
    sc_buf_str(out, d->is_main ? ", \"is_main\": true" : ", \"is_main\": false");
    if (d->site_dir && sayable(d->site_dir)) {
        sc_buf_str(out, ", \"site_directory\": ");
        ok = ok && add_text(out, d->site_dir);
    }
    sc_buf_str(out, "}");
    return ok;
}

int sc_domains_to_json(struct sc_domains *d, struct sc_buf *out, struct sc_error *err)
{
    int rc = part_unsayable(d, err);
    if (rc < 0)
        return rc;
    bool ok = true;
    sc_envelope_begin(out);
    sc_buf_str(out, "{");
    for (size_t i = 0; ok && i < d->n; i++) {
        sc_buf_str(out, i ? ", " : "");
        ok = add_domain(out, &d->v[i]);
    }
    sc_buf_str(out, "}");
    return ok ? sc_envelope_end(&d->odds, out, err)
              : sc_error_set(err, SC_E_NOMEM, "out of memory for the answer");
}
