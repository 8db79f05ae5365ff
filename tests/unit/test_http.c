/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without a network: what is refused before anything is sent, how a request is handed over, what
 * the program's end means, and the settings. tests/box-tests/76-panel-api.sh has the rest. */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include "hooks/api/http_internal.h"

#define NOTHING "hide-me"

static void knows_urls(void **state)
{
    (void)state;
    static const struct {
        const char *url, *origin;
    } good[] = {
        {"https://server.example:2087", "https://server.example:2087"},
        {"https://server.example:2087/json-api/x?api.version=1&secret=" NOTHING,
         "https://server.example:2087"},
        {"https://server.example", "https://server.example:443"},
        {"https://server.example?x", "https://server.example:443"},
        {"https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443"},
        {"https://127.0.0.1:1/a@b", "https://127.0.0.1:1"},
    };
    static const char not_https[] = "the address of the panel's API does not begin with https://: "
                                    "check url in [api] of /etc/sitecage.conf";
    static const char user[] = "the address of the panel's API has a user name in it: use user and "
                               "secret_file in [api] of /etc/sitecage.conf";
    static const char shape[] = "the address of the panel's API is not https://NAME:PORT: check "
                                "url in [api] of /etc/sitecage.conf";
    static const char chars[] = "the address of the panel's API, https://a.b, is too long or has a "
                                "character behind its host that must not be there";
    static const struct {
        const char *url, *text;
    } bad[] = {
        {"http://a.b/", not_https},
        {"HTTPS://a.b/", not_https},
        {"file:///etc/shadow", not_https},
        {"", not_https},
        {"https://u:" NOTHING "@a.b/", user},
        {"https://u@a.b", user},
        {"https://", shape},
        {"https:///x", shape},
        {"https://a.b:0/", shape},
        {"https://a.b:65536/", shape},
        {"https://a.b:/", shape},
        {"https://a.b:80x/", shape},
        {"https://a b/", shape},
        {"https://a.b\\@c.d/", chars},
        {"https://a.b\r\nX: y/", shape},
        {"https://[::1/", shape},
        {"https://[]/", shape},
        {"https://a.b/x y", chars},
        {"https://a.b/x\r\nX: y", chars},
        {"https://a.b/x#y", chars},
        {"https://a.b/\xc3\xa4", chars},
    };
    char origin[SC_HTTP_ORIGIN_MAX];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct sc_error err = SC_ERROR_INIT;
        if (sc_http_check_url(good[i].url, origin, &err) < 0)
            fail_msg("%s: %s", good[i].url, err.text);
        assert_string_equal(origin, good[i].origin);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct sc_error err = SC_ERROR_INIT;
        strcpy(origin, "untouched");
        if (sc_http_check_url(bad[i].url, origin, &err) == 0)
            fail_msg("%s was taken", bad[i].url);
        assert_error(&err, SC_E_INVAL, bad[i].text);
        assert_string_equal(origin, "untouched");
    }
}

/* A program that says what it was handed: refused requests must not come that far. */
static void make_program(struct tempdir *t, const char *script)
{
    put_file(t, "program", script);
    assert_int_equal(fchmodat(t->fd, "program", 0755, 0), 0);
}

static void refuses_forged_headers(void **state)
{
    (void)state;
    struct tempdir t;
    tempdir_make(&t);
    make_program(&t, "#!/bin/sh\nexec cat\n");
    static const struct {
        const char *header, *user, *password, *text;
    } cases[] = {
        {"Authorization: whm root:" NOTHING "\r\nX-Other: y", NULL, NULL,
         "the header Authorization for https://a.b:1 is empty or has a control character in it: "
         "check user and secret_file in [api] of /etc/sitecage.conf"},
        {"Authorization: " NOTHING "\n", NULL, NULL,
         "the header Authorization for https://a.b:1 is empty or has a control character in it: "
         "check user and secret_file in [api] of /etc/sitecage.conf"},
        {"X-Key:", NULL, NULL,
         "the header X-Key for https://a.b:1 is empty or has a control character in it: check user "
         "and secret_file in [api] of /etc/sitecage.conf"},
        {"X Key: " NOTHING, NULL, NULL, "a header for https://a.b:1 is not 'Name: value'"},
        {": x", NULL, NULL, "a header for https://a.b:1 is not 'Name: value'"},
        {"X\r\nY: x", NULL, NULL, "a header for https://a.b:1 is not 'Name: value'"},
        {NULL, "root\r\nX: y", NOTHING,
         "the user name for https://a.b:1 is empty or has ':' or a control character in it: check "
         "user in [api] of /etc/sitecage.conf"},
        {NULL, "ro:ot", NOTHING,
         "the user name for https://a.b:1 is empty or has ':' or a control character in it: check "
         "user in [api] of /etc/sitecage.conf"},
        {NULL, "", NOTHING,
         "the user name for https://a.b:1 is empty or has ':' or a control character in it: check "
         "user in [api] of /etc/sitecage.conf"},
        {NULL, "root", NOTHING "\n",
         "the password for https://a.b:1 has no user name, or a control character in it: check "
         "secret_file in [api] of /etc/sitecage.conf"},
        {NULL, NULL, NOTHING,
         "the password for https://a.b:1 has no user name, or a control character in it: check "
         "secret_file in [api] of /etc/sitecage.conf"},
    };
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_error err = SC_ERROR_INIT;
        const char *headers[] = {cases[i].header, NULL};
        const struct sc_http_request rq = {.url = "https://a.b:1/?" NOTHING,
                                           .headers = headers,
                                           .user = cases[i].user,
                                           .password = cases[i].password};
        assert_int_equal(sc_http_fetch_by(at(&t, "program"), &rq, &out, &err), SC_E_INVAL);
        assert_error(&err, SC_E_INVAL, cases[i].text);
        assert_null(strstr(err.text, NOTHING));
        assert_null(out.data);
    }
    /* the control: the same program, and a request that may be made */
    struct sc_error err = SC_ERROR_INIT;
    const struct sc_http_request rq = {
        .url = "https://a.b:1/", .user = "admin|joe", .password = NOTHING};
    assert_int_equal(sc_http_fetch_by(at(&t, "program"), &rq, &out, &err), 0);
    assert_non_null(strstr(out.data, "\"password\":\"686964652d6d65\""));
    assert_null(strstr(out.data, NOTHING));
    tempdir_remove(&t);
}

static void limits_requests(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    char origin[SC_HTTP_ORIGIN_MAX];
    const char *headers[SC_HTTP_HEADERS_MAX + 2] = {0};
    for (size_t i = 0; i < SC_HTTP_HEADERS_MAX; i++)
        headers[i] = "A: b";
    struct sc_http_request rq = {.url = "https://a.b", .headers = headers};
    assert_int_equal(sc_http_check(&rq, origin, &err), 0);
    headers[SC_HTTP_HEADERS_MAX] = "A: b";
    assert_int_equal(sc_http_check(&rq, origin, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "more than 32 headers for https://a.b:443");
    static char long_header[SC_HTTP_FIELD_MAX + 2] = "A: ";
    memset(long_header + 3, 'x', SC_HTTP_FIELD_MAX - 3);
    headers[0] = long_header;
    headers[1] = NULL;
    assert_int_equal(sc_http_check(&rq, origin, &err), 0);
    long_header[SC_HTTP_FIELD_MAX] = 'x';
    assert_int_equal(sc_http_check(&rq, origin, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "the header A for https://a.b:443 is longer than 8192 bytes");
    rq = (struct sc_http_request){
        .url = "https://a.b", .body = origin, .body_len = SC_HTTP_BODY_MAX + 1};
    assert_int_equal(sc_http_check(&rq, origin, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "the request for https://a.b:443 is longer than 1048576 bytes");
    rq = (struct sc_http_request){.url = "https://a.b", .ca_file = "ca.pem"};
    assert_int_equal(sc_http_check(&rq, origin, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL,
                 "ca_file for https://a.b:443 is not a full path: check it in [api] of "
                 "/etc/sitecage.conf");
}

static void hands_over_all_bytes(void **state)
{
    (void)state;
    struct sc_error err = SC_ERROR_INIT;
    unsigned char all[256];
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (unsigned char)i;
    const char *headers[] = {"X-One: \"quoted\" \\", "X-Two: \xff\xfe", NULL};
    const struct sc_http_request rq = {.url = "https://a.b/\"x\"",
                                       .headers = headers,
                                       .user = "a|b",
                                       .password = "\xc3\xa4\xff\"",
                                       .body = all,
                                       .body_len = sizeof(all),
                                       .ca_file = "/etc/ca \"x\".pem",
                                       .timeout_ms = 1234,
                                       .max_bytes = 99};
    char *doc = NULL;
    size_t len = 0;
    assert_int_equal(sc_http_pack(&rq, &doc, &len, &err), 0);
    assert_int_equal(strlen(doc), len);
    struct sc_http_request got;
    assert_int_equal(sc_http_unpack(doc, len, &got, &err), 0);
    assert_string_equal(got.url, rq.url);
    assert_string_equal(got.headers[0], headers[0]);
    assert_string_equal(got.headers[1], headers[1]);
    assert_null(got.headers[2]);
    assert_string_equal(got.user, rq.user);
    assert_string_equal(got.password, rq.password);
    assert_int_equal(got.body_len, sizeof(all));
    assert_memory_equal(got.body, all, sizeof(all));
    assert_string_equal(got.ca_file, rq.ca_file);
    assert_int_equal(got.timeout_ms, 1234);
    assert_int_equal(got.max_bytes, 99);
    sc_http_request_done(&got);
    assert_null(got.url);
    /* cut anywhere, it is no request */
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(sc_http_unpack(doc, cut, &got, NULL), SC_E_INVAL);
    sc_http_wipe_free(doc, len);

    const struct sc_http_request more = {
        .url = "https://a.b", .cert = "C", .key = "K", .lines = 2, .connect_ms = 7};
    assert_int_equal(sc_http_pack(&more, &doc, &len, &err), 0);
    assert_int_equal(sc_http_unpack(doc, len, &got, &err), 0);
    assert_string_equal(got.cert, "C");
    assert_string_equal(got.key, "K");
    assert_int_equal(got.lines, 2);
    assert_int_equal(got.connect_ms, 7);
    sc_http_request_done(&got);
    sc_http_wipe_free(doc, len);

    const struct sc_http_request least = {.url = "https://a.b"};
    assert_int_equal(sc_http_pack(&least, &doc, &len, &err), 0);
    assert_string_equal(
        doc, "{\"timeout_ms\":8000,\"connect_ms\":0,\"max_bytes\":67108864,\"lines\":0,\"url\":"
             "\"68747470733a2f2f612e62\",\"headers\":[]}");
    assert_int_equal(sc_http_unpack(doc, len, &got, &err), 0);
    assert_null(got.user);
    assert_null(got.password);
    assert_null(got.body);
    assert_null(got.ca_file);
    sc_http_request_done(&got);
    sc_http_wipe_free(doc, len);
    static const char *const bad[] = {
        "[]",
        "{}",
        "{\"timeout_ms\":1,\"max_bytes\":1,\"url\":\"6\",\"headers\":[]}",
        "{\"timeout_ms\":1,\"max_bytes\":1,\"url\":\"6g\",\"headers\":[]}",
        "{\"timeout_ms\":1,\"max_bytes\":1,\"url\":\"6100\",\"headers\":[]}",
        "{\"timeout_ms\":0,\"max_bytes\":1,\"url\":\"61\",\"headers\":[]}",
        "{\"timeout_ms\":1,\"connect_ms\":-1,\"max_bytes\":1,\"url\":\"61\",\"headers\":[]}",
        "{\"timeout_ms\":1,\"max_bytes\":-1,\"url\":\"61\",\"headers\":[]}",
        "{\"timeout_ms\":1,\"max_bytes\":1,\"url\":\"61\",\"headers\":[1]}",
        "{\"timeout_ms\":1,\"max_bytes\":1,\"url\":\"61\",\"headers\":{}}",
        "{\"timeout_ms\":1,\"max_bytes\":1,\"url\":\"61\",\"headers\":[],\"user\":null}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(sc_http_unpack(bad[i], strlen(bad[i]), &got, &err), SC_E_INVAL);
        assert_error(&err, SC_E_INVAL,
                     "no request of Sitecage's on standard input: this program is not for the "
                     "command line");
    }
}

static int fetch(struct tempdir *t, const char *script, int timeout_ms, size_t max,
                 struct sc_buf *out, struct sc_error *err)
{
    *err = (struct sc_error)SC_ERROR_INIT;
    make_program(t, script);
    const struct sc_http_request rq = {.url = "https://a.b:8443/" NOTHING,
                                       .user = "u",
                                       .password = NOTHING,
                                       .timeout_ms = timeout_ms,
                                       .max_bytes = max};
    return sc_http_fetch_by(at(t, "program"), &rq, out, err);
}

static void says_what_the_program_said(void **state)
{
    (void)state;
    struct tempdir t;
    struct sc_error err;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    tempdir_make(&t);
    static const int codes[] = {SC_E_SYS,    SC_E_INVAL,   SC_E_DENIED, SC_E_PANEL,
                                SC_E_TOOBIG, SC_E_TIMEOUT, SC_E_NOMEM};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        char script[128];
        snprintf(script, sizeof(script), "#!/bin/sh\necho body; echo 'it is so' >&2\nexit %d\n",
                 -codes[i]);
        assert_int_equal(fetch(&t, script, 0, 0, &out, &err), codes[i]);
        assert_error(&err, codes[i], "it is so");
        assert_null(out.data);
    }
    /* what no such program does */
    assert_int_equal(fetch(&t, "#!/bin/sh\necho why >&2\nexit 99\n", 0, 0, &out, &err), SC_E_PANEL);
    assert_error(&err, SC_E_PANEL,
                 "cannot ask https://a.b:8443: " SC_LIBEXECDIR
                 "/sitecage-http exited with status 99, saying: why");
    assert_int_equal(fetch(&t, "#!/bin/sh\nexit 7\n", 0, 0, &out, &err), SC_E_PANEL);
    assert_error(&err, SC_E_PANEL,
                 "cannot ask https://a.b:8443: " SC_LIBEXECDIR
                 "/sitecage-http exited with status 7");
    assert_int_equal(fetch(&t, "#!/bin/sh\nkill -9 $$\n", 0, 0, &out, &err), SC_E_PANEL);
    assert_error(&err, SC_E_PANEL,
                 "cannot ask https://a.b:8443: " SC_LIBEXECDIR
                 "/sitecage-http was killed by signal 9 (Killed)");
    assert_int_equal(fetch(&t, "#!/bin/sh\nexec sleep 60\n", 100, 0, &out, &err), SC_E_TIMEOUT);
    assert_error(&err, SC_E_TIMEOUT,
                 "https://a.b:8443 did not answer within 0.1 s: see whether it runs, and check url "
                 "in [api] of /etc/sitecage.conf");
    assert_int_equal(fetch(&t, "#!/bin/sh\necho 12345\n", 0, 5, &out, &err), SC_E_TOOBIG);
    assert_error_has(&err, SC_E_TOOBIG, "printed more than 5 bytes");
    sc_buf_str(&out, "old");
    assert_int_equal(fetch(&t, "#!/bin/sh\necho 12345\n", 0, 6, &out, &err), 0);
    assert_string_equal(out.data, "12345\n");
    assert_int_equal(fetch(&t, "#!/bin/sh\n", 0, 0, &out, &err), 0);
    assert_int_equal(out.len, 0);
    assert_string_equal(out.data, "");
    /* not our rights, and nothing of our environment */
    assert_int_equal(setenv("https_proxy", "http://evil.example", 1), 0);
    assert_int_equal(fetch(&t, "#!/bin/sh\nid -u; id -G; env\n", 0, 0, &out, &err), 0);
    assert_null(strstr(out.data, "evil"));
    if (geteuid() == 0)
        assert_ptr_equal(strstr(out.data, "65534\n65534\n"), out.data);
    tempdir_remove(&t);
}

static void wipes(void **state)
{
    (void)state;
    /* The allocator hands out again what was freed last, as it is but for its own notes at the
     * beginning (unless a checker keeps it away). */
    char *p = malloc(512);
    assert_non_null(p);
    memset(p, 'S', 512);
    uintptr_t was = (uintptr_t)p;
    sc_http_wipe_free(p, 512);
    volatile char *again = malloc(512);
    assert_non_null((const void *)(uintptr_t)again);
    for (size_t i = 16; (uintptr_t)again == was && i < 512; i++)
        assert_int_equal(again[i], 0);
    free((void *)(uintptr_t)again);
    sc_http_wipe_free(NULL, 0);
    struct sc_api_conf c = {.secret = strdup(NOTHING), .url = strdup("x")};
    sc_api_conf_done(&c);
    assert_null(c.secret);
    assert_null(c.url);
    sc_api_conf_done(&c);
}

/* Writes the.conf with `%s` being the folder's path, and reads it. */
static int load(struct tempdir *t, const char *format, struct sc_api_conf *c, struct sc_error *err)
{
    char text[1024];
    *err = (struct sc_error)SC_ERROR_INIT;
    snprintf(text, sizeof(text), format, t->path, t->path);
    put_file(t, "the.conf", text);
    return sc_api_conf_load_from(at(t, "the.conf"), geteuid(), c, err);
}

static void put_secret(struct tempdir *t, const char *text, mode_t mode)
{
    put_file(t, "key", text);
    assert_int_equal(fchmodat(t->fd, "key", mode, 0), 0);
}

#define URL "[api]\nurl = https://server.example:2087\n"

static void reads_settings(void **state)
{
    (void)state;
    struct tempdir t;
    struct sc_error err;
    struct sc_api_conf c = {0};
    tempdir_make(&t);
    static const struct {
        const char *file, *secret;
    } secrets[] = {
        {"a b|c:d", "a b|c:d"}, {"tok\xc3\xa4n\n", "tok\xc3\xa4n"}, {"token\r\n", "token"}};
    for (size_t i = 0; i < 3; i++) {
        put_secret(&t, secrets[i].file, i ? 0600 : 0400);
        assert_int_equal(load(&t,
                              "[sitecage]\ndebug = on\n[api]\nurl = https://s.example:2087//\n"
                              "user = admin|joe\nsecret_file = %s/key\nca_file = %s/ca.pem\n",
                              &c, &err),
                         0);
        assert_string_equal(c.url, "https://s.example:2087");
        assert_string_equal(c.user, "admin|joe");
        assert_string_equal(c.secret, secrets[i].secret);
        assert_string_equal(c.ca_file, at(&t, "ca.pem"));
        sc_api_conf_done(&c);
        assert_int_equal(unlinkat(t.fd, "key", 0), 0);
    }
    put_secret(&t, "x", 0600);
    assert_int_equal(load(&t, URL "secret_file = %s/key\n", &c, &err), 0);
    assert_null(c.user);
    assert_null(c.ca_file);
    sc_api_conf_done(&c);
    tempdir_remove(&t);
}

static void refuses_settings(void **state)
{
    (void)state;
    struct tempdir t;
    struct sc_error err;
    struct sc_api_conf c = {0};
    tempdir_make(&t);
    static const struct {
        const char *text;
        int code;
        const char *error;
    } cases[] = {
        {"debug = on\n", SC_E_NOTFOUND,
         "no API of the panel is configured: give url, user and secret_file in [api] of "
         "%s/the.conf"},
        {"[api]\nuser = x\n", SC_E_NOTFOUND,
         "no API of the panel is configured: give url, user and secret_file in [api] of "
         "%s/the.conf"},
        {URL, SC_E_INVAL,
         "secret_file is missing in [api] of %s/the.conf: name a file with the password, token or "
         "key"},
        {"[api]\nurl = http://a.b\n", SC_E_INVAL,
         "%s/the.conf line 2: url = 'http://a.b' is not allowed: give an address that begins with "
         "https://, such as https://server.example:2087"},
        {"[api]\nurl = https://\n", SC_E_INVAL,
         "%s/the.conf line 2: url = 'https://' is not allowed: give an address that begins with "
         "https://, such as https://server.example:2087"},
        {"[api]\nurl = http://u:" NOTHING "@a.b\n", SC_E_INVAL,
         "%s/the.conf line 2: url must not have a user name or password ('@') in it: use the keys "
         "user and secret_file"},
        {"[api]\nurl = https://a b\n", SC_E_INVAL,
         "url in [api] of %s/the.conf: the address of the panel's API is not https://NAME:PORT: "
         "check url in [api] of /etc/sitecage.conf"},
        {"[api]\nurl = https://a.b/?x\n", SC_E_INVAL,
         "url in [api] of %s/the.conf must end behind the host and port: leave out what begins "
         "with '?'"},
        {"[api]\nuser = a:b\n", SC_E_INVAL,
         "%s/the.conf line 2: user = 'a:b' is not allowed: give a user name without ':'"},
        {"[api]\nsecret_file = key\n", SC_E_INVAL,
         "%s/the.conf line 2: secret_file = 'key' is not allowed: give a file's full path, "
         "beginning with '/'"},
        {"[api]\nca_file = ../ca\n", SC_E_INVAL,
         "%s/the.conf line 2: ca_file = '../ca' is not allowed: give a file's full path, beginning "
         "with '/'"},
        {"[api]\nsecret = " NOTHING "\n", SC_E_INVAL,
         "%s/the.conf line 2: unknown key secret in [api]: allowed are url, user, secret_file, "
         "ca_file, cert_file, key_file, prefix"},
        {"[api]\npanel = auto\n", SC_E_INVAL,
         "%s/the.conf line 2: unknown key panel in [api]: allowed are url, user, secret_file, "
         "ca_file, cert_file, key_file, prefix"},
        {"url = https://a.b\n", SC_E_INVAL,
         "%s/the.conf line 1: unknown key url: allowed are panel, panel_timeout, keeper_idle, "
         "shm_size, debug, apache_module, home, home_choice, fpm_sites, history_size, "
         "metrics"},
        {"[api]\nuser = a\nuser = b\n", SC_E_INVAL,
         "%s/the.conf line 3: user is given twice (a line that starts with white space continues "
         "the one above)"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char want[512];
        snprintf(want, sizeof(want), cases[i].error, t.path);
        assert_int_equal(load(&t, cases[i].text, &c, &err), cases[i].code);
        assert_error(&err, cases[i].code, want);
        assert_null(strstr(err.text, NOTHING));
    }
    assert_int_equal(sc_api_conf_load_from(at(&t, "none"), geteuid(), &c, &err), SC_E_NOTFOUND);
    assert_null(c.url);
    tempdir_remove(&t);
}

static void keeps_the_secret(void **state)
{
    (void)state;
    struct tempdir t;
    struct sc_error err;
    struct sc_api_conf c = {0};
    char want[512];
    tempdir_make(&t);
    static const char conf[] = URL "secret_file = %s/key\n";
    assert_int_equal(load(&t, conf, &c, &err), SC_E_SYS);
    snprintf(want, sizeof(want),
             "cannot open %s/key (secret_file in [api] of /etc/sitecage.conf): No such file or "
             "directory",
             t.path);
    assert_error(&err, SC_E_SYS, want);
    static const mode_t open_modes[] = {0640, 0620, 0604, 0602, 0610, 0666};
    for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
        put_secret(&t, NOTHING, open_modes[i]);
        assert_int_equal(load(&t, conf, &c, &err), SC_E_DENIED);
        snprintf(want, sizeof(want),
                 "%s/key can be read or written by others than its owner: run chmod 600 on it, and "
                 "change the secret in it",
                 t.path);
        assert_error(&err, SC_E_DENIED, want);
    }
    if (geteuid() == 0) {
        put_secret(&t, NOTHING, 0600);
        assert_int_equal(fchownat(t.fd, "key", 65534, 65534, 0), 0);
        assert_int_equal(load(&t, conf, &c, &err), SC_E_DENIED);
        assert_error_has(&err, SC_E_DENIED, "/key belongs to uid 65534, not to uid 0");
        assert_int_equal(fchownat(t.fd, "key", 0, 0, 0), 0);
    }
    static const char only[] =
        "%s/key must have the password, token or key on its only line, and nothing else";
    static const char empty[] = "%s/key is empty: put the password, token or key into it";
    static const struct {
        const char *text, *error;
    } cases[] = {{"", empty},
                 {"\n", empty},
                 {"\r\n", empty},
                 {NOTHING "\n\n", only},
                 {NOTHING "\nX-Header: y\n", only},
                 {NOTHING "\tx", only}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        put_secret(&t, cases[i].text, 0600);
        assert_int_equal(load(&t, conf, &c, &err), SC_E_INVAL);
        snprintf(want, sizeof(want), cases[i].error, t.path);
        assert_error(&err, SC_E_INVAL, want);
    }
    char big[SC_SECRET_MAX + 2] = {0};
    memset(big, 'x', SC_SECRET_MAX);
    big[SC_SECRET_MAX] = '\n';
    put_secret(&t, big, 0600);
    assert_int_equal(load(&t, conf, &c, &err), 0);
    assert_int_equal(strlen(c.secret), SC_SECRET_MAX);
    sc_api_conf_done(&c);
    big[SC_SECRET_MAX] = 'x';
    put_secret(&t, big, 0600);
    assert_int_equal(load(&t, conf, &c, &err), SC_E_TOOBIG);
    assert_int_equal(unlinkat(t.fd, "key", 0), 0);
    assert_int_equal(mkfifoat(t.fd, "key", 0600), 0);
    assert_int_equal(load(&t, conf, &c, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "/key is not a regular file");
    assert_null(c.secret);
    tempdir_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_urls),
        cmocka_unit_test(refuses_forged_headers),
        cmocka_unit_test(limits_requests),
        cmocka_unit_test(hands_over_all_bytes),
        cmocka_unit_test(says_what_the_program_said),
        cmocka_unit_test(wipes),
        cmocka_unit_test(reads_settings),
        cmocka_unit_test(refuses_settings),
        cmocka_unit_test(keeps_the_secret),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
