/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/table.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/web/apache/address.h"
#include "core/web/apache/path.h"
#include "core/web/apache/table_private.h"

#define WORDS 5

struct parser {
    struct sc_web_table *t;
    char *at, *end;
    unsigned line;
    size_t n_words;
    char *words[WORDS];
    struct sc_web_account *account;
    struct sc_web_site *site;
    struct sc_error *err;
};

static int bad(const struct parser *p, const char *what)
{
    return sc_error_set(p->err, SC_E_INVAL, "line %u of the table for the web server: %s", p->line,
                        what);
}

/* Cuts the next line into words, separated by exactly one space. */
static int next_line(struct parser *p)
{
    char *eol = memchr(p->at, '\n', (size_t)(p->end - p->at));
    p->line++;
    p->n_words = 0;
    if (!eol)
        return bad(p, "its end is missing");
    *eol = 0;
    if (strlen(p->at) != (size_t)(eol - p->at))
        return bad(p, "a zero byte");
    for (char *w = p->at; w; p->n_words++) {
        char *space = strchr(w, ' ');
        if (p->n_words == WORDS || *w == 0 || *w == ' ')
            return bad(p, "wrong words");
        if (space)
            *space++ = 0;
        p->words[p->n_words] = w;
        w = space;
    }
    p->at = eol + 1;
    for (size_t i = 1; i < p->n_words; i++)
        if (sc_decode_word(p->words[i]) <= 0)
            return bad(p, "a word that cannot be decoded");
    return 0;
}

static bool read_number(const char *word, uint64_t max, uint64_t *ret)
{
    uint64_t v = 0;
    for (const char *c = word; *c; c++) {
        if (*c < '0' || *c > '9' || v > (max - (uint64_t)(*c - '0')) / 10)
            return false;
        v = v * 10 + (uint64_t)(*c - '0');
    }
    *ret = v;
    return word[0] != 0;
}

static bool is_clean(const char *path)
{
    char out[PATH_MAX];
    size_t segments = 0;
    for (const char *c = path; *c; c++)
        segments += *c == '/';
    return path[0] == '/' && path[1] && segments <= SC_WEB_SEGMENTS_MAX &&
           sc_web_path_clean(path, out) > 0 && strcmp(path, out) == 0;
}

static int on_suexec(struct parser *p)
{
    struct sc_web_suexec *s = &p->t->suexec;
    if (s->path || !read_number(p->words[1], UINT64_MAX, &s->dev) ||
        !read_number(p->words[2], UINT64_MAX, &s->ino) || !is_clean(p->words[3]))
        return bad(p, "suexec DEVICE INODE PATH, once");
    s->path = p->words[3];
    return 0;
}

static int on_home(struct parser *p)
{
    if (!p->account || p->site || !is_clean(p->words[1]))
        return bad(p, "home PATH, of an account");
    p->t->homes[p->t->n_homes++] = p->words[1];
    p->account->n_homes++;
    return 0;
}

static int on_account(struct parser *p)
{
    uint64_t uid, gid;
    if (!read_number(p->words[1], UINT32_MAX - 1, &uid) || uid == 0 ||
        !read_number(p->words[2], UINT32_MAX - 1, &gid) || !is_clean(p->words[3]))
        return bad(p, "account UID GID HOME");
    p->site = NULL;
    p->account = &p->t->accounts[p->t->n_accounts++];
    *p->account = (struct sc_web_account){.uid = (uint32_t)uid,
                                          .gid = (uint32_t)gid,
                                          .home = p->words[3],
                                          .homes = p->t->homes + p->t->n_homes};
    p->words[1] = p->words[3];
    return on_home(p);
}

static int on_pool(struct parser *p)
{
    if (!p->account || p->site)
        return bad(p, "pool ADDRESS, of an account");
    p->t->pools[p->t->n_pools++] = (struct sc_web_pool){p->words[1], p->account, NULL};
    return 0;
}

static int add_place(struct parser *p, const char *path, enum sc_web_place_kind kind)
{
    if (!is_clean(path))
        return bad(p, "a path that is not clean");
    p->t->places[p->t->n_places++] = (struct sc_web_place){
        .path = path, .len = strlen(path), .account = p->account, .site = p->site, .kind = kind};
    return 0;
}

static int on_open(struct parser *p)
{
    if (!p->account || p->site)
        return bad(p, "open PATH, of an account");
    return add_place(p, p->words[1], SC_WEB_DOCROOT);
}

static bool read_state(const char *word, enum sc_web_state *ret)
{
    static const char *const names[] = {
        [SC_WEB_ISOLATED] = "isolated", [SC_WEB_BROKEN] = "broken", [SC_WEB_LEARNING] = "learning"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(word, names[i]) == 0) {
            *ret = (enum sc_web_state)i;
            return true;
        }
    return false;
}

static int on_site(struct parser *p)
{
    uint64_t id;
    enum sc_web_state state;
    if (!p->account || !read_number(p->words[1], UINT32_MAX, &id) ||
        !read_state(p->words[2], &state) || (id != 0) != (state != SC_WEB_BROKEN))
        return bad(p, "site ID isolated|broken|learning NAME PATH, of an account");
    p->site = &p->t->sites[p->t->n_sites++];
    *p->site = (struct sc_web_site){.id = (uint32_t)id,
                                    .state = state,
                                    .name = p->words[3],
                                    .docroot = p->words[4],
                                    .account = p->account};
    return add_place(p, p->words[4], SC_WEB_DOCROOT);
}

static int on_alias(struct parser *p)
{
    return p->site ? add_place(p, p->words[1], SC_WEB_ALIAS) : bad(p, "alias PATH, of a site");
}

static int on_extra(struct parser *p)
{
    return p->site ? add_place(p, p->words[1], SC_WEB_EXTRA) : bad(p, "extra PATH, of a site");
}

/* "*:PORT" */
static bool is_port(const char *word)
{
    char name[PATH_MAX];
    return word[0] == '*' && sc_web_address_of_text(word, name) && strcmp(word, name) == 0;
}

static int on_fpm(struct parser *p)
{
    if (!p->site || p->site->fpm || !(is_clean(p->words[1]) || is_port(p->words[1])))
        return bad(p, "fpm ADDRESS, of a site, once");
    p->site->fpm = p->words[1];
    p->t->pools[p->t->n_pools++] = (struct sc_web_pool){p->words[1], p->account, p->site};
    return 0;
}

static const struct {
    const char *key;
    size_t n_words;
    int (*on)(struct parser *p);
} keys[] = {
    {"suexec", 4, on_suexec}, {"account", 4, on_account}, {"home", 2, on_home},
    {"pool", 2, on_pool},     {"open", 2, on_open},       {"site", 5, on_site},
    {"alias", 2, on_alias},   {"extra", 2, on_extra},     {"fpm", 2, on_fpm},
};

static int read_line(struct parser *p)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (strcmp(p->words[0], keys[i].key) == 0)
            return p->n_words == keys[i].n_words ? keys[i].on(p) : bad(p, "wrong number of words");
    return bad(p, "no such key");
}

/* Room for as many of everything as there are lines. */
static int make_room(struct sc_web_table *t, size_t lines)
{
    t->accounts = calloc(lines, sizeof(*t->accounts));
    t->homes = calloc(lines, sizeof(*t->homes));
    t->sites = calloc(lines, sizeof(*t->sites));
    t->places = calloc(lines, sizeof(*t->places));
    t->pools = calloc(lines, sizeof(*t->pools));
    return t->accounts && t->homes && t->sites && t->places && t->pools ? 0 : -1;
}

/* An isolated site's claim on a directory counts more than one that is not isolated, or only learns. */
static void index_place(struct sc_web_map *m, struct sc_web_place *place)
{
    const void **to = sc_web_map_put(m, place->path, place->len);
    struct sc_web_place *now = (struct sc_web_place *)(uintptr_t)*to;
    if (!now || (!now->site && place->site)) {
        *to = place;
    } else if (place->site && sc_web_is_guarded(place->site) && !sc_web_is_guarded(now->site)) {
        place->also = now;
        *to = place;
    } else if (place->site) {
        place->also = now->also;
        now->also = place;
    }
}

static void index_home(struct sc_web_table *t, const struct sc_web_account *a, const char *home)
{
    size_t len = strlen(home), above = (size_t)(strrchr(home, '/') - home);
    *sc_web_map_put(&t->by_home, home, len) = a;
    if (above > 0)
        *sc_web_map_put(&t->by_above, home, above) = a;
}

/* A site's own master at an address counts more than the pool that was there before. */
static void index_pool(struct sc_web_map *m, const struct sc_web_pool *pool)
{
    const void **to = sc_web_map_put(m, pool->address, strlen(pool->address));
    const struct sc_web_pool *now = *to;
    if (!now || (!now->site && pool->site))
        *to = pool;
}

static int make_maps(struct sc_web_table *t)
{
    if (sc_web_map_make(&t->by_place, t->n_places) < 0 ||
        sc_web_map_make(&t->by_home, t->n_homes) < 0 ||
        sc_web_map_make(&t->by_above, t->n_homes) < 0 ||
        sc_web_map_make(&t->by_uid, t->n_accounts) < 0 ||
        sc_web_map_make(&t->by_pool, t->n_pools) < 0)
        return -1;
    for (size_t i = 0; i < t->n_places; i++)
        index_place(&t->by_place, &t->places[i]);
    for (size_t i = 0; i < t->n_accounts; i++) {
        const struct sc_web_account *a = &t->accounts[i];
        *sc_web_map_put(&t->by_uid, (const char *)&a->uid, sizeof(a->uid)) = a;
        for (size_t k = 0; k < a->n_homes; k++)
            index_home(t, a, a->homes[k]);
    }
    for (size_t i = 0; i < t->n_pools; i++)
        index_pool(&t->by_pool, &t->pools[i]);
    return 0;
}

static int parse_lines(struct parser *p)
{
    for (;;) {
        int rc = next_line(p);
        if (rc < 0)
            return rc;
        if (strcmp(p->words[0], "end") == 0)
            return p->at == p->end && p->n_words == 1 ? 0 : bad(p, "something behind the end");
        rc = read_line(p);
        if (rc < 0)
            return rc;
    }
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the table for the web server");
}

static void table_done(struct sc_web_table **t)
{
    sc_web_table_free(*t);
}

int sc_web_table_parse(const char *text, size_t len, struct sc_web_table **ret,
                       struct sc_error *err)
{
    const size_t head = sizeof(SC_WEB_HEAD) - 1;
    if (len > SC_WEB_TABLE_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "the table for the web server is too large");
    if (len < head || memcmp(text, SC_WEB_HEAD, head) != 0)
        return sc_error_set(err, SC_E_INVAL, "this is no table for the web server");
    SC_CLEANUP(table_done) struct sc_web_table *t = calloc(1, sizeof(*t));
    size_t lines = 1;
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    if (!t || !(t->text = malloc(len)) || make_room(t, lines) < 0)
        return no_memory(err);
    memcpy(t->text, text, len);
    struct parser p = {.t = t, .at = t->text + head, .end = t->text + len, .line = 1, .err = err};
    int rc = parse_lines(&p);
    if (rc < 0)
        return rc;
    if (make_maps(t) < 0)
        return no_memory(err);
    *ret = sc_steal_ptr(&t);
    return 0;
}
