/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/live_sim.h"

#include <stdlib.h>
#include "core/base/buf.h"
#include "core/plan/plan.h"
#include "core/plan/relpath.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct sim sim;
static struct sc_live_row rows[SIM_MOUNTS];

/* What the site sees, path by path. */
struct view {
    int level[SIM_PATHS];
    char key[SIM_PATHS][64];
};

static void look(const struct sim *s, struct view *v)
{
    for (int p = 0; p < SIM_PATHS; p++)
        v->level[p] = sim_see(s, p, v->key[p], sizeof(v->key[p]));
}

/* No path is more open than it was before or is wanted to be, nor shows a third thing. */
static void check_moment(const struct view *before, const struct view *wanted)
{
    for (int p = 0; p < SIM_PATHS; p++) {
        char key[64];
        int level = sim_see(&sim, p, key, sizeof(key));
        if (level > before->level[p] && level > wanted->level[p])
            fail_msg("'%s' is exposed: level %d, before %d, wanted %d", sim_path[p], level,
                     before->level[p], wanted->level[p]);
        if (level && strcmp(key, before->key[p]) != 0 && strcmp(key, wanted->key[p]) != 0)
            fail_msg("'%s' shows %s, not %s or %s", sim_path[p], key, before->key[p],
                     wanted->key[p]);
    }
}

static struct {
    size_t umount, mount, reopen, whole, rounds;
} seen;

/* Does one step as a live cage does it, with a look at every moment in between. */
static void do_step(const struct sc_live_step *st, const struct sc_entries *e,
                    const struct view *before, const struct view *wanted)
{
    int at = sim_find(st->rel);
    if (st->op == SC_LIVE_UMOUNT) {
        assert_int_equal(st->n, 0);
        sim_umount(&sim, at);
    } else if (st->op == SC_LIVE_REOPEN) {
        struct sim_mount m = {.what = SC_LIVE_BIND, .ro = st->ro};
        snprintf(m.key, sizeof(m.key), "%s%s%s", st->own ? SIM_OWN : SIM_HOME, at ? "/" : "",
                 sim_path[at]);
        sim_mount(&sim, at, m);
        assert_true(st->whole == (st->n > 0));
    } else {
        assert_true(st->n > 0);
        assert_string_equal(st->rel, e->v[st->entry].rel);
    }
    for (size_t i = 0; i < st->n; i++) {
        assert_non_null(sc_rel_rest(st->rel, e->v[st->entry + i].rel));
        if (!st->whole)
            check_moment(before, wanted);
        sim_mount_entry(&sim, &e->v[st->entry + i]);
    }
    check_moment(before, wanted);
    seen.umount += st->op == SC_LIVE_UMOUNT;
    seen.mount += st->op == SC_LIVE_MOUNT;
    seen.reopen += st->op == SC_LIVE_REOPEN;
    seen.whole += st->whole;
}

static char key_text[SIM_PATHS][64];
static const char *key_of[SIM_PATHS];

static void plan_live(const struct sc_entries *e, struct sc_live_steps *steps)
{
    struct sc_error err = SC_ERROR_INIT;
    assert_true(e->n <= SIM_PATHS);
    for (size_t i = 0; i < e->n; i++) {
        sim_key(&e->v[i], key_text[i], sizeof(key_text[i]));
        key_of[i] =
            sc_entry_closes(e->v[i].kind) && e->v[i].kind != SC_ENTRY_SHELL ? NULL : key_text[i];
    }
    if (sc_live_plan(rows, sim_rows(&sim, rows), e, key_of, steps, &err) != 0)
        fail_msg("%s", err.text);
}

/* Changes the cage until nothing is left to do, as the caller of sc_live_plan() does, or does only
 * the first `stop` steps (killed). */
static void change(const struct sc_entries *e, size_t stop)
{
    static struct sim fresh;
    struct view before, wanted, now;
    sim_build(&fresh, e);
    look(&fresh, &wanted);
    look(&sim, &before);
    for (size_t round = 1;; round++) {
        assert_true(round <= SC_LIVE_MAX_ROUNDS);
        if (round > seen.rounds)
            seen.rounds = round;
        struct sc_live_steps steps = {0};
        plan_live(e, &steps);
        bool last = steps.n == 0;
        for (size_t i = 0; i < steps.n && stop; i++, stop--)
            do_step(&steps.v[i], e, &before, &wanted);
        sc_live_steps_done(&steps);
        if (!stop)
            return;
        if (last)
            break;
    }
    look(&sim, &now);
    for (int p = 0; p < SIM_PATHS; p++) {
        assert_int_equal(now.level[p], wanted.level[p]);
        assert_string_equal(now.key[p], wanted.key[p]);
    }
}

/* ---- single cases ---- */

/* Entries from "KIND PATH[:HOLE]" words, in order. */
static void entries_from(struct sc_entries *e, const char *text)
{
    char copy[256], *save = NULL;
    snprintf(copy, sizeof(copy), "%s", text);
    for (char *kind = strtok_r(copy, " ", &save); kind; kind = strtok_r(NULL, " ", &save)) {
        char *rel = strtok_r(NULL, " ", &save);
        enum sc_entry_kind k;
        assert_non_null(rel);
        assert_int_equal(sc_entry_kind_of(kind, &k), 0);
        char *hole = strchr(rel, ':');
        if (hole)
            *hole++ = 0;
        if (strcmp(rel, ".") == 0)
            rel++;
        if (*rel == 0)
            rel = (char *)"";
        assert_int_equal(sc_entries_add(e, k, rel, strlen(rel), NULL), 0);
        if (hole)
            assert_int_equal(sc_entry_add_hole(&e->v[e->n - 1], hole, NULL), 0);
    }
}

/* The steps of the first round from `old` to `new`; then does them and all further ones. */
static void expect_steps_from_here(const char *new, const char *want)
{
    struct sc_entries e = {0};
    struct sc_live_steps steps = {0};
    entries_from(&e, new);
    plan_live(&e, &steps);
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_buf_str(&b, "");
    bool again = false;
    for (size_t i = 0; i < steps.n; i++) {
        const struct sc_live_step *s = &steps.v[i];
        sc_buf_fmt(&b, "%s%s '%s'", i ? "; " : "",
                   s->op == SC_LIVE_UMOUNT  ? "umount"
                   : s->op == SC_LIVE_MOUNT ? "mount"
                   : s->ro                  ? "reopen-ro"
                                            : "reopen-rw",
                   s->rel);
        if (s->n)
            sc_buf_fmt(&b, " %zu+%zu%s", s->entry, s->n, s->whole ? " whole" : "");
        again = again || s->op == SC_LIVE_UMOUNT;
    }
    assert_string_equal(b.data, want);
    assert_true(steps.again == again);
    sc_live_steps_done(&steps);
    change(&e, SIZE_MAX);
    sc_entries_done(&e);
}

static void expect_steps(const char *old, const char *new, const char *want)
{
    struct sc_entries e = {0};
    entries_from(&e, old);
    sim_build(&sim, &e);
    sc_entries_done(&e);
    expect_steps_from_here(new, want);
}

static void nothing_to_do(void **state)
{
    (void)state;
    const char *same = "shell a:a docroot a/a closed-dir a/a/ab closed-file ab";
    expect_steps("", "", "");
    expect_steps(same, same, "");
}

static void masks_come_and_go(void **state)
{
    (void)state;
    expect_steps("docroot a", "docroot a closed-dir ab", "mount 'ab' 1+1");
    expect_steps("docroot a closed-dir ab", "docroot a", "umount 'ab'");
    expect_steps("docroot a", "docroot a closed-dir a/ab", "mount 'a/ab' 1+1");
    expect_steps("docroot a closed-dir a/ab", "docroot a", "umount 'a/ab'");
    expect_steps("closed-file a", "closed-dir a", "mount 'a' 0+1");
    expect_steps("docroot a closed-dir ab/a closed-dir ab/ab", "docroot a closed-dir ab",
                 "mount 'ab' 1+1"); /* the two below are hidden, and come back with the next */
    expect_steps_from_here("docroot a closed-dir ab/a closed-dir ab/ab", "umount 'ab'");
}

static void a_mask_that_hides_more_is_not_just_removed(void **state)
{
    (void)state;
    expect_steps("docroot a closed-dir ab", "docroot a closed-dir ab/a closed-dir ab/ab",
                 "reopen-ro 'ab' 1+2 whole");
    /* the present mounts are as good as none */
    expect_steps_from_here("docroot a closed-dir ab/a", "umount 'ab/ab'");
    expect_steps("docroot a closed-dir a/a", "docroot a closed-dir a/a/ab",
                 "reopen-rw 'a/a' 1+1 whole");
    expect_steps_from_here("docroot a", "umount 'a/a/ab'");
}

static void shells(void **state)
{
    (void)state;
    /* main's document root around a running site appears and goes */
    expect_steps("docroot a/a", "shell a:a docroot a/a", "mount 'a' 0+2");
    expect_steps_from_here("docroot a/a", "reopen-ro 'a' 0+1 whole");
    expect_steps("docroot a/a", "shell a:a docroot a/a closed-dir a/a/ab", "mount 'a' 0+3 whole");
    /* the whole home becomes a document root, and is none any more */
    expect_steps("docroot a closed-dir ab", "shell .:a docroot a", "mount '' 0+2");
    expect_steps_from_here("docroot a closed-dir ab", "reopen-ro '' 0+2 whole");
    expect_steps("shell a:a docroot a/a", "shell a:ab docroot a/ab", "mount 'a' 0+2");
    expect_steps("closed-dir a", "shell a:ab ro a/ab", "mount 'a' 0+2");
}

static void binds(void **state)
{
    (void)state;
    expect_steps("docroot a", "docroot a rw ab", "mount 'ab' 1+1");
    expect_steps("docroot a rw ab", "docroot a", "umount 'ab'");
    expect_steps("docroot a ro ab", "docroot a rw ab", "mount 'ab' 1+1");
    expect_steps_from_here("docroot a ro ab", "umount 'ab'");
    /* over a mask: both at once; and back: not detached, there is a mask in it */
    expect_steps("docroot a closed-dir ab/a", "docroot a rw ab closed-dir ab/a",
                 "mount 'ab' 1+2 whole");
    expect_steps_from_here("docroot a closed-dir ab/a", "reopen-ro 'ab' 1+1 whole");
    expect_steps("docroot a closed-dir ab", "docroot a rw ab", "mount 'ab' 1+1");
    expect_steps_from_here("docroot a closed-dir ab", "umount 'ab'");
    /* above and away from above the document root: that is not detached */
    expect_steps("docroot a/a", "rw a docroot a/a", "mount 'a' 0+2 whole");
    expect_steps_from_here("docroot a/a", "reopen-ro 'a' 0+1 whole");
}

static void a_replaced_document_root_is_mounted_again(void **state)
{
    (void)state;
    struct sc_entries e = {0};
    entries_from(&e, "docroot a closed-dir a/a closed-dir ab");
    sim_build(&sim, &e);
    sc_entries_done(&e);
    snprintf(sim.m[1].key, sizeof(sim.m[1].key), SIM_HOME "/a.old");
    expect_steps_from_here("docroot a closed-dir a/a closed-dir ab", "mount 'a' 0+2 whole");
}

/* What lies beneath a mask may be anything by now: only what is known to be wanted is laid bare. */
static void a_stale_bind_beneath_a_mask_stays_hidden(void **state)
{
    (void)state;
    struct sc_entries e = {0};
    entries_from(&e, "docroot a ro ab");
    sim_build(&sim, &e);
    sc_entries_done(&e);
    snprintf(sim.m[2].key, sizeof(sim.m[2].key), SIM_HOME "/sibling");
    sim_mount(&sim, sim_find("ab"), (struct sim_mount){.what = SC_LIVE_CLOSED_DIR});
    expect_steps_from_here("docroot a", "reopen-ro 'ab'");
}

static void a_stray_mount_in_a_shell(void **state)
{
    (void)state;
    struct sc_entries e = {0};
    entries_from(&e, "shell a:a docroot a/a");
    sim_build(&sim, &e);
    sc_entries_done(&e);
    sim.m[sim.n++] = (struct sim_mount){
        .parent = 1, .at = sim_find("a/ab"), .what = SC_LIVE_BIND, .key = SIM_HOME "/a/ab"};
    expect_steps_from_here("shell a:a docroot a/a", "mount 'a' 0+2");
}

static void bad_tables_are_refused(void **state)
{
    (void)state;
    struct sc_entries none = {0};
    struct sc_live_steps steps = {0};
    struct sc_error err = SC_ERROR_INIT;
    struct sc_live_row r[] = {
        {.id = 1, .parent = 0, .rel = "", .what = SC_LIVE_BIND, .ro = true, .key = "8:1:"},
        {.id = 2, .parent = 1, .rel = "a", .what = SC_LIVE_CLOSED_DIR},
        {.id = 3, .parent = 1, .rel = "b//deleted", .what = SC_LIVE_CLOSED_DIR},
        {.id = 4, .parent = 2, .rel = "c", .what = SC_LIVE_CLOSED_DIR},
        {.id = 5, .parent = 6, .rel = "x", .what = SC_LIVE_CLOSED_DIR},
        {.id = 6, .parent = 5, .rel = "x", .what = SC_LIVE_CLOSED_DIR},
    };
    assert_int_equal(sc_live_plan(r, COUNT(r), &none, NULL, &steps, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "the home's mount is missing in the mount table");
    r[0].home = r[1].home = true;
    assert_int_equal(sc_live_plan(r, COUNT(r), &none, NULL, &steps, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "the home's mount is not clear in the mount table");
    r[1].home = false;
    r[1].id = 3;
    assert_int_equal(sc_live_plan(r, COUNT(r), &none, NULL, &steps, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "mount id 3 is twice in the table");
    r[1].id = 2;
    assert_null(steps.v);
    /* unreachable rows are nothing: only the mask at a is removed */
    assert_int_equal(sc_live_plan(r, COUNT(r), &none, NULL, &steps, &err), 0);
    assert_int_equal(steps.n, 1);
    assert_string_equal(steps.v[0].rel, "a");
    sc_live_steps_done(&steps);

    struct sc_entries e = {0};
    entries_from(&e, "ro ab ro a");
    const char *const keys[] = {"x", "y"};
    assert_int_equal(sc_live_plan(r, COUNT(r), &e, keys, &steps, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "entry twice or out of order: 'a'");
    sc_entries_done(&e);
    assert_int_equal(sc_live_plan(r, SC_LIVE_MAX_ROWS + 1, &none, NULL, &steps, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "the site has more than 65536 mounts; it must be built again");
}

/* The identity of a home that is the root of its file system is "DEVICE:". */
static void a_home_that_is_a_file_system(void **state)
{
    (void)state;
    struct sc_live_row r[] = {
        {.id = 1, .rel = "", .home = true, .what = SC_LIVE_BIND, .ro = true, .key = "8:1:"},
        {.id = 2, .parent = 1, .rel = "a", .what = SC_LIVE_BIND, .ro = true, .key = "8:1:/a"},
        {.id = 3, .parent = 2, .rel = "a/b", .what = SC_LIVE_BIND, .ro = true, .key = "8:1:/a/b"},
        {.id = 4, .parent = 2, .rel = "a/c", .what = SC_LIVE_BIND, .ro = true, .key = "8:1:/a/cc"},
        {.id = 5, .parent = 2, .rel = "a/d", .what = SC_LIVE_BIND, .ro = false, .key = "8:1:/a/d"},
    };
    struct sc_entries none = {0};
    struct sc_live_steps steps = {0};
    assert_int_equal(sc_live_plan(r, COUNT(r), &none, NULL, &steps, NULL), 0);
    assert_int_equal(steps.n, 2);
    assert_string_equal(steps.v[0].rel, "a/c");
    assert_string_equal(steps.v[1].rel, "a/d");
    sc_live_steps_done(&steps);
}

/* A place with thousands of mounts on one another. */
static void a_tall_stack(void **state)
{
    (void)state;
    enum {
        TALL = 20000
    };
    struct sc_live_row *r = calloc(TALL, sizeof(*r));
    assert_non_null(r);
    for (int i = 0; i < TALL; i++)
        r[i] =
            (struct sc_live_row){.id = i + 1, .parent = i, .rel = "a", .what = SC_LIVE_CLOSED_DIR};
    r[0] = (struct sc_live_row){
        .id = 1, .rel = "", .home = true, .what = SC_LIVE_BIND, .ro = true, .key = "8:1:"};
    struct sc_entries none = {0};
    struct sc_live_steps steps = {0};
    assert_int_equal(sc_live_plan(r, TALL, &none, NULL, &steps, NULL), 0);
    assert_int_equal(steps.n, 65);
    assert_int_equal(steps.v[63].op, SC_LIVE_UMOUNT);
    assert_int_equal(steps.v[64].op, SC_LIVE_REOPEN);
    sc_live_steps_done(&steps);
    free(r);
}

/* ---- random accounts that change ---- */

static uint64_t seed;

static unsigned rnd(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

/* An account as a state of each path: 0 nothing, 1 a document root, 2 a secret, 3 an ro, 4 an rw
 * path. */
struct account {
    int own;
    bool home; /* the site has a home of its own */
    unsigned char is[SIM_PATHS];
};

static void plan_of(const struct account *a, struct sc_entries *ret)
{
    struct sc_plan_domain d[SIM_PATHS];
    struct sc_plan_secret s[SIM_PATHS];
    struct sc_plan_path x[SIM_PATHS];
    struct sc_plan_input in = {.home = "/u", .domains = d, .secrets = s, .paths = x};
    for (int p = 0; p < SIM_PATHS; p++) {
        if (a->is[p] == 1 || p == a->own)
            d[in.n_domains++] =
                (struct sc_plan_domain){sim_path[p], "/x", sim_path[p], true,
                                        a->home ? SC_PLAN_HOME_PRIVATE : SC_PLAN_HOME_SHARED};
        else if (a->is[p] == 2 && p)
            s[in.n_secrets++] = (struct sc_plan_secret){sim_path[p], true};
        else if (a->is[p] > 2)
            x[in.n_paths++] = (struct sc_plan_path){
                .rel = sim_path[p], .rw = a->is[p] == 4, .site_rel = sim_path[a->own]};
    }
    struct sc_plan *plan = NULL;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_plan_make(&in, &plan, &err), 0);
    const struct sc_plan_site *site = sc_plan_find(plan, sim_path[a->own]);
    assert_non_null(site);
    assert_int_equal(sc_plan_site_entries(plan, (size_t)(site - plan->sites), ret, &err), 0);
    sc_plan_free(plan);
}

static void change_account(struct account *a)
{
    for (unsigned n = 1 + rnd(4); n; n--) {
        int p = rnd(3) ? 1 + (int)rnd(14) : (int)rnd(SIM_PATHS);
        if (rnd(4) == 0 && a->own) /* near the own document root much happens */
            p = sim_up[a->own];
        a->is[p] = (unsigned char)(rnd(2) ? 0 : p == 0 && rnd(4) ? 0 : 1 + rnd(4));
        a->home ^= rnd(8) == 0;
    }
}

/* The entries at and above the document root, as text. */
static void print_way(const struct sc_entries *e, int own, struct sc_buf *out)
{
    sc_buf_str(out, "");
    for (size_t i = 0; i < e->n; i++) {
        if (!sim_below(own, sim_find(e->v[i].rel)))
            continue;
        sc_buf_fmt(out, "%s %s", sc_entry_kind_name(e->v[i].kind), e->v[i].rel);
        for (size_t k = 0; k < e->v[i].n_holes; k++)
            sc_buf_fmt(out, ":%s", e->v[i].holes[k]);
        sc_buf_str(out, ";");
    }
}

/* Somebody with the means fiddled with the mounts: a bind of something else, or one with another
 * mode. */
static void damage(void)
{
    int i = 1 + (int)rnd((unsigned)sim.n);
    if (i >= sim.n || sim.m[i].gone || sim.m[i].what != SC_LIVE_BIND)
        return;
    if (rnd(2))
        snprintf(sim.m[i].key, sizeof(sim.m[i].key), "9:9:/gone%d", i);
    else
        sim.m[i].ro = !sim.m[i].ro;
}

static void random_changes_never_expose(void **state)
{
    (void)state;
    seed = 19700101;
    memset(&seen, 0, sizeof(seen));
    size_t kept = 0, stopped = 0;
    for (int round = 0; round < 1500; round++) {
        struct account a = {.own = 1 + (int)rnd(rnd(2) ? 14 : SIM_PATHS - 1)};
        for (int i = 0; i < 3; i++)
            change_account(&a);
        struct sc_entries old = {0};
        plan_of(&a, &old);
        sim_build(&sim, &old);
        bool settled = true;
        for (int i = 0; i < 6; i++) {
            struct sc_entries new = {0};
            change_account(&a);
            plan_of(&a, &new);
            if (rnd(6) == 0) {
                damage();
                settled = false;
            }
            int docroot = sim_lookup(&sim, a.own);
            bool stop = rnd(5) == 0;
            change(&new, stop ? 1 + rnd(3) : SIZE_MAX);
            SC_BUF struct sc_buf was = SC_BUF_INIT, is = SC_BUF_INIT;
            print_way(&old, a.own, &was);
            print_way(&new, a.own, &is);
            if (settled && strcmp(was.data, is.data) == 0) {
                assert_int_equal(sim_lookup(&sim, a.own), docroot);
                kept++;
            }
            stopped += stop;
            settled = !stop;
            sc_entries_done(&old);
            old = new;
        }
        change(&old, SIZE_MAX);
        sc_entries_done(&old);
    }
    assert_true(kept > 1000 && stopped > 1000); /* the cases were worth it */
    assert_true(seen.umount > 300 && seen.mount > 1000 && seen.reopen > 300 && seen.whole > 300);
    assert_true(seen.rounds <= 2); /* the first round does all; the second finds nothing */
}

static int setup(void **state)
{
    (void)state;
    sim_init_paths();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_do),
        cmocka_unit_test(masks_come_and_go),
        cmocka_unit_test(a_mask_that_hides_more_is_not_just_removed),
        cmocka_unit_test(shells),
        cmocka_unit_test(binds),
        cmocka_unit_test(a_replaced_document_root_is_mounted_again),
        cmocka_unit_test(a_stale_bind_beneath_a_mask_stays_hidden),
        cmocka_unit_test(a_stray_mount_in_a_shell),
        cmocka_unit_test(bad_tables_are_refused),
        cmocka_unit_test(a_home_that_is_a_file_system),
        cmocka_unit_test(a_tall_stack),
        cmocka_unit_test(random_changes_never_expose),
    };
    return cmocka_run_group_tests_name("live", tests, setup, NULL);
}
