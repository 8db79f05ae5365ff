/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fixture.h"
#include "tests/unit/tempdir.h"

#include <errno.h>
#include "core/base/cleanup.h"
#include "core/config/domains_config.h"

#define SOME_UID 23456u
#define SOME_GID 23457u
#define ADVICE                                                                                     \
    "; repair the file, or move it away and isolate its domains again, with cagefsctl "            \
    "--site-isolation-enable or isolatectl site-isolation enable"

static struct tempdir t;
static struct sc_config_user john;
static struct sc_error err;

/* The home is home/, and belongs to another uid where the test runs as root. */
static int setup(void **state)
{
    (void)state;
    static char home[96];
    tempdir_make(&t);
    put_dir(&t, "home");
    snprintf(home, sizeof(home), "%s/home", t.path);
    bool root = geteuid() == 0;
    john = (struct sc_config_user){.name = "john",
                                   .uid = root ? SOME_UID : geteuid(),
                                   .gid = root ? SOME_GID : getegid(),
                                   .home = home,
                                   .homefd = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    assert_true(john.homefd >= 0);
    if (root)
        assert_int_equal(chown(home, john.uid, john.gid), 0);
    err = (struct sc_error)SC_ERROR_INIT;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    close(john.homefd);
    tempdir_remove(&t);
    return 0;
}

static void own(const char *rel)
{
    if (geteuid() == 0)
        assert_int_equal(fchownat(t.fd, rel, john.uid, john.gid, AT_SYMLINK_NOFOLLOW), 0);
}

/* The user writes the file by hand. */
static void put_config(const char *text)
{
    if (!exists(&t, "home/.lve"))
        put_dir(&t, "home/.lve");
    own("home/.lve");
    put_file(&t, "home/.lve/domains.json", text);
    own("home/.lve/domains.json");
}

#define CONFIG SC_CLEANUP(sc_domains_config_free) struct sc_domains_config
#define OK(call)                                                                                   \
    do {                                                                                           \
        if ((call) < 0)                                                                            \
            fail_msg("%s", err.text);                                                              \
    } while (0)

static void assert_refused(int code, const char *why)
{
    struct sc_domains_config c = SC_DOMAINS_CONFIG_INIT;
    char want[SC_ERROR_TEXT_MAX];
    snprintf(want, sizeof(want), "~/.lve/domains.json of user john: %s" ADVICE, why);
    assert_int_equal(sc_domains_config_load(&john, &c, &err), code);
    assert_error(&err, code, want);
    assert_null(c.entries);
}

static const char *const full = "{\n"
                                "  \"domains\": {\n"
                                "    \"a.com\": {\n"
                                "      \"isolated\": true,\n"
                                "      \"limits\": {\n"
                                "        \"cpu\": 2500,\n"
                                "        \"pmem\": 9007199254740992,\n"
                                "        \"vmem\": 0\n"
                                "      },\n"
                                "      \"paths\": {\n"
                                "        \"ro\": [\n"
                                "          \"share\"\n"
                                "        ],\n"
                                "        \"rw\": [\n"
                                "          \"app/storage\",\n"
                                "          \"b\xc3\xa4r\"\n"
                                "        ]\n"
                                "      }\n"
                                "    },\n"
                                "    \"b.com\": {\n"
                                "      \"isolated\": false\n"
                                "    }\n"
                                "  },\n"
                                "  \"version\": 1\n"
                                "}\n";

static void reads_and_writes(void **state)
{
    (void)state;
    CONFIG c = SC_DOMAINS_CONFIG_INIT;
    char text[1024];
    snprintf(
        text, sizeof(text),
        "{\"domains\": {\"B.com\": {\"isolated\": false}, \"a.com.\": {\"limits\": {\"vmem\": 0,"
        "\"cpu\": 2500, \"pmem\": 9007199254740992}, \"paths\": {\"rw\": [\"./app//storage/\", "
        "\"%s/b\\u00e4r\"], \"ro\": [\"share\"]}}}}",
        john.home);
    put_config(text);
    OK(sc_domains_config_load(&john, &c, &err));
    assert_int_equal(c.n, 2);
    const struct sc_domain_entry *a = sc_domains_config_find(&c, "a.com");
    assert_non_null(a);
    assert_ptr_equal(a, &c.entries[0]);
    assert_true(a->isolated);
    assert_int_equal(a->limits.set, 1u << SC_LIMIT_CPU | 1u << SC_LIMIT_PMEM | 1u << SC_LIMIT_VMEM);
    assert_int_equal(a->limits.value[SC_LIMIT_CPU], 2500);
    assert_true(a->limits.value[SC_LIMIT_PMEM] == SC_LIMIT_VALUE_MAX);
    assert_int_equal(a->limits.value[SC_LIMIT_VMEM], 0);
    assert_int_equal(a->n_paths, 3);
    assert_string_equal(a->paths[0].rel, "share");
    assert_false(a->paths[0].rw);
    assert_string_equal(a->paths[1].rel, "app/storage");
    assert_true(a->paths[1].rw);
    assert_string_equal(a->paths[2].rel, "b\xc3\xa4r");
    assert_false(sc_domains_config_find(&c, "b.com")->isolated);
    assert_null(sc_domains_config_find(&c, "c.com"));
    OK(sc_domains_config_save(&john, &c, &err)); /* nothing to change: the user's text stays */
    assert_file(&t, "home/.lve/domains.json", text);
    free(c.loaded);
    c.loaded = NULL;
    OK(sc_domains_config_save(&john, &c, &err));
    assert_file(&t, "home/.lve/domains.json", full);
}

static void makes_its_file_as_the_user(void **state)
{
    (void)state;
    CONFIG c = SC_DOMAINS_CONFIG_INIT;
    struct stat st;
    OK(sc_domains_config_load(&john, &c, &err));
    assert_int_equal(c.n, 0);
    OK(sc_domains_config_save(&john, &c, &err));
    assert_false(exists(&t, "home/.lve"));
    OK(sc_domains_config_set_isolated(&c, "x.com", true, &err));
    OK(sc_domains_config_save(&john, &c, &err));
    assert_int_equal(fstatat(t.fd, "home/.lve", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(st.st_uid, john.uid);
    assert_int_equal(fstatat(t.fd, "home/.lve/domains.json", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_uid, john.uid);
    assert_int_equal(st.st_gid, john.gid);
    ino_t before = st.st_ino;
    OK(sc_domains_config_save(&john, &c, &err));
    assert_int_equal(fstatat(t.fd, "home/.lve/domains.json", &st, 0), 0);
    assert_int_equal(st.st_ino, before);
    CONFIG again = SC_DOMAINS_CONFIG_INIT;
    OK(sc_domains_config_load(&john, &again, &err));
    assert_true(sc_domains_config_find(&again, "x.com")->isolated);
    put_file(&t, "home/.lve/.domains.json.new", "left by a crash");
    assert_true(sc_domains_config_remove(&again, "x.com"));
    assert_false(sc_domains_config_remove(&again, "x.com"));
    OK(sc_domains_config_save(&john, &again, &err));
    assert_false(exists(&t, "home/.lve"));
    /* What else is in ~/.lve stays. */
    put_config(full);
    put_file(&t, "home/.lve/other", "");
    CONFIG third = SC_DOMAINS_CONFIG_INIT;
    OK(sc_domains_config_load(&john, &third, &err));
    sc_domains_config_remove(&third, "a.com");
    sc_domains_config_remove(&third, "b.com");
    OK(sc_domains_config_save(&john, &third, &err));
    assert_false(exists(&t, "home/.lve/domains.json"));
    assert_true(exists(&t, "home/.lve/other"));
}

static void works_in_a_home_that_root_keeps(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    CONFIG c = SC_DOMAINS_CONFIG_INIT;
    struct stat st;
    assert_int_equal(chown(john.home, 0, 0), 0);
    OK(sc_domains_config_set_isolated(&c, "x.com", true, &err));
    OK(sc_domains_config_save(&john, &c, &err));
    assert_int_equal(fstatat(t.fd, "home/.lve", &st, 0), 0);
    assert_int_equal(st.st_uid, john.uid);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(fstatat(t.fd, "home/.lve/domains.json", &st, 0), 0);
    assert_int_equal(st.st_uid, john.uid);
    /* In a home of somebody else's root makes nothing. */
    sc_remove_tree_beneath(t.fd, "home/.lve", NULL);
    assert_int_equal(chown(john.home, SOME_UID + 1, 0), 0);
    free(c.loaded);
    c.loaded = NULL;
    assert_int_equal(sc_domains_config_save(&john, &c, &err), SC_E_SYS);
    assert_error(&err, SC_E_SYS,
                 "~/.lve/domains.json of user john: cannot create the directory .lve: Permission "
                 "denied");
    assert_false(exists(&t, "home/.lve"));
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"[]", "must be an object"},
        {"{\"version\": 2}", "\"version\" must be 1"},
        {"{\"version\": \"1\"}", "\"version\" must be 1"},
        {"{\"domain\": {}}", "unknown key \"domain\": allowed are version, domains"},
        {"{\"domains\": []}", "\"domains\" must be an object"},
        {"{\"domains\": {\"a.com\": true}}", "\"domains\": \"a.com\": must be an object"},
        {"{\"domains\": {\"a.com\": {\"isolated\": 1}}}",
         "\"domains\": \"a.com\": \"isolated\" must be true or false"},
        {"{\"domains\": {\"a.com\": {\"limit\": {}}}}",
         "\"domains\": \"a.com\": unknown key \"limit\": allowed are isolated, limits, paths, "
         "home, learning_until"},
        {"{\"domains\": {\"a.com\": {\"limits\": []}}}",
         "\"domains\": \"a.com\": \"limits\" must be an object"},
        {"{\"domains\": {\"a.com\": {\"limits\": {\"cpus\": 1}}}}",
         "\"domains\": \"a.com\": \"limits\": unknown key \"cpus\": allowed are cpu, pmem, io, "
         "nproc, "
         "iops, ep, vmem"},
        {"{\"domains\": {\"a.com\": {\"limits\": {\"cpu\": -1}}}}",
         "\"domains\": \"a.com\": \"limits\": \"cpu\" must be a whole number from 0 to "
         "9007199254740992"},
        {"{\"domains\": {\"a.com\": {\"limits\": {\"cpu\": 1.5}}}}",
         "\"domains\": \"a.com\": \"limits\": \"cpu\" must be a whole number from 0 to "
         "9007199254740992"},
        {"{\"domains\": {\"a.com\": {\"limits\": {\"cpu\": 9007199254740993}}}}",
         "\"domains\": \"a.com\": \"limits\": \"cpu\" must be a whole number from 0 to "
         "9007199254740992"},
        {"{\"domains\": {\"a.com\": {\"paths\": {\"r\": []}}}}",
         "\"domains\": \"a.com\": \"paths\": unknown key \"r\": allowed are ro, rw"},
        {"{\"domains\": {\"a.com\": {\"paths\": {\"rw\": \"x\"}}}}",
         "\"domains\": \"a.com\": \"paths\": \"rw\": must be an array of paths"},
        {"{\"domains\": {\"a.com\": {\"paths\": {\"rw\": [1]}}}}",
         "\"domains\": \"a.com\": \"paths\": \"rw\": must be an array of paths"},
        {"{\"domains\": {\"a.com\": {\"paths\": {\"ro\": [\"a/../b\"]}}}}",
         "\"domains\": \"a.com\": \"paths\": \"ro\": \"a/../b\": '..' is not allowed"},
        {"{\"domains\": {\"a.com\": {\"paths\": {\"ro\": [\"./\"]}}}}",
         "\"domains\": \"a.com\": \"paths\": \"ro\": \"./\" is the whole home: name something in "
         "it"},
        {"{\"domains\": {\"a.com\": {\"paths\": {\"ro\": [\"x\"], \"rw\": [\"x/\"]}}}}",
         "\"domains\": \"a.com\": \"paths\": \"rw\": \"x/\" is given twice"},
        {"{\"domains\": {\"a.com\": {}, \"A.com\": {}}}",
         "\"domains\": \"a.com\" is there twice, in two spellings"},
        {"{\"domains\": {\"a.com\": {},\n \"a.com\": {}}}",
         "line 2, column 8: duplicate object key near '\"a.com\"'"},
        {"{\"domains\": {\"a.com\":\n {\"isolated\": tru}}}",
         "line 2, column 17: invalid token near 'tru'"},
        {"{} x", "line 1, column 4: end of file expected near 'x'"},
        {"", "line 1, column 0: '[' or '{' expected near end of file"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        put_config(cases[i].text);
        assert_refused(SC_E_INVAL, cases[i].error);
    }
    put_config("{\"domains\": {\"a/b\": {}}}");
    CONFIG c = SC_DOMAINS_CONFIG_INIT;
    assert_int_equal(sc_domains_config_load(&john, &c, &err), SC_E_INVAL);
    assert_error_has(&err, SC_E_INVAL, "~/.lve/domains.json of user john: \"domains\": \"a/b\": ");
    char text[512], why[512];
    snprintf(text, sizeof(text), "{\"domains\": {\"a.com\": {\"paths\": {\"rw\": [\"%sny/x\"]}}}}",
             john.home);
    put_config(text);
    snprintf(why, sizeof(why),
             "\"domains\": \"a.com\": \"paths\": \"rw\": \"%sny/x\" is not below the home %s",
             john.home, john.home);
    assert_refused(SC_E_INVAL, why);
}

static void has_limits(void **state)
{
    (void)state;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    sc_buf_str(&b, "{\"domains\": {\"a.com\": {\"paths\": {\"rw\": [\"x0\"");
    for (unsigned i = 1; i <= SC_DOMAIN_PATHS_MAX; i++)
        sc_buf_fmt(&b, ", \"x%u\"", i);
    sc_buf_str(&b, "]}}}}");
    put_config(b.data);
    assert_refused(SC_E_INVAL, "\"domains\": \"a.com\": \"paths\": \"rw\": has more than 64 paths");
    sc_buf_free(&b);
    sc_buf_str(&b, "{\"domains\": {\"a.com\": {\"paths\": {\"rw\": [\"");
    for (unsigned i = 0; i <= SC_DOMAIN_PATH_MAX; i++)
        sc_buf_str(&b, "x");
    sc_buf_str(&b, "\"]}}}}");
    put_config(b.data);
    assert_refused(SC_E_INVAL,
                   "\"domains\": \"a.com\": \"paths\": \"rw\": a path is longer than 4095 bytes");
    sc_buf_free(&b);
    sc_buf_str(&b, "{\"domains\": {\"x\": {}");
    for (unsigned i = 0; i < SC_DOMAINS_MAX; i++)
        sc_buf_fmt(&b, ",\"x%u\":{}", i);
    sc_buf_str(&b, "}}");
    put_config(b.data);
    assert_refused(SC_E_TOOBIG, "\"domains\" has more than 10000 domains");
    sc_buf_free(&b);
    sc_buf_str(&b, "{\"domains\": {\"x\": {}");
    for (unsigned i = 0; i <= SC_DOMAINS_PATHS_MAX / 50; i++) {
        sc_buf_fmt(&b, ",\"x%u\":{\"paths\":{\"ro\":[\"0\"", i);
        for (unsigned k = 1; k < 50; k++)
            sc_buf_fmt(&b, ",\"%u\"", k);
        sc_buf_str(&b, "]}}");
    }
    sc_buf_str(&b, "}}");
    put_config(b.data);
    assert_refused(SC_E_TOOBIG, "\"paths\" of all domains have more than 2000 paths");
    /* Deeper than any parser's stack. */
    sc_buf_free(&b);
    for (unsigned i = 0; i < 500000; i++)
        sc_buf_str(&b, "[");
    put_config(b.data);
    assert_refused(SC_E_INVAL, "line 1, column 2049: maximum parsing depth reached near '['");
    assert_int_equal(truncate(at(&t, "home/.lve/domains.json"), 100 << 20), 0);
    assert_refused(SC_E_TOOBIG, ".lve/domains.json is larger than 1048576 bytes");
}

static void trusts_only_the_users_own_file(void **state)
{
    (void)state;
    alarm(60); /* a hang is a failure */
    put_config(full);
    assert_int_equal(chmod(at(&t, "home/.lve/domains.json"), 0666), 0);
    assert_refused(SC_E_DENIED, "can be written by everybody");
    assert_int_equal(chmod(at(&t, "home/.lve/domains.json"), 0644), 0);
    assert_int_equal(linkat(t.fd, "home/.lve/domains.json", t.fd, "second", 0), 0);
    assert_refused(SC_E_DENIED, "has 2 hard links instead of one");
    assert_int_equal(unlinkat(t.fd, "second", 0), 0);
    if (geteuid() == 0) {
        char why[128];
        assert_int_equal(chown(at(&t, "home/.lve/domains.json"), 0, 0), 0);
        snprintf(why, sizeof(why), "belongs to uid 0, not to the user's uid %u", SOME_UID);
        assert_refused(SC_E_DENIED, why);
        assert_int_equal(chown(at(&t, "home/.lve/domains.json"), SOME_UID + 1, 0), 0);
        snprintf(why, sizeof(why), "belongs to uid %u, not to the user's uid %u", SOME_UID + 1,
                 SOME_UID);
        assert_refused(SC_E_DENIED, why);
        /* Root's rights are not lent: what the user cannot read is not read. */
        CONFIG c = SC_DOMAINS_CONFIG_INIT;
        assert_int_equal(chmod(at(&t, "home/.lve/domains.json"), 0600), 0);
        assert_int_equal(sc_domains_config_load(&john, &c, &err), SC_E_SYS);
        assert_int_equal(err.sys, EACCES);
    }
    assert_int_equal(unlinkat(t.fd, "home/.lve/domains.json", 0), 0);
    put_link(&t, "home/.lve/domains.json", "/etc/shadow");
    assert_refused(SC_E_DENIED, ".lve/domains.json is, or lies behind, a symbolic link");
    assert_int_equal(unlinkat(t.fd, "home/.lve/domains.json", 0), 0);
    assert_int_equal(mkfifoat(t.fd, "home/.lve/domains.json", 0666), 0);
    own("home/.lve/domains.json");
    assert_refused(SC_E_INVAL, ".lve/domains.json is not a regular file");
    assert_int_equal(unlinkat(t.fd, "home/.lve/domains.json", 0), 0);
    put_dir(&t, "home/.lve/domains.json");
    own("home/.lve/domains.json");
    assert_refused(SC_E_INVAL, ".lve/domains.json is not a regular file");
    /* ~/.lve is a link to a place outside: nothing is read or written there. */
    assert_int_equal(unlinkat(t.fd, "home/.lve/domains.json", AT_REMOVEDIR), 0);
    assert_int_equal(unlinkat(t.fd, "home/.lve", AT_REMOVEDIR), 0);
    put_dir(&t, "outside");
    own("outside");
    put_file(&t, "outside/domains.json", full);
    own("outside/domains.json");
    put_link(&t, "home/.lve", "../outside");
    assert_refused(SC_E_DENIED, ".lve/domains.json is, or lies behind, a symbolic link");
    CONFIG c = SC_DOMAINS_CONFIG_INIT;
    OK(sc_domains_config_set_isolated(&c, "x.com", true, &err));
    assert_int_equal(sc_domains_config_save(&john, &c, &err), SC_E_DENIED);
    assert_error(&err, SC_E_DENIED,
                 "~/.lve/domains.json of user john: .lve is, or lies behind, a symbolic link");
    assert_file(&t, "outside/domains.json", full);
    sc_domains_config_remove(&c, "x.com");
    c.loaded = strdup("x");
    assert_int_equal(sc_domains_config_save(&john, &c, &err), SC_E_DENIED);
    assert_true(exists(&t, "outside/domains.json"));
    alarm(0);
}

static int renamed(struct sc_domains_config *c, const char *old_name, const char *new_name)
{
    const struct sc_domain_rename one = {.old_name = old_name, .new_name = new_name};
    return sc_domains_config_rename_all(c, &one, 1, &err);
}

static void changes_the_list(void **state)
{
    (void)state;
    CONFIG c = SC_DOMAINS_CONFIG_INIT;
    OK(sc_domains_config_parse(full, strlen(full), "/home/john", &c, &err));
    OK(sc_domains_config_set_isolated(&c, "ab.com", true, &err));
    OK(sc_domains_config_set_isolated(&c, "b.com", true, &err));
    assert_int_equal(c.n, 3);
    assert_string_equal(c.entries[0].name, "a.com");
    assert_string_equal(c.entries[1].name, "ab.com");
    assert_string_equal(c.entries[2].name, "b.com");
    assert_true(c.entries[2].isolated);
    /* A rename takes limits and paths along, upwards and downwards in the order. */
    OK(renamed(&c, "a.com", "z.com"));
    assert_string_equal(c.entries[0].name, "ab.com");
    assert_string_equal(c.entries[1].name, "b.com");
    assert_string_equal(c.entries[2].name, "z.com");
    assert_int_equal(c.entries[2].limits.value[SC_LIMIT_CPU], 2500);
    assert_int_equal(c.entries[2].n_paths, 3);
    OK(renamed(&c, "z.com", "0.com"));
    assert_string_equal(c.entries[0].name, "0.com");
    assert_int_equal(c.entries[0].n_paths, 3);
    assert_string_equal(c.entries[2].name, "b.com");
    OK(renamed(&c, "b.com", "b.com"));
    OK(renamed(&c, "no.com", "x.com"));
    assert_int_equal(c.n, 3);
    assert_null(sc_domains_config_find(&c, "x.com"));
    /* Onto one that exists: that one stays, and isolation is not lost. */
    OK(sc_domains_config_set_isolated(&c, "ab.com", false, &err));
    OK(renamed(&c, "0.com", "ab.com"));
    assert_int_equal(c.n, 2);
    assert_string_equal(c.entries[0].name, "ab.com");
    assert_true(c.entries[0].isolated);
    assert_int_equal(c.entries[0].n_paths, 0);
    for (unsigned i = 0; c.n < SC_DOMAINS_MAX; i++) {
        char name[32];
        snprintf(name, sizeof(name), "n%u.com", 99999 - i); /* each before the others */
        OK(sc_domains_config_set_isolated(&c, name, true, &err));
    }
    assert_non_null(sc_domains_config_find(&c, "n95000.com"));
    assert_int_equal(sc_domains_config_set_isolated(&c, "one.more", true, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "cannot add one.more: there are 10000 domains already");
}

static void copies_an_entry_as_text(void **state)
{
    (void)state;
    CONFIG c = SC_DOMAINS_CONFIG_INIT;
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    OK(sc_domains_config_parse(full, strlen(full), "/home/john", &c, &err));
    OK(sc_domain_entry_to_json(&c.entries[1], &b, &err));
    assert_string_equal(b.data, "{}");
    OK(sc_domain_entry_to_json(&c.entries[0], &b, &err));
    assert_string_equal(
        b.data, "{\"limits\": {\"cpu\": 2500, \"pmem\": 9007199254740992, \"vmem\": 0}, "
                "\"paths\": {\"ro\": [\"share\"], \"rw\": [\"app/storage\", \"b\xc3\xa4r\"]}}");
    OK(sc_domain_entry_from_json(&c.entries[1], b.data, "/home/john", &err));
    assert_string_equal(c.entries[1].name, "b.com");
    assert_false(c.entries[1].isolated);
    assert_int_equal(c.entries[1].limits.value[SC_LIMIT_CPU], 2500);
    assert_string_equal(c.entries[1].paths[1].rel, "app/storage");
    assert_int_equal(sc_domain_entry_from_json(&c.entries[1], "{\"isolated\": true}", "/h", &err),
                     SC_E_INVAL);
    assert_int_equal(sc_domain_entry_from_json(&c.entries[1], "{", "/h", &err), SC_E_INVAL);
    assert_int_equal(c.entries[1].n_paths, 3);
    OK(sc_domain_entry_from_json(&c.entries[1], "{}", "/home/john", &err));
    assert_int_equal(c.entries[1].n_paths, 0);
    assert_int_equal(c.entries[1].limits.set, 0);
    for (int i = 0; i < SC_LIMIT_COUNT; i++)
        assert_int_equal(sc_limit_from_name(sc_limit_name((enum sc_limit)i)), i);
    assert_int_equal(sc_limit_from_name("speed"), -1);
}

static void learns_for_a_time(void **state)
{
    (void)state;
    CONFIG c = SC_DOMAINS_CONFIG_INIT;
    const int64_t now = 1800000000, day = 86400;
    OK(sc_domains_config_set_learning(&c, "a.com", now + day, &err));
    struct sc_domain_entry *e = sc_domains_config_find(&c, "a.com");
    assert_true(!e->isolated && sc_domain_entry_is_learning(e, now));
    assert_false(sc_domain_entry_is_learning(e, now + day));
    assert_false(sc_domain_entry_is_learning(e, now - SC_LEARN_DAYS_MAX * day));
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    CONFIG back = SC_DOMAINS_CONFIG_INIT;
    OK(sc_domains_config_format(&c, &text, &err));
    OK(sc_domains_config_parse(text.data, text.len, "/home/john", &back, &err));
    assert_int_equal(back.entries[0].learning_until, now + day);
    /* isolation ends it; the end leaves what else is said, and no empty entry */
    OK(sc_domains_config_set_isolated(&c, "a.com", true, &err));
    assert_int_equal(e->learning_until, 0);
    OK(sc_domains_config_set_learning(&back, "a.com", 0, &err));
    assert_int_equal(back.n, 0);
    OK(sc_domains_config_set_learning(&back, "a.com", 0, &err));
    assert_int_equal(back.n, 0);
    OK(sc_domains_config_set_learning(&c, "b.com", now + day, &err));
    OK(sc_domain_entry_add_path(sc_domains_config_find(&c, "b.com"), "x", false, &err));
    OK(sc_domains_config_set_learning(&c, "c.com", now + 2 * day, &err));
    sc_domains_config_end_learning(&c, now + day);
    assert_int_equal(sc_domains_config_find(&c, "b.com")->learning_until, 0);
    assert_int_equal(sc_domains_config_find(&c, "c.com")->learning_until, now + 2 * day);
    assert_int_equal(c.n, 3);
}

static void is_given_paths(void **state)
{
    (void)state;
    CONFIG c = SC_DOMAINS_CONFIG_INIT;
    OK(sc_domains_config_set_isolated(&c, "a.com", true, &err));
    struct sc_domain_entry *e = &c.entries[0];
    OK(sc_domain_entry_add_path(e, "w", true, &err));
    OK(sc_domain_entry_add_path(e, "r", false, &err));
    OK(sc_domain_entry_add_path(e, "r", false, &err));
    OK(sc_domain_entry_add_path(e, "w", false, &err)); /* it has more already */
    assert_int_equal(e->n_paths, 2);
    assert_string_equal(e->paths[0].rel, "r");
    assert_true(!e->paths[0].rw && e->paths[1].rw);
    OK(sc_domain_entry_add_path(e, "r", true, &err));
    assert_int_equal(e->n_paths, 2);
    assert_true(e->paths[0].rw && e->paths[1].rw);
    for (unsigned i = 2; i < SC_DOMAIN_PATHS_MAX; i++) {
        char rel[16];
        snprintf(rel, sizeof(rel), "p%u", i);
        OK(sc_domain_entry_add_path(e, rel, true, &err));
    }
    assert_int_equal(sc_domain_entry_add_path(e, "more", true, &err), SC_E_TOOBIG);
    OK(sc_domain_entry_add_path(e, "read", false, &err));
    assert_string_equal(e->paths[0].rel, "read");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(reads_and_writes),
        T(makes_its_file_as_the_user),
        T(works_in_a_home_that_root_keeps),
        T(says_what_is_wrong),
        T(has_limits),
        T(trusts_only_the_users_own_file),
        T(changes_the_list),
        T(copies_an_entry_as_text),
        T(learns_for_a_time),
        T(is_given_paths),
    };
    return cmocka_run_group_tests_name("domains_config", tests, NULL, NULL);
}
