/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plesk: putting the hooks into Plesk's event manager, against a stand-in for its command. */
#include "tests/unit/fixture.h"

#include <sys/wait.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/run.h"
#include "plesk/enroll.h"
#include "plesk/event.h"
#include "plesk/handlers.h"
#include "tests/unit/tempdir.h"

#define ADAPTER "/usr/libexec/sitecage/sitecage-plesk"

/* ---- what --list prints ---- */

static void list(const char *text, const char *want)
{
    SC_CLEANUP(sc_handlers_done) struct sc_handlers h = {0};
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    if (sc_handlers_parse(text, strlen(text), ADAPTER, &h, &err) < 0)
        fail_msg("%s", err.text);
    for (size_t i = 0; i < h.n; i++)
        sc_buf_fmt(&b, "%lu %s\n", h.v[i].id, h.v[i].event);
    assert_string_equal(b.data ? b.data : "", want);
}

static void layouts_of_the_list(void **state)
{
    (void)state;
    list("", "");
    list("Id                  3\nPriority            50\nUser root\nEvent x\nCommand " ADAPTER
         " hook site_create\n",
         "3 site_create\n");
    list("Event handler Id: 12 \r\nCommand: \"" ADAPTER "\" hook domain_update\r\n\r\n"
         "Event handler Id: 13\r\nCommand: '" ADAPTER " hook domain_delete'\r\n",
         "12 domain_update\n13 domain_delete\n");
    /* others' handlers */
    list("Id 4\nCommand /opt/x hook site_create\nId 5\nCommand /x" ADAPTER " hook site_create\n"
         "Id 6\nCommand " ADAPTER "-xml hook site_create\nId 7\nCommand " ADAPTER " domains\n"
         "Id 8\nCommand " ADAPTER " hook\nId 9\nCommand " ADAPTER " hooks a\n",
         "");
    /* a number in a command is not a record's */
    list("Id 4\nCommand /opt/x --Id 5\nUser Idaho 7\nId 6 x\nCommand " ADAPTER
         " hook site_create\n",
         "4 site_create\n");
    /* one command a record */
    list("Id 4\nCommand " ADAPTER " hook site_create\nId 5\nx\nCommand " ADAPTER " hook a_b\n",
         "4 site_create\n5 a_b\n");
}

static void a_list_that_cannot_be_understood(void **state)
{
    (void)state;
    static const char *const texts[] = {"3 | site_create | root | " ADAPTER " hook site_create\n",
                                        "Id 3\nCommand " ADAPTER
                                        " hook site_create\nCommand " ADAPTER " hook site_create\n",
                                        "Id 99999999999\nCommand " ADAPTER " hook site_create\n"};
    for (size_t i = 0; i < 3; i++) {
        SC_CLEANUP(sc_handlers_done) struct sc_handlers h = {0};
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(sc_handlers_parse(texts[i], strlen(texts[i]), ADAPTER, &h, &err),
                         SC_E_PANEL);
        assert_error_has(&err, SC_E_PANEL, "remove it by hand");
        assert_int_equal(h.n, 0);
    }
}

static void events_are_whole_words(void **state)
{
    (void)state;
    static const char text[] =
        "Events:\nsite_subdomain_create  Subdomain\n'domain_create', x\nsite_c";
    assert_true(sc_handlers_event_known(text, sizeof(text) - 1, "site_subdomain_create"));
    assert_true(sc_handlers_event_known(text, sizeof(text) - 1, "domain_create"));
    assert_false(sc_handlers_event_known(text, sizeof(text) - 1, "subdomain_create"));
    assert_false(sc_handlers_event_known(text, sizeof(text) - 1, "site_subdomain"));
    assert_false(sc_handlers_event_known(text, sizeof(text) - 1, "site_create"));
    assert_true(sc_handlers_event_known(text, sizeof(text) - 1, "site_c"));
    assert_false(sc_handlers_event_known("", 0, "site_c"));
}

/* ---- against a stand-in ---- */

struct server {
    struct tempdir t;
    struct sc_plesk p;
};

/* All but two of the events, so that they are seen to be left out. */
static int set_up(void **state)
{
    struct server *s = calloc(1, sizeof(*s));
    static const char *const dirs[] = {"usr",           "usr/sbin",          "usr/local",
                                       "usr/local/psa", "usr/local/psa/var", "var",
                                       "var/lib",       "var/lib/psa"};
    tempdir_make(&s->t);
    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
        put_dir(&s->t, dirs[i]);
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    const char *cp[] = {"cp", SC_TEST_SOURCE "/tests/boxlib/plesk-fake",
                        at(&s->t, "usr/sbin/plesk"), NULL};
    assert_int_equal(sc_run(&(struct sc_run_spec){.argv = cp}, &r, NULL), 0);
    assert_true(sc_run_ok(&r));
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    for (size_t i = 0; sc_plesk_events[i]; i++) {
        if (strcmp(sc_plesk_events[i], "domain_move") && strcmp(sc_plesk_events[i], "site_move"))
            sc_buf_fmt(&b, "%s   Something happened\n", sc_plesk_events[i]);
    }
    put_file(&s->t, "var/lib/psa/events", b.data);
    s->p = (struct sc_plesk){.root = s->t.path, .adapter = ADAPTER, .run_dir = s->t.path};
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct server *s = *state;
    tempdir_remove(&s->t);
    free(s);
    return 0;
}

static void handlers(struct server *s, struct sc_buf *b)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_read_file(at(&s->t, "var/lib/psa/handlers"), 1u << 20, b, &err) < 0)
        fail_msg("%s", err.text);
}

static size_t lines(const struct sc_buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

static size_t wanted(void)
{
    size_t n = 0;
    while (sc_plesk_events[n])
        n++;
    return n - 2;
}

static void enroll(struct server *s)
{
    struct sc_error err = SC_ERROR_INIT;
    if (sc_plesk_enroll(&s->p, &err) < 0)
        fail_msg("%s", err.text);
}

#define FOREIGN                                                                                    \
    "1\t50\troot\tdomain_create\t/opt/other hook domain_create\n"                                  \
    "2\t50\tpsaadm\tsite_create\t/opt/other/sitecage-plesk hook site_create\n"

static void registers_once(void **state)
{
    struct server *s = *state;
    SC_BUF struct sc_buf first = SC_BUF_INIT;
    SC_BUF struct sc_buf second = SC_BUF_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    put_file(&s->t, "var/lib/psa/handlers", FOREIGN);
    assert_int_equal(sc_plesk_status(&s->p, &text, &err), SC_E_NOTFOUND);
    assert_error_has(&err, SC_E_NOTFOUND,
                     "28 of 28 event handlers are missing in Plesk (domain_create");
    assert_error_has(&err, SC_E_NOTFOUND, "run '" ADAPTER " register'");
    enroll(s);
    handlers(s, &first);
    assert_int_equal(lines(&first), wanted() + 2);
    assert_memory_equal(first.data, FOREIGN, sizeof(FOREIGN) - 1);
    assert_non_null(strstr(first.data, "\t50\troot\tphys_hosting_update\t" ADAPTER
                                       " hook phys_hosting_update\n"));
    assert_null(strstr(first.data, " hook domain_move"));
    assert_int_equal(sc_plesk_status(&s->p, &text, &err), 0);
    assert_string_equal(text.data, "28 event handlers are in place");
    enroll(s);
    handlers(s, &second);
    assert_string_equal(second.data, first.data);
}

static void mends_what_an_administrator_broke(void **state)
{
    struct server *s = *state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    put_file(&s->t, "var/lib/psa/handlers",
             FOREIGN "5\t50\troot\tsite_create\t" ADAPTER " hook site_create\n"
                     "7\t50\troot\tsite_create\t" ADAPTER " hook site_create\n"
                     "9\t50\troot\tmailname_create\t" ADAPTER " hook mailname_create\n");
    enroll(s);
    handlers(s, &b);
    assert_int_equal(lines(&b), wanted() + 2);
    assert_non_null(strstr(b.data, "\n5\t50\t"));
    assert_null(strstr(b.data, "\n7\t50\troot\tsite_create"));
    assert_null(strstr(b.data, "mailname_create"));
    /* too many is told, and is in place */
    SC_BUF struct sc_buf more = SC_BUF_INIT;
    sc_buf_fmt(&more, "%s99\t50\troot\tsite_create\t" ADAPTER " hook site_create\n", b.data);
    put_file(&s->t, "var/lib/psa/handlers", more.data);
    assert_int_equal(sc_plesk_status(&s->p, &text, &err), 0);
    assert_string_equal(text.data, "28 event handlers are in place, and 1 too many ('" ADAPTER
                                   " register' removes them)");
}

static void unregisters_its_own_only(void **state)
{
    struct server *s = *state;
    struct sc_error err = SC_ERROR_INIT;
    put_file(&s->t, "var/lib/psa/handlers", FOREIGN);
    enroll(s);
    if (sc_plesk_unenroll(&s->p, &err) < 0)
        fail_msg("%s", err.text);
    assert_file(&s->t, "var/lib/psa/handlers", FOREIGN);
    assert_int_equal(sc_plesk_unenroll(&s->p, &err), 0);
    assert_file(&s->t, "var/lib/psa/handlers", FOREIGN);
}

static void a_plesk_that_forbids_root(void **state)
{
    struct server *s = *state;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    enroll(s);
    put_file(&s->t, "usr/local/psa/var/root.event_handler.lock", "");
    assert_int_equal(sc_plesk_enroll(&s->p, &err), SC_E_DENIED);
    assert_error_has(&err, SC_E_DENIED, "/usr/local/psa/var/root.event_handler.lock and register");
    assert_int_equal(sc_plesk_status(&s->p, &text, &err), SC_E_NOTFOUND);
    assert_error_has(&err, SC_E_NOTFOUND, "is forbidden to run event handlers as root");
    assert_int_equal(sc_plesk_unenroll(&s->p, &err), 0); /* leaving is always possible */
}

static void a_plesk_that_does_not_answer_right(void **state)
{
    struct server *s = *state;
    struct sc_error err = SC_ERROR_INIT;
    put_file(&s->t, "var/lib/psa/events", "nothing_known\n");
    assert_int_equal(sc_plesk_enroll(&s->p, &err), SC_E_PANEL);
    assert_error_has(&err, SC_E_PANEL, "lists none of the events that Sitecage knows");
    assert_file(&s->t, "var/lib/psa/handlers", "");

    /* what it makes does not show: it stops after one */
    put_file(&s->t, "usr/sbin/plesk",
             "#!/bin/sh\nd=${0%/usr/sbin/plesk}/var/lib/psa\ncase $3 in\n"
             "--list-events) echo domain_create domain_update domain_delete ;;\n"
             "--create) echo made >>$d/made ;;\nesac\n");
    assert_int_equal(sc_plesk_enroll(&s->p, &err), SC_E_PANEL);
    assert_error_has(&err, SC_E_PANEL, "a handler for domain_create was made, but ");
    assert_file(&s->t, "var/lib/psa/made", "made\n");

    put_file(&s->t, "usr/sbin/plesk", "#!/bin/sh\necho no licence >&2\nexit 3\n");
    assert_int_equal(sc_plesk_enroll(&s->p, &err), SC_E_PANEL);
    assert_string_equal(err.text,
                        "'plesk bin event_handler' exited with status 3, saying: no licence");
    assert_int_equal(unlinkat(s->t.fd, "usr/sbin/plesk", 0), 0);
    assert_int_equal(sc_plesk_enroll(&s->p, &err), SC_E_PANEL);
    assert_error_has(&err, SC_E_PANEL, "the command plesk is neither at ");
}

/* Two at once, as when two commands enable isolation. */
static void two_at_once_register_once(void **state)
{
    struct server *s = *state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    pid_t child = fork();
    if (child == 0)
        _exit(sc_plesk_enroll(&s->p, NULL) == 0 ? 0 : 1);
    enroll(s);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    handlers(s, &b);
    assert_int_equal(lines(&b), wanted());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_of_the_list),
        cmocka_unit_test(a_list_that_cannot_be_understood),
        cmocka_unit_test(events_are_whole_words),
        TEST(registers_once),
        TEST(mends_what_an_administrator_broke),
        TEST(unregisters_its_own_only),
        TEST(a_plesk_that_forbids_root),
        TEST(a_plesk_that_does_not_answer_right),
        TEST(two_at_once_register_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
