/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The generic adapter against vendors' scripts of every kind, and what is wrong with
 * integration.ini. */
#include "tests/unit/fixture.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "generic/generic.h"
#include "generic/ini.h"
#include "core/base/words.h"
#include "hooks/adapter/answer.h"

static char dir[64], ini[80], script[80];
static struct sc_generic_conf conf;
static struct sc_caller caller;

static int make(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/sc_gen_XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(ini, sizeof(ini), "%s/integration.ini", dir);
    snprintf(script, sizeof(script), "%s/vendor", dir);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    char rm[100];
    snprintf(rm, sizeof(rm), "rm -rf '%s'", dir);
    return system(rm);
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    unlink(path);
    SC_FILE FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fchmod(fileno(f), mode), 0);
}

static void reset(void)
{
    conf = (struct sc_generic_conf){
        .ini = ini, .trust = {.below = dir, .owner = geteuid()}, .max_bytes = 1u << 20};
    caller = (struct sc_caller){.timeout_ms = 20000, .home = "/home/nobody", .place = &conf};
}

/* A vendor whose one script answers everything. */
static void vendor(const char *body)
{
    char text[4096];
    snprintf(text, sizeof(text),
             "; a comment\n[integration_scripts]\npanel_info = %s panel_info\nUsers=%s users\n"
             "domains = \"%s\" 'do''mains'\n[lvemanager_config]\ndomains = /no\n",
             script, script, script);
    write_file(ini, text, 0644);
    snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", body);
    write_file(script, text, 0755);
    reset();
}

static int ask(struct sc_buf *out, const char *a, const char *b, const char *c, const char *d,
               const char *e)
{
    char *argv[] = {(char *)a, (char *)b, (char *)c, (char *)d, (char *)e, NULL};
    int argc = 0;
    while (argv[argc])
        argc++;
    sc_buf_free(out);
    return sc_adapter_answer(&sc_generic_ops, &caller, argc, argv, out);
}

static void expect(int status, const char *json, const char *a, const char *b, const char *c,
                   const char *d, const char *e)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    int got = ask(&out, a, b, c, d, e);
    assert_string_equal(out.data, json);
    assert_int_equal(got, status);
}

/* The answer, and the end of what was noted. */
static void expect_noted(const char *json, const char *what, const char *end)
{
    SC_BUF struct sc_buf notes = SC_BUF_INIT;
    caller.notes = &notes;
    expect(0, json, what, NULL, NULL, NULL, NULL);
    caller.notes = NULL;
    assert_non_null(notes.data);
    assert_true(notes.len >= strlen(end));
    assert_string_equal(notes.data + notes.len - strlen(end), end);
}

/* The answer is an error envelope of that class; %I in the text is the ini's path, %S the script's,
 * %D the folder's. */
static void expect_error(const char *class, const char *text, const char *a, const char *b,
                         const char *c, const char *d, const char *e)
{
    SC_BUF struct sc_buf want = SC_BUF_INIT, out = SC_BUF_INIT;
    for (; *text; text++) {
        if (*text == '%' && strchr("ISD", text[1])) {
            text++;
            sc_buf_str(&want, *text == 'I' ? ini : *text == 'S' ? script : dir);
        } else {
            sc_buf_add(&want, text, 1);
        }
    }
    assert_int_equal(ask(&out, a, b, c, d, e), 1);
    SC_JSON json_t *root = json_loadb(out.data, out.len, 0, NULL);
    assert_non_null(root);
    assert_true(json_is_null(json_object_get(root, "data")));
    json_t *meta = json_object_get(root, "metadata");
    assert_string_equal(json_string_value(json_object_get(meta, "message")), want.data);
    assert_string_equal(json_string_value(json_object_get(meta, "result")), class);
}

#define expect_broken(text)                                                                        \
    expect_error("InternalAPIError", text, "domains", NULL, NULL, NULL, NULL)

#define DOMAINS                                                                                    \
    "{\"data\": {\"a.de\": {\"owner\": \"john\", \"document_root\": \"/home/john/a/\", "           \
    "\"is_main\": true, "                                                                          \
    "\"php\": {}}, \"b.de\": {\"owner\": \"mary\", \"document_root\": \"/home/mary/b\"}}, "        \
    "\"metadata\": {\"result\": \"ok\"}}"
#define A_DE                                                                                       \
    "\"a.de\": {\"owner\": \"john\", \"document_root\": \"/home/john/a\", \"is_main\": true}"
#define B_DE                                                                                       \
    "\"b.de\": {\"owner\": \"mary\", \"document_root\": \"/home/mary/b\", \"is_main\": false}"
#define OK(data) "{\"data\": " data ", \"metadata\": {\"result\": \"ok\"}}\n"

static void domains_are_checked_and_filtered_again(void **state)
{
    (void)state;
    vendor("echo '" DOMAINS "'"); /* whatever is asked */
    expect(0, OK("{" A_DE ", " B_DE "}"), "domains", NULL, NULL, NULL, NULL);
    expect(0, OK("{" A_DE "}"), "domains", "--owner", "john", NULL, NULL);
    expect(0, OK("{" A_DE "}"), "domains", "--owner=john", NULL, NULL, NULL);
    expect(0, OK("{" B_DE "}"), "domains", "-o", "mary", NULL, NULL);
    expect(0, OK("{" B_DE "}"), "domains", "--name", "B.DE.", NULL, NULL);
    expect(0, OK("{" B_DE "}"), "domains", "-n", "b.de", NULL, NULL);
    expect(0, OK("{" B_DE "}"), "domains", "-n", "b.de", "-o", "mary");
    expect(0, OK("{}"), "domains", "--owner", "peter", NULL, NULL);
    expect_error("NotFound", "domain 'c.de' does not exist", "domains", "--name", "c.de", NULL,
                 NULL);
    expect_error("NotFound", "domain 'b.de' does not exist", "domains", "-n", "b.de", "-o", "john");
}

static void scripts_get_our_arguments_and_a_clean_environment(void **state)
{
    (void)state;
    vendor("printf '%s|' \"$@\" >&2; exit 1");
    expect_broken(
        "'domains' in %I: %S answered nothing and exited with status 1, saying: domains|");
    expect_error("InternalAPIError",
                 "'domains' in %I: %S answered nothing and exited with status 1, saying: "
                 "domains|--owner|jo.hn|",
                 "domains", "--owner=jo.hn", NULL, NULL, NULL);
    expect_error("InternalAPIError",
                 "'domains' in %I: %S answered nothing and exited with status 1, saying: "
                 "domains|--name|xn--tda.de|",
                 "domains", "-n", "\xc3\x9c.de", NULL, NULL);
    expect_error("InternalAPIError",
                 "'users' in %I: %S answered nothing and exited with status 1, saying: "
                 "users|--package-name|p 1|--package-owner|root|",
                 "users", "--package-name=p 1", "--package-owner=root", "--fields=id", NULL);
    setenv("SC_TEST_LEAK", "1", 1);
    vendor("env | sort | tr '\\n' '|' >&2; exit 1");
    expect_broken(
        "'domains' in %I: %S answered nothing and exited with status 1, saying: "
        "HOME=/home/nobody|LANG=C.UTF-8|PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
        "/sbin:/bin|PWD=/|PYTHONNOUSERSITE=1|");
    unsetenv("SC_TEST_LEAK");
}

static void the_vendors_error_classes_pass(void **state)
{
    (void)state;
    vendor("echo '{\"data\": null, \"metadata\": {\"result\": \"InternalAPIError\", \"message\": "
           "\"db down\"}}'");
    expect_broken("'domains' in %I: %S answered InternalAPIError: db down");
    vendor("echo '{\"data\": null, \"metadata\": {\"result\": \"BadRequest\", \"message\": "
           "\"what?\"}}'; exit 2");
    expect_error("BadRequest", "'domains' in %I: %S answered BadRequest: what?", "domains", NULL,
                 NULL, NULL, NULL);
    vendor("echo '{\"data\": null, \"metadata\": {\"result\": \"PermissionDenied\", \"message\": "
           "\"no\"}}'");
    expect_error("PermissionDenied", "'users' in %I: %S answered PermissionDenied: no", "users",
                 NULL, NULL, NULL, NULL);
    vendor("echo '{\"data\": null, \"metadata\": {\"result\": \"NotFound\", \"message\": "
           "\"nobody\"}}'");
    expect_error("NotFound", "domain 'a.de' does not exist", "domains", "-n", "a.de", NULL, NULL);
    expect_error("NotFound", "'domains' in %I: %S answered NotFound: nobody", "domains", "-o",
                 "john", NULL, NULL);
    vendor("echo '{\"data\": null, \"metadata\": {\"result\": \"Oops\"}}'");
    expect_broken("'domains' in %I: %S answered with the unknown result 'Oops' in its metadata");
}

static void wrong_usage_is_a_bad_request(void **state)
{
    (void)state;
    vendor("echo '" DOMAINS "'");
    static const char *const cases[][5] = {
        {"domains: unknown argument '--with-php'", "domains", "--with-php", NULL, NULL},
        {"domains: unknown argument '-x'", "domains", "-x", NULL, NULL},
        {"domains: unknown argument 'extra'", "domains", "extra", NULL, NULL},
        {"domains: '--owner' needs a value", "domains", "--owner", NULL, NULL},
        {"domains: '' cannot be an option's value", "domains", "--owner=", NULL, NULL},
        {"domains: '--help' cannot be an option's value", "domains", "--owner", "--help", NULL},
        {"domains: 'a/b' is not a user name", "domains", "--owner", "a/b", NULL},
        {"domains: an option is given twice", "domains", "-oa", "-ob", NULL},
        {"domain name 'a b' has a character that no domain name has", "domains", "-n", "a b", NULL},
        {"users: unknown argument '--name=x'", "users", "--name=x", NULL, NULL},
        {"users: 'a b' is not a user name", "users", "--username", "a b", NULL},
        {"users: '12x' is not a unix id", "users", "--unix-id", "12x", NULL},
        {"users: '4294967296' is not a unix id", "users", "--unix-id", "4294967296", NULL},
        {"users: unknown field 'shell'", "users", "--fields", "id,shell", NULL},
        {"users: unknown field ''", "users", "--fields", "id,", NULL},
        {"users: --package-name and --package-owner belong together", "users", "--package-name",
         "p", NULL},
        {"panel_info: unknown argument '--owner'", "panel_info", "--owner", "x", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_error("BadRequest", cases[i][0], cases[i][1], cases[i][2], cases[i][3], cases[i][4],
                     NULL);
}

static void a_user_is_told_only_what_is_his(void **state)
{
    (void)state;
    vendor("echo '" DOMAINS "'");
    caller.user = "john";
    caller.uid = 1001;
    expect(0, OK("{" A_DE "}"), "domains", NULL, NULL, NULL, NULL);
    expect(0, OK("{" A_DE "}"), "domains", "--owner", "john", NULL, NULL);
    expect(0, OK("{" A_DE "}"), "domains", "--name", "a.de", NULL, NULL);
    expect_error("PermissionDenied", "domains: 'john' may not ask for domains of 'mary'", "domains",
                 "--owner", "mary", NULL, NULL);
    /* The same answer for another's domain and for none. */
    expect_error("NotFound", "domain 'b.de' does not exist", "domains", "--name", "b.de", NULL,
                 NULL);
    expect_error("NotFound", "domain 'c.de' does not exist", "domains", "--name", "c.de", NULL,
                 NULL);
    vendor("echo '{\"data\": null, \"metadata\": {\"result\": \"PermissionDenied\", \"message\": "
           "\"no\"}}'");
    caller.user = "john";
    expect_error("NotFound", "domain 'b.de' does not exist", "domains", "--name", "b.de", NULL,
                 NULL);

    vendor("echo '{\"data\": [{\"id\": 1001, \"username\": \"john\", \"owner\": \"root\"},"
           "{\"id\": 1002, \"username\": \"mary\", \"owner\": \"root\"}], \"metadata\": "
           "{\"result\": \"ok\"}}'");
    caller.user = "john";
    caller.uid = 1001;
    expect(0, OK("[{\"id\": 1001, \"username\": \"john\", \"owner\": \"root\"}]"), "users", NULL,
           NULL, NULL, NULL);
    expect(0, OK("[{\"id\": 1001}]"), "users", "--fields=id", NULL, NULL, NULL);
    expect_error("PermissionDenied", "users: 'john' may ask only for 'john'", "users", "--username",
                 "mary", NULL, NULL);
    expect_error("PermissionDenied", "users: 'john' may ask only for 'john'", "users", "--unix-id",
                 "1002", NULL, NULL);
}

static void a_name_that_the_vendor_spells_otherwise_is_found(void **state)
{
    (void)state;
    /* Its filter knows the name in its own letters only. */
    vendor("case $* in *--name*) echo '{\"data\": null, \"metadata\": {\"result\": \"NotFound\","
           "\"message\": \"\"}}';; *) echo '{\"data\": {\"\xc3\x9c.de\": {\"owner\": \"john\","
           "\"document_root\": \"/u\"}}, \"metadata\": {\"result\": \"ok\"}}';; esac");
    expect(0,
           OK("{\"xn--tda.de\": {\"owner\": \"john\", \"document_root\": \"/u\", \"is_main\": "
              "false}}"),
           "domains", "--name", "xn--tda.de", NULL, NULL);
    expect_error("NotFound", "domain 'xn--tdb.de' does not exist", "domains", "--name",
                 "xn--tdb.de", NULL, NULL);
}

/* One domain that cannot be a site stops no other; what is known of it is told. */
static void odd_domains_are_passed_over(void **state)
{
    (void)state;
    SC_FREE char *json = NULL;
    vendor("echo '{\"data\": {\"a.de\": {\"owner\": \"john\", \"document_root\": \"/home/john/a\", "
           "\"is_main\": true}, \"r.de\": {\"owner\": \"john\", \"document_root\": null}, "
           "\"b c\": {\"owner\": \"mary\", \"document_root\": \"/home/mary/x\"}}, "
           "\"metadata\": {\"result\": \"ok\"}}'");
    assert_true(
        asprintf(&json,
                 "{\"data\": {" A_DE "}, \"metadata\": {\"result\": \"ok\", \"passed_over\": "
                 "[{\"text\": \"'domains' in %s: %s: domain 'r.de': \\\"document_root\\\" is "
                 "not a string\", \"name\": \"r.de\", \"owner\": \"john\"}]}}\n",
                 ini, script) > 0);
    expect(0, json, "domains", "--owner", "john", NULL, NULL);
    expect_error("NotFound",
                 "domain 'r.de' is passed over in the panel's answer: 'domains' in %I: %S: domain "
                 "'r.de': \"document_root\" is not a string",
                 "domains", "--name", "r.de", NULL, NULL);
    expect(0, OK("{" A_DE "}"), "domains", "--name", "a.de", NULL, NULL);
    /* A user is told of his own. */
    caller.user = "john";
    caller.uid = 1001;
    expect(0, json, "domains", NULL, NULL, NULL, NULL);
    caller.user = "mary";
    expect_error("NotFound", "domain 'r.de' does not exist", "domains", "--name", "r.de", NULL,
                 NULL);
    vendor("printf '\\nDeprecated: x in /y.php on line 3\\n'; echo '" DOMAINS "'");
    caller.user = "john";
    expect(0, OK("{" A_DE "}"), "domains", NULL, NULL, NULL, NULL);
    caller.user = NULL;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    assert_int_equal(ask(&out, "domains", NULL, NULL, NULL, NULL), 0);
    assert_non_null(strstr(out.data, "put text around its answer: 'Deprecated: x in /y.php on line "
                                     "3'\", \"hides\": true}]}}"));
    expect_error("NotFound",
                 "domain 'c.de' is passed over in the panel's answer: not all of it is understood: "
                 "'domains' in %I: %S put text around its answer: 'Deprecated: x in /y.php on line "
                 "3'",
                 "domains", "--name", "c.de", NULL, NULL);
}

static void names_are_found_in_any_spelling(void **state)
{
    (void)state;
    vendor(
        "case $* in *--name*A.DE.*) ;; *--name*) echo '{\"data\": {}, \"metadata\": {\"result\": "
        "\"ok\"}}'; exit;; esac\necho '{\"data\": {\"A.DE.\": {\"owner\": \"john\", "
        "\"document_root\": \"/home/john/a\", \"is_main\": true}}, \"metadata\": {\"result\": "
        "\"ok\"}}'");
    expect(0, OK("{" A_DE "}"), "domains", "--name", "a.de", NULL, NULL);
    expect(0, OK("{" A_DE "}"), "domains", "--name", "a.De.", NULL, NULL);
    expect(0, OK("{" A_DE "}"), "domains", "--name", "a.de", "--owner", "john");
}

#define JOHN                                                                                       \
    "{\"id\": 1001, \"username\": \"john\", \"owner\": \"root\", \"domain\": \"a.de\", "           \
    "\"package\": "                                                                                \
    "{\"name\": \"p\", \"owner\": \"root\"}, \"email\": null, \"locale_code\": \"EN_us\"}"
#define MARY                                                                                       \
    "{\"id\": 1002, \"username\": \"mary\", \"owner\": \"res\", \"domain\": \"b.de\", "            \
    "\"package\": "                                                                                \
    "null, \"email\": \"m@b.de\", \"locale_code\": \"EN_us\"}"

static void users_are_checked_and_filtered(void **state)
{
    (void)state;
    vendor("echo '{\"data\": [" JOHN ", " MARY "], \"metadata\": {\"result\": \"ok\"}}'");
    expect(0, OK("[" JOHN ", " MARY "]"), "users", NULL, NULL, NULL, NULL);
    expect(0, OK("[" MARY "]"), "users", "--owner", "res", NULL, NULL);
    expect(0, OK("[" MARY "]"), "users", "--username", "mary", NULL, NULL);
    expect(0, OK("[" JOHN "]"), "users", "--unix-id=1001", NULL, NULL, NULL);
    expect(0, OK("[" JOHN "]"), "users", "--package-name=p", "--package-owner=root", NULL, NULL);
    expect(0, OK("[]"), "users", "--owner", "nobody", NULL, NULL);
    expect(0,
           OK("[{\"id\": 1001, \"package\": {\"name\": \"p\", \"owner\": \"root\"}}, {\"id\": "
              "1002, \"package\": null}]"),
           "users", "--fields", "package,id", NULL, NULL);
    expect_error("NotFound", "user 'peter' does not exist", "users", "--username", "peter", NULL,
                 NULL);
    expect_error("NotFound", "user '7' does not exist", "users", "--unix-id", "7", NULL, NULL);
/* It is passed over; the other one is not. */
#define BAD_USER(user, text)                                                                       \
    vendor("echo '{\"data\": [" user ", " JOHN "], \"metadata\": {\"result\": \"ok\"}}'");         \
    expect_noted(OK("[" JOHN "]"), "users", ": user " text "\n")
    BAD_USER("5", "number 1 is not described by an object");
    BAD_USER("{\"id\": \"5\", \"username\": \"u\", \"owner\": \"r\"}",
             "'u': \"id\" is not a number");
    BAD_USER("{\"id\": -5, \"username\": \"u\", \"owner\": \"r\"}", "'u': \"id\" is not a number");
    BAD_USER("{\"id\": 5, \"owner\": \"r\"}", "number 1: \"username\" is missing");
    BAD_USER("{\"id\": 5, \"username\": \"u\"}", "'u': \"owner\" is missing");
    BAD_USER("{\"id\": 5, \"username\": \"u\", \"owner\": \"r\", \"email\": 1}",
             "'u': \"email\" is neither a string nor null");
    BAD_USER(
        "{\"id\": 5, \"username\": \"u\", \"owner\": \"r\", \"package\": \"p\"}",
        "'u': \"package\" is neither null nor an object with the strings \"name\" and \"owner\"");
    vendor("echo '{\"data\": {}, \"metadata\": {\"result\": \"ok\"}}'");
    expect_error("InternalAPIError", "'users' in %I: %S answered with \"data\" that is not a list",
                 "users", NULL, NULL, NULL, NULL);
}

static void panel_info_is_checked(void **state)
{
    (void)state;
    vendor(
        "echo '{\"data\": {\"name\": \"P\", \"version\": \"1\", \"user_login_url\": \"https://x\", "
        "\"supported_cl_features\": {\"cagefs\": true}}, \"metadata\": {\"result\": \"ok\"}}'");
    expect(0,
           OK("{\"name\": \"P\", \"version\": \"1\", \"user_login_url\": \"https://x\", "
              "\"supported_cl_features\": {\"cagefs\": true}}"),
           "panel_info", NULL, NULL, NULL, NULL);
#define BAD_INFO(data, text)                                                                       \
    vendor("echo '{\"data\": " data ", \"metadata\": {\"result\": \"ok\"}}'");                     \
    expect_error("InternalAPIError", "'panel_info' in %I: %S" text, "panel_info", NULL, NULL,      \
                 NULL, NULL)
    BAD_INFO("[]", " answered with \"data\" that is not an object");
    BAD_INFO("{\"name\": \"P\"}", ": \"version\" is missing or not a string");
    BAD_INFO("{\"name\": 1, \"version\": \"1\"}", ": \"name\" is missing or not a string");
    BAD_INFO("{\"name\": \"P\", \"version\": \"1\", \"supported_cl_features\": {\"x\": 1}}",
             ": feature 'x' is neither true nor false");
    BAD_INFO("{\"name\": \"P\", \"version\": \"1\", \"supported_cl_features\": []}",
             ": \"supported_cl_features\" is not an object");
}

static void scripts_that_misbehave_are_reported(void **state)
{
    (void)state;
    vendor("echo trouble ahead >&2; exit 1");
    expect_broken(
        "'domains' in %I: %S answered nothing and exited with status 1, saying: trouble ahead");
    vendor(":");
    expect_broken("'domains' in %I: %S answered nothing and exited with status 0");
    vendor("echo '" DOMAINS "'; exit 1");
    expect_broken("'domains' in %I: %S answered \"ok\" but exited with status 1");
    vendor("echo '" DOMAINS "'; kill -KILL $$");
    expect_broken("'domains' in %I: %S answered \"ok\" but was killed by signal 9 (Killed)");
    vendor("sleep 1000");
    caller.timeout_ms = 300;
    expect_broken("'domains' in %I: %S did not answer within 0.3 s");
    vendor("head -c 100000000 /dev/zero");
    expect_broken("'domains' in %I: %S printed more than 1048576 bytes");
    vendor("echo 'Traceback (most recent call last):'; exit 1");
    expect_broken(
        "'domains' in %I: %S did not answer with valid JSON: line 1, column 9: '[' or '{' expected "
        "near 'Traceback' (it exited with status 1)");
    /* An answer that another process still holds open is an answer. */
    vendor("echo '" DOMAINS "'; sleep 3 &");
    expect(0, OK("{" A_DE "}"), "domains", "--owner", "john", NULL, NULL);
}

static void scripts_that_cannot_run_are_reported(void **state)
{
    (void)state;
    vendor(":");
    unlink(script);
    expect_broken("'domains' in %I: %S does not exist");
    vendor(":");
    assert_int_equal(chmod(script, 0644), 0);
    expect_broken("'domains' in %I: %S is not executable: Permission denied (chmod 755 %S)");
    unlink(script);
    assert_int_equal(mkdir(script, 0755), 0);
    expect_broken("'domains' in %I: %S is not a regular file");
    rmdir(script);
}

static void scripts_that_are_no_programs_are_reported(void **state)
{
    (void)state;
    const char *preload = getenv("LD_PRELOAD");
    if (preload && strstr(preload, "vgpreload"))
        skip(); /* valgrind's own execve() looks into the file and does not come back */
    vendor(":");
    write_file(script, "echo no first line\n", 0755);
    expect_broken("'domains' in %I: cannot run %S: neither a program nor a script with a #! line: "
                  "Exec format error");
    write_file(script, "#!/no/such/python\n", 0755);
    expect_broken(
        "'domains' in %I: cannot run %S: the interpreter that it names: No such file or directory");
}

static void what_others_can_change_is_not_trusted(void **state)
{
    (void)state;
    vendor("echo '" DOMAINS "'");
    assert_int_equal(chmod(script, 0757), 0);
    expect_broken(
        "'domains' in %I is not trusted: %S is writable by others than root (chmod go-w %S)");
    assert_int_equal(chmod(script, 0775), 0);
    expect_broken(
        "'domains' in %I is not trusted: %S is writable by others than root (chmod go-w %S)");
    assert_int_equal(chmod(script, 0755), 0);
    assert_int_equal(chmod(ini, 0666), 0);
    expect_broken(
        "the list of integration scripts is not trusted: %I is writable by others than root "
        "(chmod go-w %I)");
    assert_int_equal(chmod(ini, 0644), 0);

    /* A folder on the way, also one that only a link leads through. */
    char sub[100], link_path[128], text[512];
    snprintf(sub, sizeof(sub), "%s/sub", dir);
    snprintf(link_path, sizeof(link_path), "%s/link", sub);
    assert_int_equal(mkdir(sub, 0755), 0);
    assert_int_equal(symlink("../vendor", link_path), 0);
    snprintf(text, sizeof(text), "[integration_scripts]\ndomains = %s\n", link_path);
    write_file(ini, text, 0644);
    expect(0, OK("{" B_DE "}"), "domains", "--owner", "mary", NULL, NULL);
    assert_int_equal(chmod(sub, 0777), 0);
    expect_broken("'domains' in %I is not trusted: %D/sub is writable by others than root (chmod "
                  "go-w %D/sub)");
    /* What an interpreter is told to run counts as well. */
    assert_int_equal(chmod(script, 0777), 0);
    snprintf(text, sizeof(text), "[integration_scripts]\ndomains = /bin/sh %s\n", script);
    write_file(ini, text, 0644);
    expect_broken(
        "'domains' in %I is not trusted: %S is writable by others than root (chmod go-w %S)");
    assert_int_equal(chmod(script, 0755), 0);
    expect(0, OK("{" B_DE "}"), "domains", "--owner", "mary", NULL, NULL);
    if (geteuid() == 0) {
        assert_int_equal(chown(script, 65534, 65534), 0);
        expect_broken(
            "'domains' in %I is not trusted: %S belongs to uid 65534, not to root (chown root %S)");
    }
    /* And in production, where no folder is trusted unseen, /tmp is not. */
    conf.trust = (struct sc_trust){0};
    expect_broken("the list of integration scripts is not trusted: /tmp is a folder for "
                  "everybody's files (keep it elsewhere)");
    unlink(link_path);
    /* Links in a circle. */
    assert_int_equal(symlink("link", link_path), 0);
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_trust t = {.below = dir, .owner = geteuid()};
    assert_int_equal(chmod(sub, 0755), 0);
    assert_int_equal(sc_trust_file(&t, "it", link_path, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS, "it: Too many levels of symbolic links");
    assert_int_equal(sc_trust_file(&t, "it", "x/y", &err), SC_E_PANEL);
    assert_error(&err, SC_E_PANEL, "it: 'x/y' is not an absolute path");
    snprintf(text, sizeof(text), "%s/../sub/./x/y", ini);
    assert_int_equal(sc_trust_file(&t, "it", text, &err), SC_E_SYS);
    assert_int_equal(err.sys, ENOTDIR);
    unlink(link_path);
    rmdir(sub);
}

static void expect_ini(const char *text, const char *message)
{
    write_file(ini, text, 0644);
    expect_broken(message);
}

static void a_broken_ini_is_reported(void **state)
{
    (void)state;
    vendor("echo '" DOMAINS "'");
    expect_ini("", "%I: there is no section [integration_scripts] with keys");
    expect_ini("[Integration_Scripts]\ndomains = /x\n",
               "%I: there is no section [integration_scripts] with keys");
    expect_ini("domains = /x\n[other]\ndomains = /x\n",
               "%I: there is no section [integration_scripts] with keys");
    expect_ini("[integration_scripts]\nusers = /x\n",
               "%I: add 'domains = COMMAND' to [integration_scripts], the script that answers it");
    expect_ini("[integration_scripts]\ndomains =\n",
               "%I: add 'domains = COMMAND' to [integration_scripts], the script that answers it");
    expect_ini("[integration_scripts]\nusers = /x\njunk\ndomains = /x\n",
               "%I: line 3 is neither a [section] nor key = value");
    expect_ini("[integration_scripts\ndomains = /x\n",
               "%I: line 1 is neither a [section] nor key = value");
    expect_ini(
        "[integration_scripts]\ndomains = /x\ndomains = /y\n",
        "%I: 'domains' in [integration_scripts] is given twice, or goes on in an indented line");
    expect_ini(
        "[integration_scripts]\ndomains = /x\n  --all\n",
        "%I: 'domains' in [integration_scripts] is given twice, or goes on in an indented line");
    expect_ini("[integration_scripts]\ndomains = vendor domains\n",
               "'domains' in %I names its program 'vendor' without the full path");
    expect_ini("[integration_scripts]\ndomains = ''\n",
               "'domains' in %I names its program '' without the full path");
    expect_ini("[integration_scripts]\ndomains = /x \"a b\n",
               "%I: the command of 'domains' has a \" that is not closed");
    expect_ini("[integration_scripts]\ndomains = cd /x && ./y\n",
               "%I: the command of 'domains' has the shell's '&', but is run without a shell "
               "(quote it, or put "
               "the line into a script)");

    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_buf_fmt(&b, "# %0500d\n[integration_scripts]\n;%0500d\ndomains = %s\n", 1, 2, script);
    write_file(ini, b.data, 0644); /* long comments do no harm */
    expect(0, OK("{" A_DE "}"), "domains", "--owner", "john", NULL, NULL);
    sc_buf_free(&b);
    sc_buf_fmt(&b, "[integration_scripts]\nusers = /x %05000d\ndomains = %s\n", 1, script);
    write_file(ini, b.data, 0644);
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    assert_int_equal(ask(&out, "domains", NULL, NULL, NULL, NULL), 1);
    assert_non_null(strstr(out.data, "integration.ini: line 2 is longer than 4096 bytes"));
    assert_non_null(strstr(out.data, " bytes (put the command into a script)"));
    sc_buf_free(&b);
    for (int i = 0; i < 7000; i++)
        sc_buf_str(&b, "; comment\n");
    write_file(ini, b.data, 0644);
    assert_int_equal(ask(&out, "domains", NULL, NULL, NULL, NULL), 1);
    assert_non_null(strstr(out.data, "is larger than 65536 bytes"));

    SC_FILE FILE *f = fopen(ini, "we");
    assert_int_equal(fwrite("[a]\0b=c\n", 1, 8, f), 8);
    assert_int_equal(fflush(f), 0);
    expect_broken("%I has a NUL byte: it is not a text file");
    unlink(ini);
    expect_broken("the list of integration scripts: %I does not exist");
    conf.ini = "/opt/sc-no-such-folder/etc/integration.ini";
    conf.trust = (struct sc_trust){0};
    expect_broken(
        "the list of integration scripts: /opt/sc-no-such-folder/etc/integration.ini does not "
        "exist: there is no /opt/sc-no-such-folder");
    reset();
    assert_int_equal(mkfifo(ini, 0644), 0);
    expect_broken("the list of integration scripts: %I is not a regular file");
    unlink(ini);
}

static void command_lines_are_split_as_a_shell_would(void **state)
{
    (void)state;
    struct sc_words w = SC_WORDS_INIT;
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(
        sc_words_split("  /a/b\t'c  d'e \"f \\\" \\\\ \\n $x | \" \\ g '' h\\'i '$;' *", &w, &err),
        0);
    static const char *const want[] = {"/a/b", "c  de", "f \" \\ \\n $x | ", " g", "", "h'i",
                                       "$;",   "*"};
    assert_int_equal(w.n, 8);
    for (size_t i = 0; i < 8; i++)
        assert_string_equal(w.v[i], want[i]);
    assert_null(w.v[8]);
    sc_words_done(&w);
    assert_int_equal(sc_words_split(" \t ", &w, &err), 0);
    assert_int_equal(w.n, 0);
    sc_words_done(&w);
    assert_int_equal(sc_words_split("/a 'b", &w, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "has a ' that is not closed");
    assert_int_equal(sc_words_split("/a b\\", &w, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "ends with a lone '\\'");
    for (const char *p = "|&;<>()$`"; *p; p++) {
        char line[] = "/a ?b";
        line[3] = *p;
        assert_int_equal(sc_words_split(line, &w, &err), SC_E_INVAL);
    }
    char many[2 * 65 + 1];
    for (int i = 0; i < 65; i++)
        memcpy(many + 2 * i, "a ", 3);
    assert_int_equal(sc_words_split(many, &w, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "has more than 64 words");
    many[2 * 64] = 0;
    assert_int_equal(sc_words_split(many, &w, &err), 0);
    assert_int_equal(w.n, 64);
    sc_words_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(domains_are_checked_and_filtered_again),
        cmocka_unit_test(scripts_get_our_arguments_and_a_clean_environment),
        cmocka_unit_test(the_vendors_error_classes_pass),
        cmocka_unit_test(wrong_usage_is_a_bad_request),
        cmocka_unit_test(a_user_is_told_only_what_is_his),
        cmocka_unit_test(a_name_that_the_vendor_spells_otherwise_is_found),
        cmocka_unit_test(users_are_checked_and_filtered),
        cmocka_unit_test(panel_info_is_checked),
        cmocka_unit_test(odd_domains_are_passed_over),
        cmocka_unit_test(names_are_found_in_any_spelling),
        cmocka_unit_test(scripts_that_misbehave_are_reported),
        cmocka_unit_test(scripts_that_cannot_run_are_reported),
        cmocka_unit_test(scripts_that_are_no_programs_are_reported),
        cmocka_unit_test(what_others_can_change_is_not_trusted),
        cmocka_unit_test(a_broken_ini_is_reported),
        cmocka_unit_test(command_lines_are_split_as_a_shell_would),
    };
    return cmocka_run_group_tests_name("generic", tests, make, drop);
}
