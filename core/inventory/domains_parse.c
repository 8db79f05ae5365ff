/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the answer to `domains`: each entry for itself, so that an odd one stops no other. */
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/inventory/domains_json.h"
#include "core/inventory/envelope.h"

#define PATHS_MAX 16 /* of one entry */
#define DEPTH_MAX 3  /* of lists around them */

struct parsing {
    const char *who;
    struct sc_domains d;
    struct sc_error *err;
};

static void parsing_done(struct parsing *p)
{
    sc_domains_done(&p->d);
}

/* What an entry says. */
struct entry {
    char name[256]; /* "" when it cannot be one */
    char *key;      /* for people */
    char *owner;    /* NULL when it cannot be one */
    struct sc_span roots[PATHS_MAX];
    size_t n_roots;
    char *site_dir; /* NULL: there is none that can be understood */
    bool is_main;
    char wrong[600]; /* the first thing that is wrong; "" */
    bool broken;     /* … and it is no domain for it */
    unsigned owners;
};

static void entry_done(struct entry *e)
{
    SC_FREE_ALL(e->key, e->owner, e->site_dir);
}

/* Notes what is wrong, the first thing only. */
static void blame(struct entry *e, bool broken, const char *key, const char *what)
{
    if (!e->wrong[0] && key)
        snprintf(e->wrong, sizeof(e->wrong), "domain '%.253s': \"%s\" %s", e->key, key, what);
    else if (!e->wrong[0])
        snprintf(e->wrong, sizeof(e->wrong), "%.590s", what);
    e->broken |= broken;
}

static int no_memory(struct parsing *p)
{
    return sc_error_set(p->err, SC_E_NOMEM, "out of memory for the domains");
}

/* The string that the piece is, copied; *ret NULL for anything else, and one with a NUL in it. */
static int text_of(struct parsing *p, struct sc_span s, char **ret)
{
    struct sc_span plain;
    *ret = NULL;
    if (sc_json_plain(s, &plain)) {
        *ret = strndup(plain.p, plain.n);
        return *ret ? 0 : no_memory(p);
    }
    SC_JSON json_t *v = sc_json_piece(s);
    const char *text = json_string_value(v);
    if (!text || strlen(text) != json_string_length(v))
        return 0;
    *ret = strdup(text);
    return *ret ? 0 : no_memory(p);
}

static bool is_word(struct sc_span s, const char *word)
{
    return s.n == strlen(word) && memcmp(s.p, word, s.n) == 0;
}

/* ---- what an entry's members are ---- */

static int read_name(struct parsing *p, struct entry *e, struct sc_span key)
{
    struct sc_error why = SC_ERROR_INIT;
    int rc = text_of(p, key, &e->key);
    if (rc < 0)
        return rc;
    if (!e->key) {
        blame(e, true, NULL, "a domain's name is not text");
        e->key = strndup(key.p, key.n);
        return e->key ? 0 : no_memory(p);
    }
    if (sc_domain_canon(e->key, e->name, &why) < 0) {
        e->name[0] = 0;
        blame(e, true, NULL, why.text);
    }
    return 0;
}

static int read_owner(struct parsing *p, struct entry *e, struct sc_span value)
{
    SC_FREE char *s = NULL;
    int rc = text_of(p, value, &s);
    if (rc < 0)
        return rc;
    if (e->owners++ > 0) {
        free(e->owner);
        e->owner = NULL;
        blame(e, true, "owner", "is there twice");
    } else if (!s) {
        blame(e, true, "owner", "is not a string");
    } else if (!sc_owner_valid(s)) {
        blame(e, true, "owner", *s ? "is not a user name" : "is empty");
    } else {
        e->owner = sc_steal_ptr(&s);
    }
    return 0;
}

/* The path that the piece is; NULL: it is none. Bytes that JSON cannot have are taken as they are:
 * file names have them. */
static char *path_of(struct sc_span s)
{
    SC_JSON json_t *v = sc_json_piece(s);
    const char *text = json_string_value(v); /* to a NUL, if there is one */
    char *path = NULL;
    if (text)
        path = strdup(text);
    else if (!v && s.n >= 2 && s.p[0] == '"' && !memchr(s.p, '\\', s.n))
        path = strndup(s.p + 1, s.n - 2);
    if (path && (!*path || strlen(path) > SC_DOCROOT_MAX)) {
        free(path);
        path = NULL;
    }
    return path;
}

static void read_is_main(struct entry *e, struct sc_span value)
{
    e->is_main = is_word(value, "true");
    if (!e->is_main && !is_word(value, "false"))
        blame(e, false, "is_main", "is neither true nor false");
}

/* One that is wrong is passed over; the domain is as good without. */
static int read_site_dir(struct parsing *p, struct entry *e, struct sc_span value)
{
    SC_FREE char *raw = NULL;
    char clean[SC_DOCROOT_MAX + 1];
    int rc = text_of(p, value, &raw);
    if (rc < 0)
        return rc;
    const char *wrong = raw ? sc_docroot_clean(raw, clean) : "is not a string";
    if (is_word(value, "null") || (raw && !*raw))
        return 0;
    if (wrong) {
        blame(e, false, "site_directory", wrong);
        return 0;
    }
    free(e->site_dir);
    e->site_dir = strdup(clean);
    return e->site_dir ? 0 : no_memory(p);
}

static int read_member(struct parsing *p, struct entry *e, struct sc_span key, struct sc_span value)
{
    if (sc_json_is(key, "owner"))
        return read_owner(p, e, value);
    if (sc_json_is(key, "document_root") && e->n_roots < PATHS_MAX)
        e->roots[e->n_roots++] = value;
    else if (sc_json_is(key, "is_main"))
        read_is_main(e, value);
    else if (sc_json_is(key, "site_directory"))
        return read_site_dir(p, e, value);
    return 0;
}

static int read_entry(struct parsing *p, struct entry *e, struct sc_span value)
{
    struct sc_json_walk w;
    struct sc_span key, member;
    int more, rc = 0;
    if (value.p[0] != '{' || !sc_json_walk_begin(&w, value)) {
        char text[300];
        snprintf(text, sizeof(text), "domain '%.253s' is not described by an object", e->key);
        blame(e, true, NULL, text);
        e->roots[e->n_roots++] = value;
        return 0;
    }
    while (rc == 0 && (more = sc_json_walk_next(&w, &key, &member)) == 1)
        rc = read_member(p, e, key, member);
    if (rc == 0 && more < 0)
        blame(e, true, NULL, "an entry is not JSON");
    if (rc == 0 && e->owners == 0)
        blame(e, true, "owner", "is missing");
    if (rc == 0 && e->n_roots == 0)
        blame(e, true, "document_root", "is missing");
    return rc;
}

/* ---- what becomes of it ---- */

static int add_odd(struct parsing *p, const struct entry *e, const char *path, bool hides)
{
    const struct sc_odd what = {
        .name = e->name[0] ? e->name : NULL, .owner = e->owner, .path = path, .hides = hides};
    return sc_odds_add(&p->d.odds, &what, p->err, "%s: %s", p->who, e->wrong);
}

/* Each path that the piece is, or has in it. */
static int add_paths(struct parsing *p, const struct entry *e, struct sc_span s, unsigned depth,
                     size_t *n)
{
    struct sc_json_walk w;
    struct sc_span key, value;
    int rc = 0;
    if (*n >= PATHS_MAX || depth > DEPTH_MAX)
        return 0;
    if (sc_json_walk_begin(&w, s)) {
        while (rc == 0 && sc_json_walk_next(&w, &key, &value) == 1)
            rc = add_paths(p, e, value, depth + 1, n);
        return rc;
    }
    SC_FREE char *path = path_of(s);
    if (!path)
        return 0;
    ++*n;
    return add_odd(p, e, path, false);
}

static int pass_over(struct parsing *p, const struct entry *e)
{
    size_t n = e->site_dir != NULL;
    int rc = e->site_dir ? add_odd(p, e, e->site_dir, false) : 0;
    for (size_t i = 0; rc == 0 && i < e->n_roots; i++)
        rc = add_paths(p, e, e->roots[i], 0, &n);
    /* one of which neither name nor place is known may be any of those that are missing */
    return rc < 0 || n ? rc : add_odd(p, e, NULL, !e->name[0]);
}

static int take(struct parsing *p, struct entry *e)
{
    SC_FREE char *raw = NULL;
    char docroot[SC_DOCROOT_MAX + 1];
    int rc = e->n_roots == 1 ? text_of(p, e->roots[0], &raw) : 0;
    if (rc < 0)
        return rc;
    const char *wrong = e->n_roots > 1 ? "is there twice"
                        : !raw         ? "is not a string"
                                       : sc_docroot_clean(raw, docroot);
    if (e->n_roots && wrong)
        blame(e, true, "document_root", wrong);
    if (e->broken)
        return pass_over(p, e);
    rc = sc_domains_put(&p->d, e->name, e->owner, docroot, e->is_main, p->err);
    if (rc == 0 && e->site_dir)
        rc = sc_domains_put_dir(&p->d, e->site_dir, p->err);
    return rc < 0 || !e->wrong[0] ? rc : add_odd(p, e, NULL, false);
}

static int parse_data(struct parsing *p, struct sc_span data)
{
    struct sc_json_walk w;
    struct sc_span key, value;
    int more = 1, rc = 0;
    bool is_map = sc_json_walk_begin(&w, data) && w.object;
    /* PHP's json_encode() writes an empty map as []. */
    if (!is_map && (!sc_json_walk_begin(&w, data) || sc_json_walk_next(&w, &key, &value) != 0))
        return sc_error_set(p->err, SC_E_PANEL, "%s answered with \"data\" that is not an object",
                            p->who);
    while (is_map && rc == 0 && (more = sc_json_walk_next(&w, &key, &value)) == 1) {
        SC_CLEANUP(entry_done) struct entry e = {.owner = NULL};
        rc = read_name(p, &e, key);
        if (rc == 0)
            rc = read_entry(p, &e, value);
        if (rc == 0)
            rc = take(p, &e);
    }
    if (rc == 0 && is_map && more < 0)
        return sc_error_set(p->err, SC_E_PANEL,
                            "%s did not answer with valid JSON: \"data\" is no list of members",
                            p->who);
    return rc;
}

/* ---- entries for one name ---- */

static void drop(struct sc_domain *d)
{
    SC_FREE_ALL(d->name, d->owner, d->docroot, d->site_dir);
}

/* d->v[from..to) have one name: they are one domain when they agree, else none. */
static int merge_name(struct parsing *p, size_t from, size_t to, size_t *kept)
{
    struct sc_domain *v = p->d.v;
    bool agree = true;
    for (size_t i = from + 1; i < to; i++) {
        agree = agree && strcmp(v[from].owner, v[i].owner) == 0 &&
                strcmp(v[from].docroot, v[i].docroot) == 0;
        v[from].is_main |= v[i].is_main;
    }
    for (size_t i = from; i < to && !agree; i++) {
        const struct sc_odd what = {.name = v[i].name, .owner = v[i].owner, .path = v[i].docroot};
        int rc =
            sc_odds_add(&p->d.odds, &what, p->err,
                        "%s: domain '%s' is there twice, with different owners or document roots",
                        p->who, v[i].name);
        if (rc < 0)
            return rc;
    }
    for (size_t i = agree ? from + 1 : from; i < to; i++)
        drop(&v[i]);
    if (agree)
        v[(*kept)++] = v[from];
    return 0;
}

/* Two keys of the answer may be spellings of one name: "Bücher.de", "xn--bcher-kva.de". */
static int merge_names(struct parsing *p)
{
    size_t kept = 0, from = 0, n = p->d.n;
    int rc = 0;
    sc_domains_sort(&p->d);
    while (from < n && rc == 0) {
        size_t to = from + 1;
        while (to < n && strcmp(p->d.v[from].name, p->d.v[to].name) == 0)
            to++;
        rc = merge_name(p, from, to, &kept);
        if (rc == 0)
            from = to;
    }
    while (from < n) /* an error: nothing is lost that would not be released */
        p->d.v[kept++] = p->d.v[from++];
    p->d.n = kept;
    return rc;
}

static void envelope_done(struct sc_envelope *e)
{
    json_decref(e->meta);
}

int sc_domains_parse(const char *json, size_t len, const char *who, struct sc_domains *ret,
                     struct sc_error *err)
{
    SC_CLEANUP(envelope_done) struct sc_envelope e = {.meta = NULL};
    SC_CLEANUP(parsing_done)
    struct parsing p = {.who = who ? who : "the panel adapter", .err = err};
    int rc = sc_envelope_open(json, len, who, &e, &p.d.odds, err);
    if (rc == 0)
        rc = parse_data(&p, e.data);
    if (rc == 0)
        rc = merge_names(&p);
    if (rc == 0 && !who)
        rc = sc_odds_from_json(json_object_get(e.meta, SC_ENVELOPE_ODDS), &p.d.odds, err);
    if (rc < 0)
        return rc;
    *ret = p.d;
    p.d = (struct sc_domains)SC_DOMAINS_INIT;
    if (ret->n == 0) {
        free(ret->v);
        ret->v = NULL;
    }
    return 0;
}
