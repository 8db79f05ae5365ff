/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What passes made of a world, in words. */
#include "tests/unit/fakes/world.h"

#include "core/plan/entries.h"
#include "db/internal.h"

/* Each holds for the next three calls of its kind. */
#define TURNS 4
#define WORDS 1024

static void add(char *out, const char *word)
{
    size_t n = strlen(out);
    snprintf(out + n, WORDS - n, "%s%s", n ? " " : "", word);
}

/* "a.example" as tests say it: "a". */
static const char *word_of(const char *name)
{
    static char words[TURNS][128];
    static unsigned turn;
    char *out = words[turn++ % TURNS];
    const char *end = strstr(name, ".example");
    snprintf(out, 128, "%.*s", end && !end[8] ? (int)(end - name) : 127, name);
    return out;
}

const char *isolated(const char *user)
{
    static char words[TURNS][WORDS];
    static unsigned turn;
    char *out = words[turn++ % TURNS], one[128];
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list l = {0};
    out[0] = 0;
    assert_good(sc_store_isolated_get(world.s.store, uid_of(user), &l, &world.err));
    for (size_t i = 0; i < l.n; i++) {
        snprintf(one, sizeof(one), "%s:%u", word_of(l.rows[i].name), l.rows[i].site_id);
        add(out, one);
    }
    return out;
}

const char *known(const char *user)
{
    static char words[TURNS][WORDS];
    static unsigned turn;
    char *out = words[turn++ % TURNS];
    SC_CLEANUP(sc_domain_list_done) struct sc_domain_list l = {0};
    out[0] = 0;
    assert_good(sc_store_domains_get(world.s.store, uid_of(user), &l, &world.err));
    for (size_t i = 0; i < l.n; i++)
        add(out, word_of(l.rows[i].name));
    return out;
}

const char *table(const char *user)
{
    static char words[TURNS][WORDS];
    static unsigned turn;
    char *out = words[turn++ % TURNS];
    const struct fake_account *a = tools_account(uid_of(user));
    if (!a || !a->table)
        return "none";
    char *save = NULL;
    SC_FREE char *copy = strdup(a->table);
    out[0] = 0;
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        char one[160], *colon = strrchr(w, ':');
        *colon = 0;
        snprintf(one, sizeof(one), "%s:%s", word_of(w), colon + 1);
        add(out, one);
    }
    return out;
}

unsigned site_id(const char *user, const char *name)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list l = {0};
    assert_good(sc_store_isolated_get(world.s.store, uid_of(user), &l, &world.err));
    for (size_t i = 0; i < l.n; i++)
        if (strcmp(word_of(l.rows[i].name), name) == 0)
            return l.rows[i].site_id;
    return 0;
}

struct fake_site *site_of(const char *user, const char *name)
{
    unsigned id = site_id(user, name);
    struct fake_site *s = id ? tools_site(uid_of(user), id) : NULL;
    if (!s)
        fail_msg("nothing was made for %s of %s", name, user);
    return s;
}

/* The closed places of a plan's text. */
static void closed_in(const char *plan, char *out)
{
    SC_CLEANUP(sc_planfile_done) struct sc_planfile p = {0};
    assert_good(sc_planfile_parse(plan, strlen(plan), &p, &world.err));
    out[0] = 0;
    for (size_t i = 0; i < p.entries.n; i++) {
        const struct sc_plan_entry *e = &p.entries.v[i];
        if (sc_entry_closes(e->kind) && strcmp(e->rel, ".cagefs") != 0 &&
            strcmp(e->rel, ".lve") != 0)
            add(out, e->rel);
    }
}

const char *hides(const char *user, const char *name)
{
    static char words[TURNS][WORDS];
    static unsigned turn;
    char *out = words[turn++ % TURNS];
    const struct fake_site *s = site_of(user, name);
    if (!s->plan)
        return "no plan";
    closed_in(s->plan, out);
    return out;
}

const char *view_hides(const char *user, const char *name)
{
    static char words[TURNS][WORDS];
    static unsigned turn;
    char *out = words[turn++ % TURNS];
    const struct fake_site *s = site_of(user, name);
    if (!s->running || !s->view)
        return "no view";
    closed_in(s->view, out);
    return out;
}

bool is_pending(uid_t uid)
{
    SC_CLEANUP(sc_pending_list_done) struct sc_pending_list l = {0};
    assert_good(sc_store_pending_get(world.s.store, &l, &world.err));
    for (size_t i = 0; i < l.n; i++)
        if (l.rows[i].uid == uid)
            return true;
    return false;
}

const char *stale(const char *user)
{
    static char words[TURNS][WORDS];
    static unsigned turn;
    char *out = words[turn++ % TURNS];
    SC_CLEANUP(sc_user_row_done) struct sc_user_row row = {0};
    assert_good(sc_store_user_by_uid(world.s.store, uid_of(user), &row, &world.err));
    snprintf(out, WORDS, "%s", row.stale && row.last_error ? row.last_error : "");
    return out;
}

int64_t stored(const char *sql)
{
    int64_t value = 0;
    assert_good(sc_db_int(world.s.store, sql, &value, &world.err));
    return value;
}
