/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain: what went wrong with a site, which rule decides about a path, and the line that opens it. */
#include "tests/unit/world/engine.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/engine/explain.h"
#include "core/enter/failures.h"

static struct sc_explanation e;
static char said[8192];

static int complete(void **state)
{
    int rc = world_setup(state);
    world_complete();
    return rc;
}

static int teardown(void **state)
{
    sc_explanation_done(&e);
    return world_teardown(state);
}

#define engine_test(f) cmocka_unit_test_setup_teardown(f, complete, teardown)

static int explain(const char *domain, const char *path)
{
    sc_explanation_done(&e);
    return sc_engine_explain(&world.s, domain, path, &e, &world.err);
}

/* `text` with the account's home as "~". */
static void add_short(struct sc_buf *out, const char *text, const char *home)
{
    for (const char *at; (at = strstr(text, home)); text = at + strlen(home)) {
        sc_buf_add(out, text, (size_t)(at - text));
        sc_buf_str(out, "~");
    }
    sc_buf_str(out, text);
}

/* "RULE rw PLACE", "+" where something is there, and what opens it, or why nothing does. */
static const char *says(const char *domain, const char *path)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    assert_good(explain(domain, path));
    const char *home = users_of(e.user)->home;
    sc_buf_fmt(&out, "%s %c%c%s ", e.path.rule, e.path.read ? 'r' : '-', e.path.write ? 'w' : '-',
               e.path.there ? "+" : "");
    add_short(&out, e.path.place, home);
    if (e.path.grant)
        sc_buf_str(&out, " | ");
    add_short(&out, e.path.grant ? e.path.grant : "", home);
    sc_buf_fmt(&out, "%s%s", e.path.no_grant ? " ! " : "", e.path.no_grant ? e.path.no_grant : "");
    snprintf(said, sizeof(said), "%s", out.data);
    return said;
}

#define assert_says(domain, path, text) assert_string_equal(says(domain, path), text)
#define NO_GRANT                        " ! only what lies in the account's home can be given to a site"
#define INSIDE_B                        "other-document-root -- ~/b.example ! inside the document root of another site"
#define assert_reason(part)             assert_non_null(strstr(e.path.reason, part))

static void make_john(void)
{
    account("john", "a b");
    home_put("john", "a.example/index.php", "x");
    home_put("john", "b.example/config.php", "x");
    for (size_t i = 0; i < 3; i++)
        home_put("john", (const char *[]){"share/x", ".ssh/id", "notes"}[i], "x");
    home_mkdir("john", "data");
    home_link("john", "a.example/up", "../b.example/config.php");
    home_link("john", "a.example/loop", "loop");
    wants_text("john", "{\"domains\": {\"a.example\": {\"isolated\": true, \"paths\": {\"ro\": "
                       "[\"share\"]}}, \"b.example\": {\"isolated\": true, \"paths\": {\"rw\": "
                       "[\"data\"]}}}}");
}

/* ---- paths ---- */

static void what_is_the_sites_own_and_what_it_was_given(void **state)
{
    (void)state;
    make_john();
    assert_pass("john");
    assert_says("a.example", "index.php", "document-root rw+ ~/a.example/index.php");
    assert_string_equal(e.path.asked, in_home("john", "a.example/index.php"));
    assert_reason("it lies in the site's document root");
    assert_says("A.example", "", "document-root rw+ ~/a.example");
    assert_says("a.example", "~/share/x", "granted r-+ ~/share/x | ~/a.example rw ~/share/x");
    assert_says("b.example", "~/data", "granted rw+ ~/data");
    assert_says("a.example", "/proc/self", "own r-+ /proc/self");
}

static void a_shared_home_is_read_and_a_line_opens_it(void **state)
{
    (void)state;
    make_john();
    assert_says("a.example", "~", "shared-home r-+ ~ ! the home directory itself");
    assert_says("a.example", "~/notes", "shared-home r-+ ~/notes | ~/a.example rw ~/notes");
    assert_reason("home = shared");
    assert_says("a.example", "~/none", "shared-home -- ~/none | ~/a.example rw ~/none");
    assert_reason("; for the site it does not exist");
}

static void a_private_home_has_nothing_of_the_account(void **state)
{
    (void)state;
    make_john();
    world.s.conf.home = SC_HOME_PRIVATE;
    assert_pass("john");
    assert_says("a.example", "~/notes", "private-home -- ~/notes | ~/a.example ro ~/notes");
    assert_reason("home = private");
    assert_says("a.example", "~/share/x", "granted r-+ ~/share/x | ~/a.example rw ~/share/x");
    assert_says("a.example", "index.php", "document-root rw+ ~/a.example/index.php");
}

/* Whose it is; whether something is there nobody is told. */
static void what_closes_a_path(void **state)
{
    (void)state;
    make_john();
    assert_pass("john");
    assert_says("a.example", "~/b.example/config.php", INSIDE_B);
    assert_reason("it lies in the document root of b.example");
    assert_says("a.example", "up", INSIDE_B); /* by a link */
    assert_says("a.example", "../b.example/nothing", INSIDE_B);
    assert_says("a.example", "~/data", "other-path -- ~/data | ~/a.example ro ~/data");
    assert_reason("it was given to b.example");
    assert_says("a.example", "~/.ssh/id",
                "secret -- ~/.ssh ! hidden from every site, or inside something that is");
    assert_reason("/etc/cagefs/empty.dirs");
    domain("john", "app", "shop/public");
    home_put("john", "shop/composer.json", "{}");
    home_put("john", "shop/artisan", "x");
    assert_good(enable("app.example"));
    assert_says("app.example", "../artisan", "application rw+ ~/shop/artisan");
    assert_says("a.example", "~/shop/artisan",
                "other-application -- ~/shop ! inside the application of another site");
    assert_reason("it lies in the application of app.example");
}

static void the_servers_own_places(void **state)
{
    (void)state;
    make_john();
    root_put("/usr/share/doc/x", "x");
    root_put("/usr/share/keys/x", "x");
    assert_int_equal(chmod(root_at("/usr/share/keys/x"), 0600), 0);
    assert_says("a.example", "/usr/share/doc/x", "system r-+ /usr/share/doc/x" NO_GRANT);
    assert_says("a.example", "/usr/share/keys/x", "system --+ /usr/share/keys/x");
    assert_reason("; the rest is forbidden by its owner, group and mode");
    assert_says("a.example", "/nothere/x", "system-absent -- /nothere" NO_GRANT);
    assert_reason("sites do not have this part of the server");
}

/* Of a running site its view's plan says it, not what would be made now. */
static void an_isolated_site_is_as_its_plan_file_says(void **state)
{
    (void)state;
    char path[64];
    make_john();
    assert_pass("john");
    SC_FREE char *plan = strdup(site_of("john", "a")->plan);
    char *entries = strstr(plan, "\nentry ");
    assert_non_null(entries);
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    sc_buf_add(&text, plan, (size_t)(entries - plan));
    sc_buf_fmt(&text, "\nsys bind /opt /opt\nsys close /opt/secret -%s", entries);
    root_put("/opt/tool", "x");
    snprintf(path, sizeof(path), SC_RUN_DIR "/1001/%u.plan", site_id("john", "a"));
    assert_says("a.example", "/opt/tool", "system-absent -- /opt" NO_GRANT);
    root_put(path, text.data);
    assert_says("a.example", "/opt/tool", "system r-+ /opt/tool" NO_GRANT);
    assert_says("a.example", "/opt/secret", "system-closed -- /opt/secret" NO_GRANT);
    root_put(path, "damaged"); /* what the site would see is not what it sees */
    assert_bad(explain("a.example", "/opt/tool"), SC_E_INVAL,
               "what a.example sees is not known: plan: line 1 is cut off; its plan is made again "
               "by: cagefsctl --site-isolation-regenerate john");
    assert_int_equal(unlink(root_at(path)), 0); /* nothing is made since the boot */
    assert_says("a.example", "/opt/tool", "system-absent -- /opt" NO_GRANT);
}

/* ---- sites that are not isolated, or cannot be ---- */

static void who_is_not_isolated_is_told_what_would_be(void **state)
{
    (void)state;
    account("john", "a b");
    home_put("john", "b.example/x", "x");
    assert_says("a.example", "~/b.example/x", INSIDE_B);
    assert_false(e.isolated);
    assert_int_equal(e.failures.n, 0);
    assert_string_equal(e.docroot, in_home("john", "a.example"));
    assert_string_equal(isolated("john"), ""); /* nothing was changed */
    assert_string_equal(table("john"), "none");
    panel_fail(SC_E_PANEL, "the panel failed");
    assert_bad(explain("x.example", "~"), SC_E_PANEL, "the panel failed");
}

static void paths_that_cannot_be_explained(void **state)
{
    (void)state;
    make_john();
    assert_pass("john");
    assert_bad(explain("a.example", "loop"), SC_E_INVAL, "too long, or too many links");
    assert_bad(explain("x.example", "~"), SC_E_NOTFOUND, "x.example");
    home_remove("john", "a.example");
    assert_pass("john");
    assert_bad(explain("a.example", "~"), SC_E_INVAL, "a.example: its document root is missing");
    assert_good(explain("a.example", NULL));
    assert_non_null(strstr(e.stale, "its document root is missing"));
}

/* ---- what went wrong ---- */

static void failures_of_the_site(void **state)
{
    (void)state;
    char path[64];
    make_john();
    assert_pass("john");
    unsigned id = site_id("john", "a");
    root_mkdir(SC_RUN_DIR "/1001");
    assert_int_equal(sc_failures_make(1001, id), 0);
    assert_good(explain("a.example", NULL));
    assert_int_equal(e.failures.n, 0);
    sc_failures_note(1001, id, SC_FAILED_ENTER, 503, "its view cannot be built");
    sc_failures_note(1001, id, SC_FAILED_ENTER, 503, "its view cannot be built");
    assert_good(explain("a.example", NULL));
    assert_int_equal(e.failures.n, 1);
    assert_int_equal(e.failures.v[0].n, 2);
    assert_int_equal(e.failures.v[0].status, 503);
    assert_string_equal(e.failures.v[0].code, "enter");
    assert_non_null(strstr(e.failures.v[0].text, "its view cannot be built"));
    assert_int_equal(e.failing.n, 2);
    assert_string_equal(e.failing.text, "its view cannot be built");
    sc_failures_note_ended(1001, id);
    assert_good(explain("a.example", NULL));
    assert_int_equal(e.failing.since, 0);
    assert_int_equal(e.failures.n, 1);
    snprintf(path, sizeof(path), SC_RUN_DIR "/1001/%u.failed", id);
    root_fail(path, EIO);
    assert_bad(explain("a.example", NULL), SC_E_SYS, "the failures of site 60000");
    root_fail(NULL, 0);
    root_put(path, "of another format");
    assert_good(explain("a.example", NULL));
    assert_int_equal(e.failures.n, 0);
}

/* ---- users ---- */

static int user_explain(uid_t uid, unsigned only, const char *domain)
{
    sc_explanation_done(&e);
    return sc_engine_user_explain(&world.s, uid, only, domain, "~/notes", &e, &world.err);
}

/* What is another's, what does not exist, and from within a site another site get the same answer. */
static void users_ask_about_their_own(void **state)
{
    (void)state;
    make_john();
    account("mary", "m");
    assert_pass("john");
    assert_pass("mary");
    unsigned id = site_id("john", "a");
    assert_good(user_explain(1001, 0, "A.example"));
    assert_string_equal(e.path.rule, "shared-home");
    assert_good(user_explain(1001, id, "a.example"));
    const struct {
        uid_t uid;
        unsigned only;
        const char *domain;
    } no[] = {{1001, id, "b.example"}, {1002, 0, "a.example"}, {1001, 0, "m.example"},
              {1001, 0, "x.example"},  {1001, 0, "-"},         {1002, id, "a.example"}};
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        assert_bad(user_explain(no[i].uid, no[i].only, no[i].domain), SC_E_NOTFOUND, "");
        assert_string_equal(world.err.text, "Please specify existing domain name and try again");
        assert_null(e.domain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        engine_test(what_is_the_sites_own_and_what_it_was_given),
        engine_test(a_shared_home_is_read_and_a_line_opens_it),
        engine_test(a_private_home_has_nothing_of_the_account),
        engine_test(what_closes_a_path),
        engine_test(the_servers_own_places),
        engine_test(an_isolated_site_is_as_its_plan_file_says),
        engine_test(who_is_not_isolated_is_told_what_would_be),
        engine_test(paths_that_cannot_be_explained),
        engine_test(failures_of_the_site),
        engine_test(users_ask_about_their_own),
    };
    return world_run(tests);
}
