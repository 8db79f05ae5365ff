/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plesk: where its domains come from. The SQL is executed, by SQLite, on a database with Plesk's
 * tables (tests/boxlib/plesk-schema.sql) behind a stand-in for `plesk db`; the XML samples are read
 * by the real sitecage-plesk-xml where the API is asked. */
#include "tests/unit/fixture.h"

#include <pwd.h>
#include "core/base/file.h"
#include "core/inventory/envelope.h"
#include "plesk/api.h"
#include "plesk/db.h"
#include "plesk/domains.h"
#include "plesk/info.h"
#include "plesk/rows.h"
#include "plesk/xml.h"
#include "tests/unit/odd_text.h"
#include "tests/unit/tempdir.h"

#define SAMPLES SC_TEST_SOURCE "/tests/payloads/plesk/"
#define BOXLIB  SC_TEST_SOURCE "/tests/boxlib/"

/* One a line: name, user, document root, and "main". */
static void expect_domains(const struct sc_domains *d, const char *want)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    for (size_t i = 0; i < d->n; i++)
        sc_buf_fmt(&b, "%s %s %s%s\n", d->v[i].name, d->v[i].owner, d->v[i].docroot,
                   d->v[i].is_main ? " main" : "");
    assert_string_equal(b.data ? b.data : "", want);
}

/* ---- rows ---- */

static int note(char *const *c, void *arg, struct sc_error *err)
{
    struct sc_buf *b = arg;
    if (strcmp(c[0], "stop") == 0)
        return sc_error_set(err, SC_E_DENIED, "stopped");
    sc_buf_fmt(b, "[%s|%s]", c[0], c[1]);
    return 0;
}

static void expect_rows(const char *data, size_t len, const char *want)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_rows_parse(data, len, &(struct sc_rows_reader){2, "it", note, NULL, &b}, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(b.data ? b.data : "", want);
}

static void expect_no_rows(const char *data, size_t len, const char *text)
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    int rc = sc_rows_parse(data, len, &(struct sc_rows_reader){2, "it", note, NULL, &b}, &err);
    assert_true(rc < 0);
    assert_int_equal(rc, err.code);
    assert_string_equal(err.text, text);
}
#define ROWS(data, want)    expect_rows(data, sizeof(data) - 1, want)
#define NO_ROWS(data, text) expect_no_rows(data, sizeof(data) - 1, text)

static void rows_are_read_as_mysql_writes_them(void **state)
{
    (void)state;
    ROWS("", "");
    ROWS("a\tb\nc\t\n", "[a|b][c|]");
    ROWS("a\\tb\tc\\nd\\\\n\n", "[a\tb|c\nd\\n]");
    ROWS("NULL\t/x y\r\n", "[NULL|/x y\r]");
    NO_ROWS("a\tb\nc\td", "it: row 2 is cut off");
    NO_ROWS("a\n", "it: row 1 does not have 2 columns");
    NO_ROWS("a\tb\n\n", "it: row 2 does not have 2 columns");
    NO_ROWS("a\tb\tc\n", "it: row 1 does not have 2 columns");
    NO_ROWS("a\\x\tb\n", "it: row 1 has an unknown escape");
    NO_ROWS("a\\0\tb\n", "it: row 1 has an unknown escape");
    NO_ROWS("a\tb\\\n", "it: row 1 has an unknown escape");
    NO_ROWS("a\0\tb\n", "it: row 1 has a NUL byte");
    NO_ROWS("stop\tb\nx\n", "stopped");
}

static void rows_survive_writing(void **state)
{
    (void)state;
    const char *columns[] = {"a\tb\\n", "\n\\"};
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_rows_add(&b, columns, 2);
    assert_string_equal(b.data, "a\\tb\\\\n\t\\n\\\\\n");
    expect_rows(b.data, b.len, "[a\tb\\n|\n\\]");
}

/* ---- a Plesk in a folder ---- */

struct server {
    struct tempdir t;
    struct sc_plesk p;
    struct sc_caller c;
};

static void run_ok(const char *const *argv)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_run(&(struct sc_run_spec){.argv = argv}, &r, &err) < 0)
        fail_msg("%s", err.text);
    if (!sc_run_ok(&r))
        fail_msg("%s: %s", argv[0], r.err.data ? r.err.data : "");
}

static void sql(struct server *s, const char *statements)
{
    run_ok((const char *[]){"sqlite3", "-bail", at(&s->t, "var/lib/psa/psa.db"), statements, NULL});
}

static int no_api(struct sc_api_conf *ret, struct sc_error *err)
{
    (void)ret;
    return sc_error_set(err, SC_E_NOTFOUND, "no [api]");
}

static int no_fetch(const struct sc_http_request *rq, struct sc_buf *out, struct sc_error *err)
{
    (void)out;
    return sc_error_set(err, SC_E_PANEL, "%s was asked", rq->url);
}

static int set_up(void **state)
{
    struct server *s = calloc(1, sizeof(*s));
    static const char *const dirs[] = {"usr", "usr/sbin", "usr/local",   "usr/local/psa",
                                       "var", "var/lib",  "var/lib/psa", "var/lib/psa/info",
                                       "etc", "etc/psa"};
    tempdir_make(&s->t);
    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
        put_dir(&s->t, dirs[i]);
    run_ok((const char *[]){"cp", BOXLIB "plesk-fake", at(&s->t, "usr/sbin/plesk"), NULL});
    sql(s, ".read " BOXLIB "plesk-schema.sql");
    sql(s,
        "INSERT INTO clients(id, login, email) VALUES(1, 'admin', 'a@x.example'), (2, 'john', '');"
        "INSERT INTO sys_users(id, login) VALUES(1, 'nobody'), (2, 'sys2'), (3, 'extra_ftp');"
        "INSERT INTO domains(id, name, displayName, htype, cl_id, webspace_id) VALUES"
        " (1, 'first.example', 'first.example', 'vrt_hst', 2, 0),"
        " (2, 'addon.example', 'addon.example', 'vrt_hst', 2, 1),"
        " (3, 'Sub.first.example', 'sub.first.example', 'vrt_hst', 2, 1),"
        " (4, 'fwd.example', 'fwd.example', 'std_fwd', 2, 1),"
        " (5, 'none.example', 'none.example', 'none', 2, 0),"
        " (6, 'münchen.example', 'münchen.example', 'vrt_hst', 1, 0),"
        " (7, '*.first.example', '*.first.example', 'vrt_hst', 2, 1),"
        " (8, 'broken.example', 'broken.example', 'vrt_hst', 2, 1),"
        " (9, 'bad name', 'bad name', 'vrt_hst', 2, 1);"
        "INSERT INTO hosting(dom_id, sys_user_id, www_root) VALUES"
        " (1, 1, '/var/www/vhosts/first.example/httpdocs'),"
        " (2, 1, '/var/www/vhosts/first.example/addon.example/'),"
        " (3, 0, '/var/www/vhosts/first.example/httpdocs/sub'),"
        " (4, 1, '/var/www/vhosts/first.example/fwd'),"
        " (6, 2, '/var/www/vhosts/xn--mnchen-3ya.example/httpdocs'),"
        " (7, 1, '/var/www/vhosts/first.example/_'),"
        " (8, 1, NULL), (9, 1, '/x');"
        "INSERT INTO domain_aliases(id, dom_id, name, status, web) VALUES"
        " (1, 2, 'alias.example', 0, 'true'), (2, 2, 'mailonly.example', 0, 'false'),"
        " (3, 2, 'off.example', 2, 'true'), (4, 4, 'ofwd.example', 0, 'true'),"
        " (5, 3, 'alias-of-sub.example', 0, 'true');");
    s->p = (struct sc_plesk){.root = s->t.path,
                             .adapter = "/usr/libexec/sitecage/sitecage-plesk",
                             .xml_exe = SC_TEST_BUILD "/plesk/sitecage-plesk-xml",
                             .run_dir = s->t.path,
                             .api_conf = no_api,
                             .fetch = no_fetch};
    s->c = (struct sc_caller){.place = &s->p, .home = "/root", .timeout_ms = 30000};
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

#define JOHNS                                                                                      \
    "*.first.example nobody /var/www/vhosts/first.example/_\n"                                     \
    "addon.example nobody /var/www/vhosts/first.example/addon.example\n"                           \
    "alias-of-sub.example nobody /var/www/vhosts/first.example/httpdocs/sub\n"                     \
    "alias.example nobody /var/www/vhosts/first.example/addon.example\n"                           \
    "first.example nobody /var/www/vhosts/first.example/httpdocs main\n"                           \
    "sub.first.example nobody /var/www/vhosts/first.example/httpdocs/sub\n"
#define MUNICH "xn--mnchen-3ya.example sys2 /var/www/vhosts/xn--mnchen-3ya.example/httpdocs main\n"

static void ask(struct server *s, const char *owner, const char *name, const char *want)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_question q = {.owner = owner, .name = name};
    if (sc_plesk_domains(&s->c, &q, &d, &err) < 0)
        fail_msg("%s", err.text);
    sc_domains_filter(&d, owner, name); /* as the skeleton does */
    expect_domains(&d, want);
}

static void ask_in_vain(struct server *s, const char *name, int code, const char *part)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    struct sc_question q = {.name = name};
    assert_int_equal(sc_plesk_domains(&s->c, &q, &d, &err), code);
    assert_error_has(&err, code, part);
    assert_int_equal(d.n, 0);
}

static void the_database_tells_all(void **state)
{
    struct server *s = *state;
    ask(s, NULL, NULL, JOHNS MUNICH);
    ask(s, "nobody", NULL, JOHNS);
    ask(s, "sys2", NULL, MUNICH);
    ask(s, "extra_ftp", NULL, "");
    ask(s, NULL, "addon.example",
        "addon.example nobody /var/www/vhosts/first.example/addon.example\n");
    ask(s, NULL, "alias.example",
        "alias.example nobody /var/www/vhosts/first.example/addon.example\n");
    ask(s, NULL, "*.first.example", "*.first.example nobody /var/www/vhosts/first.example/_\n");
    ask(s, NULL, "xn--mnchen-3ya.example", MUNICH);
    ask(s, "nobody", "xn--mnchen-3ya.example", "");
    ask(s, NULL, "fwd.example", "");
    ask(s, NULL, "mailonly.example", "");
    ask(s, NULL, "off.example", "");
    ask(s, NULL, "nothere.example", "");
}

/* The filter is in the query: one user's question must not cost what all cost. */
static void the_database_is_asked_for_what_is_wanted(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_plesk_sql_domains("john", NULL, false, &b);
    assert_non_null(strstr(b.data, " AND s.login = 'john'"));
    assert_null(strstr(b.data, "domain_aliases"));
    b.len = 0;
    sc_plesk_sql_domains(NULL, "x.example", true, &b);
    assert_non_null(strstr(b.data, " AND d.name = 'x.example' UNION ALL "));
    assert_non_null(strstr(b.data, " AND a.name = 'x.example'"));
    assert_null(strchr(b.data, '`'));
}

static void without_the_table_of_aliases(void **state)
{
    struct server *s = *state;
    sql(s, "DROP TABLE domain_aliases");
    ask(s, "sys2", NULL, MUNICH);
    ask(s, NULL, "addon.example",
        "addon.example nobody /var/www/vhosts/first.example/addon.example\n");
    ask(s, NULL, "alias.example", "");
}

static void a_name_in_another_spelling_is_found(void **state)
{
    struct server *s = *state;
    sql(s, "UPDATE domains SET name = 'Addon.Example.' WHERE name = 'addon.example'");
    ask(s, NULL, "addon.example",
        "addon.example nobody /var/www/vhosts/first.example/addon.example\n");
}

static void a_document_root_that_json_cannot_say_costs_nobody_else(void **state)
{
    struct server *s = *state;
    sql(s, "UPDATE hosting SET www_root = CAST(x'2fff' AS TEXT) WHERE dom_id = 7;"
           "UPDATE hosting SET www_root = '../x' WHERE dom_id = 2;");
    ask(s, "nobody", NULL,
        "alias-of-sub.example nobody /var/www/vhosts/first.example/httpdocs/sub\n"
        "first.example nobody /var/www/vhosts/first.example/httpdocs main\n"
        "sub.first.example nobody /var/www/vhosts/first.example/httpdocs/sub\n");
}

static void nonsense_from_the_database(void **state)
{
    (void)state;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    static const char three[] = "a.example\tu\t/x\n", two[] = "a.example\tu\t/x\t2\n";
    assert_int_equal(sc_plesk_db_parse(three, sizeof(three) - 1, &d, &err), SC_E_PANEL);
    assert_string_equal(err.text, "'plesk db': row 1 does not have 4 columns");
    assert_int_equal(d.n, 0);
    assert_int_equal(sc_plesk_db_parse(two, sizeof(two) - 1, &d, &err), 0);
    expect_domains(&d, "a.example u /x\n");
    assert_string_equal(d.odds.v[0].text, "'plesk db' answered '2' where 0 or 1 is expected");
    /* beside good ones, what is no row is passed over */
    static const char odd[] = "PHP Deprecated:  x in /y on line 3\n\na.example\tu\t/x\t1\nb\tu\n"
                              "c.example\tu\tNULL\t0\nd.example\tu\t\xff\t0\ne e\tu\t/e\t0\n";
    assert_int_equal(sc_plesk_db_parse(odd, sizeof(odd) - 1, &d, &err), 0);
    expect_domains(&d, "a.example u /x main\n");
    assert_string_equal(odd_text(&d.odds), "- - - hides\n- - - hides\nc.example u -\n"
                                           "d.example u \xff\n- u /e\n");
    assert_string_equal(d.odds.v[0].text,
                        "'plesk db' put text around its answer: 'PHP Deprecated:  "
                        "x in /y on line 3'");
    assert_string_equal(d.odds.v[1].text, "'plesk db': row 4 does not have 4 columns");
    /* a cut-off answer is none */
    static const char cut[] = "a.example\tu\t/x\t1\nb.exam";
    assert_int_equal(sc_plesk_db_parse(cut, sizeof(cut) - 1, &d, &err), SC_E_PANEL);
}

static void users(void **state)
{
    struct server *s = *state;
    struct sc_error err = SC_ERROR_INIT;
    SC_JSON json_t *u = NULL;
    struct sc_question q = {0};
    if (sc_plesk_users(&s->c, &q, &u, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(json_array_size(u), 1); /* sys2 has no unix account */
    SC_JSON json_t *want = json_pack("{s:I, s:s, s:s, s:s, s:n, s:n, s:n}", "id", (json_int_t)65534,
                                     "username", "nobody", "owner", "john", "domain",
                                     "first.example", "package", "email", "locale_code");
    assert_true(json_equal(json_array_get(u, 0), want));
    SC_JSON json_t *none = NULL;
    q.username = "sys2";
    assert_int_equal(sc_plesk_users(&s->c, &q, &none, &err), 0);
    assert_int_equal(json_array_size(none), 0);
}

static void only_root_may_ask(void **state)
{
    struct server *s = *state;
    struct sc_error err = SC_ERROR_INIT;
    SC_JSON json_t *u = NULL;
    s->c.user = "nobody";
    ask_in_vain(s, NULL, SC_E_DENIED, "'nobody' may not ask Plesk: only root may");
    assert_int_equal(sc_plesk_users(&s->c, &(struct sc_question){0}, &u, &err), SC_E_DENIED);
    assert_false(exists(&s->t, "var/lib/psa/calls"));
}

static void panel_info_and_paths(void **state)
{
    struct server *s = *state;
    struct sc_error err = SC_ERROR_INIT;
    SC_JSON json_t *i = NULL;
    assert_int_equal(sc_plesk_panel_info(&s->c, &i, &err), SC_E_PANEL);
    assert_error_has(&err, SC_E_PANEL, "/usr/local/psa/version");
    put_file(&s->t, "usr/local/psa/version", "18.0.77 Debian 12.0 1800260101.01\n");
    assert_int_equal(sc_plesk_panel_info(&s->c, &i, &err), 0);
    assert_string_equal(json_string_value(json_object_get(i, "name")), "Plesk");
    assert_string_equal(json_string_value(json_object_get(i, "version")), "18.0.77");

    SC_BUF struct sc_buf b = SC_BUF_INIT;
    char want[512];
    assert_int_equal(sc_plesk_paths(&s->p, &b, &err), 0);
    snprintf(want, sizeof(want),
             "%s/etc/psa/psa.conf\n%s/var/www/vhosts\n%s/var/www/vhosts/system\n", s->t.path,
             s->t.path, s->t.path);
    assert_string_equal(b.data, want);
    put_file(&s->t, "etc/psa/psa.conf",
             "# x\nHTTPD_VHOSTS_DX /no\nHTTPD_VHOSTS_D\t /srv/vhosts \n");
    b.len = 0;
    assert_int_equal(sc_plesk_paths(&s->p, &b, &err), 0);
    assert_non_null(strstr(b.data, "/srv/vhosts/system\n"));
    assert_null(strstr(b.data, "/var/www"));
}

/* ---- plesk bin site --info ---- */

static void info(const char *text, const char *want)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_plesk_info_parse(text, strlen(text), &d, &err) < 0)
        fail_msg("%s", err.text);
    expect_domains(&d, want);
}

static void command_line_samples(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_read_file(SAMPLES "cli-domain-info-suspended.txt", 65536, &b, &err), 0);
    info(b.data, "solozaszkola.dev.proudsite.pl private-login "
                 "/var/www/vhosts/solozaszkola.dev.proudsite.pl/httpdocs main\n");
    assert_int_equal(sc_read_file(SAMPLES "cli-domain-info-forwarding.txt", 65536, &b, &err), 0);
    info(b.data, "");
    info("Domain name: b.example\nFTP Login: u\n--WWW-Root--:/v/a.example/b.example",
         "b.example u /v/a.example/b.example\n");
    /* the first counts: what follows may be somebody's free text */
    info("Domain name: b.example\nDomain name: c.example\nFTP Login: u\n--WWW-Root--: /v\nFTP "
         "Login: "
         "root\n--WWW-Root--: /etc\n",
         "b.example u /v\n");
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    assert_int_equal(sc_plesk_info_parse("oops\n", 5, &d, &err), SC_E_PANEL);
}

static void the_command_line_answers_for_one_name_when_the_database_does_not(void **state)
{
    struct server *s = *state;
    put_file(&s->t, "var/lib/psa/db-fails", "ERROR 2002: no MySQL\n");
    put_file(&s->t, "var/lib/psa/info/b.example",
             "Domain name: b.example\nFTP Login: u\n--WWW-Root--: /v/b.example/httpdocs\n");
    ask(s, NULL, "b.example", "b.example u /v/b.example/httpdocs main\n");
    ask(s, NULL, "nothere.example", "");
    ask_in_vain(s, NULL, SC_E_PANEL,
                "'plesk db' exited with status 1, saying: ERROR 2002: no MySQL; mend that, or name "
                "Plesk's XML API in section [api] of /etc/sitecage.conf");
    assert_int_equal(unlinkat(s->t.fd, "usr/sbin/plesk", 0), 0);
    ask_in_vain(s, NULL, SC_E_PANEL, "the command plesk is neither at ");
}

/* ---- XML ---- */

static void xml_rows(const char *file, const char *want)
{
    char path[512];
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    SC_BUF struct sc_buf rows = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    snprintf(path, sizeof(path), SAMPLES "%s", file);
    assert_int_equal(sc_read_file(path, 1u << 20, &b, &err), 0);
    if (sc_plesk_xml(b.data, b.len, &rows, &err) < 0)
        fail_msg("%s: %s", file, err.text);
    assert_string_equal(rows.data ? rows.data : "", want);
}

static void bad_xml(const char *text, const char *part)
{
    SC_BUF struct sc_buf rows = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_plesk_xml(text, strlen(text), &rows, &err), SC_E_PANEL);
    assert_error_has(&err, SC_E_PANEL, part);
    assert_int_equal(rows.len, 0);
}

static void xml_samples(void **state)
{
    (void)state;
    xml_rows("xml-site-get-hosting.xml",
             "site\t1\t7\tfirma.pl\tfirmaftp\t/var/www/vhosts/firma.pl/httpdocs\t0\n"
             "site\t2\t7\tsklep.pl\t\t/var/www/vhosts/firma.pl/sklep.pl\t0\n"
             "site\t3\t7\tblog.firma.pl\t\t/var/www/vhosts/firma.pl/blog.firma.pl\t0\n");
    xml_rows("xml-site-alias-get.xml", "site-alias\t3\t7\talias.example.org\t\t\t1\n");
    xml_rows("xml-subdomain-get.xml",
             "subdomain\t12\tfirma.pl\tsub.firma.pl\t\t/var/www/vhosts/firma.pl/sub\t0\n");
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_read_file(SAMPLES "xml-error-auth.xml", 65536, &b, &err), 0);
    bad_xml(b.data, "Plesk's XML API refuses the request: error 1001: Authentication failed");
    assert_int_equal(sc_read_file(SAMPLES "xml-event_log-get_events.xml", 65536, &b, &err), 0);
    bad_xml(b.data, "the answer of Plesk's XML API has no result in it"); /* not what was asked */
}

#define RESULT(op, inner) "<packet><" op "><get><result>" inner "</result></get></" op "></packet>"

static void xml_that_is_wrong(void **state)
{
    (void)state;
    bad_xml("", "is not valid XML");
    bad_xml("nonsense", "is not valid XML");
    bad_xml("<html><body>500</body></html>", "is not a <packet> but <html>");
    bad_xml("<packet><site><get><result><status>ok</status>", "is not valid XML: line 1: ");
    bad_xml("<packet/>", "has no result in it");
    bad_xml("<!DOCTYPE packet [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" RESULT(
                "site", "<status>ok</status><id>&a;</id>"),
            "has a document type or entities of its own");
    bad_xml(RESULT("site", "<status>ok</status><id>&a;</id>"), "is not valid XML");
    bad_xml(RESULT("site", "<a><b><c><d><e><f><g><h><i><j><k><l><m><n/></m></l></k></j></i></h></g>"
                           "</f></e></d></c></b></a>"),
            "is nested too deeply");
    bad_xml(RESULT("site", "<status>error</status><errcode>1023</errcode><errtext>not for "
                           "you\n</errtext>"),
            "Plesk's XML API refuses site: error 1023: not for you");
    SC_BUF struct sc_buf rows = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    const char *empty[] = {
        RESULT("site", "<status>error</status><errcode>1013</errcode><errtext>x</errtext>"),
        RESULT("site-alias", "<status>ok</status>")};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(sc_plesk_xml(empty[i], strlen(empty[i]), &rows, &err), 0);
        assert_int_equal(rows.len, 0);
    }
}

static void xml_that_is_odd(void **state)
{
    (void)state;
    SC_BUF struct sc_buf rows = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    static const char odd[] =
        "\xef\xbb\xbf\n<br />\n<b>Deprecated</b>:  x in <b>/y</b> on line <b>3</b><br />\n"
        "<?xml version=\"1.0\"?>\n<packet><site><get>"
        "<result><status>error</status><errcode>1023</errcode><errtext>no</errtext></result>"
        "<result><status>ok</status><id>1</id><data><gen_info><name>a.example</name></gen_info>"
        "<hosting><vrt_hst><property><name>ftp_login</name><value>u</value></property></vrt_hst>"
        "</hosting></data></result>"
        "<result><status>ok</status><id>2</id><data><gen_info><name>f.example</name></gen_info>"
        "<hosting><std_fwd/></hosting></data></result>"
        "</get></site></packet>\n\nWarning: y in /z on line 1\n";
    assert_int_equal(sc_plesk_xml(odd, sizeof(odd) - 1, &rows, &err), 0);
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    assert_int_equal(sc_plesk_api_join(rows.data, rows.len, &d, &err), 0);
    assert_int_equal(d.n, 0);
    assert_string_equal(odd_text(&d.odds), "a.example u -\n- - - hides\n- - - hides\n");
    assert_string_equal(d.odds.v[0].text,
                        "domain 'a.example': Plesk tells no www_root of its hosting");
    assert_string_equal(d.odds.v[1].text, "Plesk's XML API refuses site: error 1023: no");
    assert_string_equal(d.odds.v[2].text,
                        "the answer of Plesk's XML API has text around it: "
                        "'Deprecated</b>:  x in <b>/y</b> on line <b>3</b><br />'");
    bad_xml("Fatal error: x\n" RESULT("site", "<status>ok</status>"), "is not valid XML");
}

static void join(const char *rows, const char *want)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_plesk_api_join(rows, strlen(rows), &d, &err) < 0)
        fail_msg("%s", err.text);
    sc_domains_finish(&d);
    expect_domains(&d, want);
}

static void objects_are_put_together(void **state)
{
    (void)state;
    join("", "");
    join("site\t1\t7\tfirma.pl\tfirmaftp\t/v/firma.pl/httpdocs\t0\n"
         "site\t2\t7\tsklep.pl\t\t/v/firma.pl/sklep.pl\t0\n"
         "subdomain\t12\tfirma.pl\tsub.firma.pl\t\t/v/firma.pl/sub\t0\n"
         "subdomain\t13\tunknown.pl\tsub.unknown.pl\t\t/v/firma.pl/sub\t0\n"
         "site-alias\t3\t2\talias.example\t\t\t1\n"
         "site-alias\t4\t2\tnoweb.example\t\t\t0\n"
         "site-alias\t5\t99\tlost.example\t\t\t1\n"
         "site\t8\t9\tnouser.pl\t\t/v/nouser.pl\t0\n"
         "site\t9\t7\tfwd.pl\t\t\t0\n",
         "alias.example firmaftp /v/firma.pl/sklep.pl\n"
         "firma.pl firmaftp /v/firma.pl/httpdocs\n"
         "sklep.pl firmaftp /v/firma.pl/sklep.pl\n"
         "sub.firma.pl firmaftp /v/firma.pl/sub\n");
    join("webspace\t7\t7\tfirma.pl\tfirmaftp\t/v/firma.pl/httpdocs\t1\n"
         "site\t7\t7\tfirma.pl\t\t/v/firma.pl/httpdocs\t0\n"
         "site\t8\t7\tmünchen.pl\t\t/v/firma.pl/m\t0\n",
         "firma.pl firmaftp /v/firma.pl/httpdocs main\n"
         "xn--mnchen-3ya.pl firmaftp /v/firma.pl/m\n");
}

/* ---- the API in place of the database ---- */

static const char *secret_user;
static int asked;
static char headers[512];

static int an_api(struct sc_api_conf *ret, struct sc_error *err)
{
    (void)err;
    *ret = (struct sc_api_conf){.url = strdup("https://plesk.example:8443"),
                                .user = secret_user ? strdup(secret_user) : NULL,
                                .secret = strdup("hunter2")};
    return 0;
}

static int answer(const struct sc_http_request *rq, struct sc_buf *out, struct sc_error *err)
{
    (void)err;
    headers[0] = 0;
    for (size_t i = 0; rq->headers[i]; i++)
        strcat(strcat(headers, rq->headers[i]), "\n");
    assert_string_equal(rq->url, "https://plesk.example:8443/enterprise/control/agent.php");
    assert_null(rq->password);
    asked++;
    const char *body = rq->body;
    assert_int_equal(rq->body_len, strlen(body));
    const char *file = strstr(body, "<packet><site><get><filter/><dataset>") ? SAMPLES
                           "xml-site-get-hosting.xml"
                       : strstr(body, "<packet><site-alias><get><filter/></get>") ? SAMPLES
                           "xml-site-alias-get.xml"
                                                                                  : NULL;
    if (file)
        return sc_read_file(file, 65536, out, NULL);
    assert_non_null(strstr(body, "<packet><webspace><get><filter/><dataset><gen_info/><hosting/>"));
    sc_buf_str(out,
               RESULT("webspace", "<status>ok</status><id>7</id><data><gen_info><name>firma.pl"
                                  "</name></gen_info><hosting><vrt_hst><property><name>www_root"
                                  "</name><value>/var/www/vhosts/firma.pl/httpdocs</value>"
                                  "</property></vrt_hst></hosting></data>"));
    return 0;
}

static int refused(const struct sc_http_request *rq, struct sc_buf *out, struct sc_error *err)
{
    (void)rq;
    (void)err;
    return sc_read_file(SAMPLES "xml-error-auth.xml", 65536, out, NULL);
}

#define FIRMA                                                                                      \
    "alias.example.org firmaftp /var/www/vhosts/firma.pl/httpdocs\n"                               \
    "blog.firma.pl firmaftp /var/www/vhosts/firma.pl/blog.firma.pl\n"                              \
    "firma.pl firmaftp /var/www/vhosts/firma.pl/httpdocs main\n"                                   \
    "sklep.pl firmaftp /var/www/vhosts/firma.pl/sklep.pl\n"

static void the_api_answers_when_the_database_does_not(void **state)
{
    struct server *s = *state;
    put_file(&s->t, "var/lib/psa/db-fails", "no MySQL\n");
    s->p.api_conf = an_api;
    s->p.fetch = answer;
    secret_user = NULL;
    asked = 0;
    ask(s, NULL, NULL, FIRMA);
    assert_int_equal(asked, 3);
    assert_string_equal(headers, "Content-Type: text/xml\nKEY: hunter2\n");
    secret_user = "admin";
    ask(s, NULL, "sklep.pl", "sklep.pl firmaftp /var/www/vhosts/firma.pl/sklep.pl\n");
    assert_string_equal(headers, "Content-Type: text/xml\nHTTP_AUTH_PASSWD: hunter2\n"
                                 "HTTP_AUTH_LOGIN: admin\n");
    s->p.fetch = refused;
    ask_in_vain(s, NULL, SC_E_PANEL, "error 1001: Authentication failed");
    secret_user = "admin\r\nX: y";
    ask_in_vain(s, NULL, SC_E_INVAL, "has a control byte in it");
    s->p.fetch = no_fetch;
    secret_user = NULL;
    ask_in_vain(s, NULL, SC_E_PANEL, "https://plesk.example:8443/enterprise/control/agent.php was");
}

static void the_database_is_preferred(void **state)
{
    struct server *s = *state;
    s->p.api_conf = an_api;
    s->p.fetch = no_fetch;
    ask(s, "sys2", NULL, MUNICH);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_as_mysql_writes_them),
        cmocka_unit_test(rows_survive_writing),
        TEST(the_database_tells_all),
        cmocka_unit_test(the_database_is_asked_for_what_is_wanted),
        TEST(without_the_table_of_aliases),
        TEST(a_name_in_another_spelling_is_found),
        TEST(a_document_root_that_json_cannot_say_costs_nobody_else),
        cmocka_unit_test(nonsense_from_the_database),
        TEST(users),
        TEST(only_root_may_ask),
        TEST(panel_info_and_paths),
        cmocka_unit_test(command_line_samples),
        TEST(the_command_line_answers_for_one_name_when_the_database_does_not),
        cmocka_unit_test(xml_samples),
        cmocka_unit_test(xml_that_is_wrong),
        cmocka_unit_test(xml_that_is_odd),
        cmocka_unit_test(objects_are_put_together),
        TEST(the_api_answers_when_the_database_does_not),
        TEST(the_database_is_preferred),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
