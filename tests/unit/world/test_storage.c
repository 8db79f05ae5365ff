/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A site's storage says whose it is: it is adopted where the account comes to a server that does
 * not know it, and gains nobody anything. */
#include "tests/unit/fakes/world.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/account/notes.h"
#include "core/pass/label.h"

#define OTHER "0123456789abcdef0123456789abcdef"

static char token_text[SC_SITE_TOKEN + 1];

static const char *token_of(const char *user, const char *name)
{
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    assert_good(sc_store_site_by_id(world.s.store, site_id(user, name), &row, &world.err));
    memcpy(token_text, row.token, sizeof(token_text));
    return token_text;
}

/* The server knows nothing of the account any more; its home stays. */
static void forgotten(const char *user)
{
    assert_good(sc_store_user_remove(world.s.store, uid_of(user), &world.err));
}

static const char *stored_at(const char *token, const char *file)
{
    static char text[128];
    snprintf(text, sizeof(text), ".cagefs/websites/%s%s%s", token, *file ? "/" : "", file);
    return text;
}

static void label(const char *user, const char *token, const char *text)
{
    home_mkdir(user, stored_at(token, ""));
    home_put(user, stored_at(token, SC_LABEL_FILE), text);
}

static void storage_is_adopted(void **state)
{
    (void)state;
    char before[SC_SITE_TOKEN + 1];
    account("john", "a b");
    wants("john", "a");
    assert_pass("john");
    strcpy(before, token_of("john", "a"));
    home_put("john", stored_at(before, "kept"), "x");
    forgotten("john");
    assert_pass("john");
    assert_string_equal(token_of("john", "a"), before);
    assert_true(home_has("john", stored_at(before, "kept")));
    assert_int_equal(storages("john"), 1);
}

/* Each of these is passed over; the site gets a storage of its own. */
static void forged_storage_is_not_adopted(void **state)
{
    (void)state;
    account("john", "a b");
    account("mary", "m");
    wants("john", "a");
    wants("mary", "m");
    label("john", OTHER, "b.example\n"); /* another site's; no site of b's, so nobody's */
    assert_pass("john");
    assert_string_not_equal(token_of("john", "a"), OTHER);
    assert_int_equal(storages("john"), 1);

    static const char *const texts[] = {
        "",    "a.example",    "a.example \n", "/a.example\n", "../a\n", "a.example\nx",
        "%\n", "a.example/\n", "./a.example\n"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        forgotten("john");
        home_remove("john", ".cagefs");
        label("john", OTHER, texts[i]);
        assert_pass("john");
        assert_string_not_equal(token_of("john", "a"), OTHER);
    }

    /* a token that another account's site has */
    char marys[SC_SITE_TOKEN + 1];
    assert_pass("mary");
    strcpy(marys, token_of("mary", "m"));
    forgotten("john");
    home_remove("john", ".cagefs");
    label("john", marys, "a.example\n");
    assert_pass("john");
    assert_string_not_equal(token_of("john", "a"), marys);
    assert_string_equal(token_of("mary", "m"), marys);

    /* control: the same, and nobody has the token */
    forgotten("john");
    home_remove("john", ".cagefs");
    label("john", OTHER, "a.example\n");
    assert_pass("john");
    assert_string_equal(token_of("john", "a"), OTHER);
}

static void links_and_strangers_are_not_adopted(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a");
    for (int how = 0; how < 6; how++) {
        home_remove("john", ".cagefs");
        label("john", OTHER, "a.example\n");
        const char *dir = in_home("john", stored_at(OTHER, "")),
                   *file = in_home("john", stored_at(OTHER, SC_LABEL_FILE));
        switch (how) {
        case 0:
            assert_int_equal(chmod(dir, 0777), 0);
            break;
        case 1:
            assert_int_equal(chmod(file, 0666), 0);
            break;
        case 2:
            assert_int_equal(chown(file, 4711, 4711), 0);
            break;
        case 3:
            home_remove("john", "hard");
            assert_int_equal(link(file, in_home("john", "hard")), 0);
            break;
        case 4:
            home_remove("john", "soft");
            assert_int_equal(rename(file, in_home("john", "soft")), 0);
            home_link("john", stored_at(OTHER, SC_LABEL_FILE), in_home("john", "soft"));
            break;
        default:
            home_remove("john", "dir");
            assert_int_equal(rename(dir, in_home("john", "dir")), 0);
            home_link("john", stored_at(OTHER, ""), in_home("john", "dir"));
        }
        forgotten("john");
        assert_pass("john");
        assert_string_not_equal(token_of("john", "a"), OTHER);
    }
}

/* What came with the account for domains that are still to come is not swept. */
static void storage_waits_for_its_domain(void **state)
{
    (void)state;
    char first[SC_SITE_TOKEN + 1], second[SC_SITE_TOKEN + 1];
    account("john", "a b c");
    wants("john", "a b");
    assert_pass("john");
    strcpy(first, token_of("john", "a"));
    strcpy(second, token_of("john", "b"));
    label("john", OTHER, "c.example\n");
    forgotten("john");
    panel_drop("b.example");
    assert_pass("john"); /* b is wanted and not listed yet; c is listed, and not wanted */
    assert_string_equal(token_of("john", "a"), first);
    assert_true(home_has("john", stored_at(second, "")));
    assert_false(home_has("john", stored_at(OTHER, "")));
    domain("john", "b", NULL);
    assert_pass("john");
    assert_string_equal(token_of("john", "b"), second);
    /* nor while he is not allowed */
    forgotten("john");
    const char *const users[] = {"john"};
    assert_good(sc_policy_deny_users(&world.s.policy, users, 1, &world.err));
    assert_pass("john");
    assert_string_equal(table("john"), "none");
    assert_int_equal(storages("john"), 2);
    assert_good(sc_policy_allow_users(&world.s.policy, users, 1, &world.err));
    assert_pass("john");
    assert_string_equal(token_of("john", "a"), first);
    /* control: what is wanted no more goes */
    wants("john", "a");
    assert_pass("john");
    assert_int_equal(storages("john"), 1);
}

/* ---- more of it than can be asked ---- */

static const char *notes_of(const char *user)
{
    static char text[SC_NOTE_TEXT_MAX + 1];
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_notes_read(uid_of(user), &b);
    snprintf(text, sizeof(text), "%s", b.data ? b.data : "");
    return text;
}

static void make_storages(const char *user, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        char rel[512];
        snprintf(rel, sizeof(rel), "%s/.cagefs/websites/%032x", users_of(user)->home, i);
        assert_int_equal(mkdir(rel, 0700), 0);
        assert_int_equal(chown(rel, uid_of(user), uid_of(user)), 0);
    }
}

/* Somebody's is among them whose site waits for its domain: none is removed, and status says so. */
static void too_many_storages_all_stay(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a later");
    assert_pass("john");
    label("john", OTHER, "later.example\n");
    make_storages("john", SC_LABELS_MAX + 1);
    assert_pass("john");
    assert_true(home_has("john", stored_at(OTHER, "")));
    assert_non_null(strstr(notes_of("john"), "has more than 10000 directories"));
    for (unsigned i = 0; i < SC_LABELS_MAX; i++) {
        char rel[512];
        snprintf(rel, sizeof(rel), "%s/.cagefs/websites/%032x", users_of("john")->home, i);
        assert_int_equal(rmdir(rel), 0);
    }
    assert_pass("john"); /* the control: the last one goes, and so does the note */
    assert_int_equal(storages("john"), 2); /* a's, and what waits */
    assert_null(strstr(notes_of("john"), "directories"));
}

/* Whose they are is not known, which is no reason to take them for nobody's. */
static void a_label_that_cannot_be_read_keeps_its_storage(void **state)
{
    (void)state;
    account("john", "a");
    wants("john", "a later");
    assert_pass("john");
    label("john", OTHER, "later.example\n");
    assert_int_equal(chmod(in_home("john", stored_at(OTHER, SC_LABEL_FILE)), 0), 0);
    assert_pass("john");
    assert_true(home_has("john", stored_at(OTHER, "")));
    assert_non_null(
        strstr(notes_of("john"), "files .docroot in ~/.cagefs/websites cannot be read"));
    home_remove("john", stored_at(OTHER, SC_LABEL_FILE));
    assert_pass("john"); /* the control: without one it is nobody's */
    assert_false(home_has("john", stored_at(OTHER, "")));
    assert_null(strstr(notes_of("john"), ".docroot"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(storage_is_adopted),
        world_test(forged_storage_is_not_adopted),
        world_test(links_and_strangers_are_not_adopted),
        world_test(storage_waits_for_its_domain),
        world_test(too_many_storages_all_stay),
        world_test(a_label_that_cannot_be_read_keeps_its_storage),
    };
    return world_run(tests);
}
