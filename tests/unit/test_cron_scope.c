/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core/cron without cron: telling lines apart, whose entry it is, and there and back again. */
#include "tests/unit/fixture.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/cron/lines.h"
#include "core/cron/marks.h"
#include "core/cron/scope.h"

#define HOME "/home/john"
#define A    HOME "/a.example"

static const char *const a_aliases[] = {"/srv/www/a"};

static const struct sc_cron_site sites[] = {
    {.docroot = A, .aliases = a_aliases, .n_aliases = 1, .token = "aaaa", .isolated = true},
    {.docroot = A "/open", .aliases = NULL, .n_aliases = 0, .token = "", .isolated = false},
    {.docroot = A "/deep", .aliases = NULL, .n_aliases = 0, .token = "dddd", .isolated = true},
    {.docroot = HOME "/b.example",
     .aliases = NULL,
     .n_aliases = 0,
     .token = "bbbb",
     .isolated = true},
    {.docroot = HOME "/open.example",
     .aliases = NULL,
     .n_aliases = 0,
     .token = "",
     .isolated = false},
    {.docroot = HOME "/public html",
     .aliases = NULL,
     .n_aliases = 0,
     .token = "5555",
     .isolated = true},
};

static char *links(void *arg, const char *path)
{
    (void)arg;
    if (strcmp(path, HOME "/www") == 0)
        return strdup(HOME "/b.example");
    if (strcmp(path, HOME "/www/x.php") == 0)
        return NULL; /* not there: its directory says it */
    return strcmp(path, HOME) == 0 ? strdup(HOME) : NULL;
}

static const struct sc_cron_account account = {.user = "john",
                                               .home = HOME,
                                               .home_alias = "/home2/john",
                                               .sites = sites,
                                               .n_sites = 6,
                                               .resolve = links};

/* ---- lines ---- */

static void lines_are_told_apart(void **state)
{
    static const struct {
        const char *text;
        enum sc_cron_kind kind;
    } v[] = {
        {"", SC_CRON_BLANK},
        {" \t", SC_CRON_BLANK},
        {"#x", SC_CRON_COMMENT},
        {" \t# A=b", SC_CRON_COMMENT},
        {"A=b", SC_CRON_ENV},
        {" A = b c ", SC_CRON_ENV},
        {"\"A\"='b'", SC_CRON_ENV},
        {"A=\"b\" c", SC_CRON_ENTRY},
        {"A=\"b", SC_CRON_ENTRY},
        {"'A = b", SC_CRON_ENTRY},
        {"@reboot = x", SC_CRON_ENV},
        {"@reboot x=y", SC_CRON_ENTRY},
        {"* * * * * A=b", SC_CRON_ENTRY},
        {"*=* * * * x", SC_CRON_ENV},
        {"A\r=b", SC_CRON_ENV},
        {"nonsense", SC_CRON_ENTRY},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        const char *at = v[i].text;
        struct sc_cron_line l;
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        sc_buf_fmt(&text, "%s\n", at);
        at = text.data;
        assert_true(sc_cron_next_line(&at, text.data + text.len, &l));
        if (l.kind != v[i].kind)
            fail_msg("\"%s\" is of kind %d", v[i].text, l.kind);
        assert_true(l.newline);
        assert_false(sc_cron_next_line(&at, text.data + text.len, &l));
    }
}

static void settings_have_a_name_and_a_value(void **state)
{
    SC_BUF struct sc_buf name = SC_BUF_INIT;
    SC_BUF struct sc_buf value = SC_BUF_INIT;
    (void)state;
    const char *line = "  'MY NAME' =  \" b # c \"  ";
    assert_true(sc_cron_env(line, strlen(line), &name, &value));
    assert_string_equal(name.data, "MY NAME");
    assert_string_equal(value.data, " b # c ");
}

static void only_plain_entries_are_strict(void **state)
{
    static const char *const good[] = {
        "* * * * * x", "*/5 0-3,7 1 jan mon x % y=z", "@reboot x", "\t@daily\tx", "0~9 * * * * x",
    };
    static const char *const bad[] = {"* * * * *",     "* * * * * ",      "@reboot",
                                      "@reboot =x",    "@re=boot x",      "A=b",
                                      "* * * *",       "\"*\" * * * * x", "* * * * $ x",
                                      "# * * * * * x", "* * * * *\vx",    "@REBOOT x"};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!sc_cron_strict_entry(good[i], strlen(good[i])))
            fail_msg("\"%s\" is an entry", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (sc_cron_strict_entry(bad[i], strlen(bad[i])))
            fail_msg("\"%s\" is none", bad[i]);
    assert_false(sc_cron_strict_entry("* * * * * a\0b", 13));
    char longer[SC_CRON_LINE_MAX + 2];
    memset(longer, 'x', sizeof(longer));
    memcpy(longer, "* * * * * ", 10);
    assert_true(sc_cron_strict_entry(longer, SC_CRON_LINE_MAX));
    assert_false(sc_cron_strict_entry(longer, SC_CRON_LINE_MAX + 1));
}

/* ---- whose ---- */

static void entries_belong_to_the_site_that_they_name(void **state)
{
    static const struct {
        const char *command, *docroot;
    } v[] = {
        {"php " A "/cron.php", A},
        {"cd " A " && php cron.php", A},
        {"cd " A "; php x", A},
        {"php '" A "/cron.php'", A},
        {"sh -c \"cd " A " && php x\"", A},
        {"php ~/a.example/cron.php", A},
        {"php ~john/a.example/cron.php", A},
        {"php ~johnny/a.example/cron.php", NULL},
        {"php $HOME/a.example/cron.php", A},
        {"php \"${HOME}/a.example/cron.php\"", A},
        {"php a.example/cron.php", A},
        {"cd a.example && php cron.php", A},
        {"cd a.example", A},
        {"ping a.example", NULL},
        {"cd -- a.example && php x", A},
        {"cd  -P -e --  a.example && php x", A},
        {"pushd a.example; php ../b.example/x", A},
        {"pushd x && php ../a.example/y", A},
        {"(cd a.example; php x)", A},
        {"abcd a.example", NULL},
        {"cd -1 -2 -3 -4 -5 a.example", NULL},
        {"cd x a.example", NULL},
        {"env -C a.example php x", A},
        {"make -C  a.example", A},
        {"wp --path=a.example cron event run", A},
        {"composer --working-dir a.example install", A},
        {"drush --root='a.example' cron", A},
        {"mysqldump --user=a.example", NULL},
        {"mysqldump -u a.example", NULL},
        {"path=a.example; true", NULL},
        {"find a.example -name x -delete", A},
        {"run-parts a.example", A},
        {"curl http://a.example/cron.php", NULL},
        {"php " HOME "//a.example/./cron.php", A},
        {"php " HOME "/b.example/../a.example/x", A},
        {"php " HOME "/a.example.org/x", NULL},
        {"php /backup" A "/x", NULL},
        {"php -c" A "/php.ini x", A},
        {"php --ini=" A "/php.ini", A},
        {"X=" A "/x y", A},
        {"curl file://" A "/x", A},
        {"php /home2/john/a.example/x", A},
        {"php /srv/www/a/x", A},
        {"php " A "/deep/x", A "/deep"},
        {"php " A "/open/x", NULL},
        {"php " A "/open/x " A "/y", A},
        {"php " HOME "/open.example/x", NULL},
        {"rsync " HOME "/b.example/ " A "/", HOME "/b.example"},
        {"php '" HOME "/public html/x'", HOME "/public html"},
        {"php " HOME "/public\\ html/x", HOME "/public html"},
        {"cat<" A "/x", A},
        {"echo `cat " A "/x`", A},
        {"php $SITE/x", HOME "/b.example"},
        {"php ${SITE}/x", HOME "/b.example"},
        {"cd b.example/.. && php a.example/x", A},
        {"cd x && php ../a.example/y", A},
        {"php ~/www/x.php", HOME "/b.example"},
        {"mail%" A "/x", A},
        {"php /home/$LOGNAME/a.example/x", A},
        {"php /home/${USER}/a.example/x", A},
        {"D=a.example; cd ~/$D && ./job", A},
        {"D='a.example'; cd \"$HOME/${D}\" && ./job", A},
        {"export D=a.example; cd $D", A},
        {"D=x; cd ~/$D; D=a.example; cd ~/$D", A},
        {"D=a.example; D=x; cd ~/$D", NULL},
        {"cd ~/$D; D=a.example", NULL},
        {"XD=a.example; cd ~/$D", NULL},
        {"D=a.example E=x; ping $D; cd ~/$E", NULL},
        {"SITE=a.example; php ~/$SITE/x", A},
        {"for d in x a.example; do (cd ~/$d && ./job); done", A},
        {"for d in x  y; do (cd ~/$d && ./job); done", NULL},
        {"for d in x a.example; do (cd ~/$e && ./job); done", NULL},
        {"for i in 1 2; do ping a.example; done", NULL},
        {"for", NULL},
        {"for d in", NULL},
        {"cd ~/a.ex* && ./job", A},
        {"php ~/a.e?ample/cron.php", A},
        {"cd ~/[ax].example; ./job", A},
        {"~/b.exam*/bin/job", HOME "/b.example"},
        {"/home2/john/b.exam*/bin/job", HOME "/b.example"},
        {"cat ~/b.e*/secret", HOME "/b.example"},
        {"cat ~/b.e*/secret; : ~/a.example", A},
        {"sh ~/b.e*/secret; : ~/a.example", HOME "/b.example"},
        {"php ~/*.example/cron.php", A},
        {"/usr/bin/php8.2 -q ~/*.example/cron.php", A},
        {"true && ~/*.example/job", A},
        {"find ~/*.example/tmp -delete", NULL},
        {"tar cf /x ~/*.example", NULL},
        {"php ~/op*/x", NULL},
        {"php ~/.*/x", NULL},
        {"php ~/*/no.example/x", A},
        {"cat ~/[/x", NULL},
        {"php /etc/passwd", NULL},
        {"true", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        SC_CLEANUP(sc_cron_names_done) struct sc_cron_names n = {0};
        SC_BUF struct sc_buf line = SC_BUF_INIT;
        const struct sc_cron_site *s = NULL;
        assert_int_equal(sc_cron_names_init(&n, &account, NULL), 0);
        assert_int_equal(sc_cron_names_set(&n, "SITE", HOME "/b.example", NULL), 0);
        sc_buf_fmt(&line, "*/5 0 * * * %s", v[i].command);
        assert_int_equal(sc_cron_mention(&n, line.data, line.len, &s, NULL), 0);
        const char *is = s ? s->docroot : "none", *want = v[i].docroot ? v[i].docroot : "none";
        if (strcmp(is, want) != 0)
            fail_msg("\"%s\" is %s's, not %s's", v[i].command, is, want);
    }
}

static void settings_that_lead_to_code_count(void **state)
{
    static const struct {
        const char *name, *value, *command, *docroot;
    } v[] = {
        {"PATH", A "/bin:/usr/bin", "job", A},
        {"PATH", "/usr/bin:/bin:" HOME "/b.example/vendor/bin", "job", HOME "/b.example"},
        {"PATH", "/usr/bin:" A, "php " HOME "/b.example/x", HOME "/b.example"},
        {"PATH", "/usr/local/bin:/usr/bin:/bin", "job", NULL},
        {"PATH", HOME "/bin:/usr/bin", "job", NULL},
        {"PATH", HOME "/open.example/bin", "job", NULL},
        {"HOME", A, "php artisan", A},
        {"BASH_ENV", A "/env", "true", A},
        {"PHPRC", HOME "/www", "php /usr/share/x.php", HOME "/b.example"},
        {"NODE_OPTIONS", "--require=" A "/x.js", "node /opt/x.js", A},
        {"SITE", A, "mysqldump x", NULL},
        {"MAILTO", A, "true", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        SC_CLEANUP(sc_cron_names_done) struct sc_cron_names n = {0};
        const struct sc_cron_site *s = NULL;
        assert_int_equal(sc_cron_names_init(&n, &account, NULL), 0);
        assert_int_equal(sc_cron_mention(&n, "true", 4, &s, NULL), 0);
        assert_null(s);
        assert_int_equal(sc_cron_names_set(&n, v[i].name, v[i].value, NULL), 0);
        for (int twice = 0; twice < 2; twice++) {
            assert_int_equal(sc_cron_mention(&n, v[i].command, strlen(v[i].command), &s, NULL), 0);
            const char *is = s ? s->docroot : "none", *want = v[i].docroot ? v[i].docroot : "none";
            if (strcmp(is, want) != 0)
                fail_msg("%s=%s, \"%s\" is %s's", v[i].name, v[i].value, v[i].command, is);
        }
        assert_int_equal(sc_cron_names_set(&n, v[i].name, "/usr/bin", NULL), 0);
        assert_int_equal(sc_cron_mention(&n, "true", 4, &s, NULL), 0);
        assert_null(s);
    }
}

/* ---- what it may cost ---- */

struct entry_of {
    struct sc_cron_names n;
    const struct sc_cron_site *site;
};

static void look(struct entry_of *e, const char *command)
{
    SC_BUF struct sc_buf line = SC_BUF_INIT;
    sc_buf_fmt(&line, "* * * * * %s", command);
    assert_int_equal(sc_cron_mention(&e->n, line.data, line.len, &e->site, NULL), 0);
}

/* `times` times the word. */
static void repeat(struct sc_buf *b, const char *word, size_t times)
{
    for (size_t i = 0; i < times; i++)
        sc_buf_str(b, word);
}

static void an_entry_too_large_to_look_at_is_nobodys(void **state)
{
    struct entry_of e = {.site = NULL};
    SC_BUF struct sc_buf value = SC_BUF_INIT;
    SC_BUF struct sc_buf entry = SC_BUF_INIT;
    (void)state;
    assert_int_equal(sc_cron_names_init(&e.n, &account, NULL), 0);
    repeat(&value, "a ", 490);
    assert_int_equal(sc_cron_names_set(&e.n, "X", value.data, NULL), 0);
    look(&e, "$X; php ~/a.example/x");
    assert_string_equal(e.site->docroot, A);
    repeat(&entry, "$X", 100); /* 98 KB */
    sc_buf_str(&entry, "; php ~/a.example/x");
    look(&e, entry.data);
    assert_ptr_equal(e.site, &sc_cron_unknown);
    look(&e, "php ~/a.example/x");
    assert_string_equal(e.site->docroot, A);
    sc_cron_names_done(&e.n);
}

/* Words of variables are looked at until the crontab's share is used up; plain entries still
 * are. */
static void what_all_entries_cost_has_a_limit(void **state)
{
    struct entry_of e = {.site = NULL};
    SC_BUF struct sc_buf value = SC_BUF_INIT;
    SC_BUF struct sc_buf entry = SC_BUF_INIT;
    (void)state;
    assert_int_equal(sc_cron_names_init(&e.n, &account, NULL), 0);
    e.n.shared = 8u << 20;
    repeat(&value, "~/x ", 240);
    assert_int_equal(sc_cron_names_set(&e.n, "X", value.data, NULL), 0);
    repeat(&entry, "$X", 4);
    look(&e, entry.data);
    assert_ptr_equal(e.site, NULL);
    size_t before = e.n.shared;
    assert_true(before < 8u << 20);
    for (int i = 0; i < 1000 && e.site != &sc_cron_unknown; i++)
        look(&e, entry.data);
    assert_ptr_equal(e.site, &sc_cron_unknown);
    assert_int_equal(e.n.shared, 0);
    look(&e, "tar czf /backup/home.tar.gz -C /home john >/dev/null 2>&1");
    assert_ptr_equal(e.site, NULL);
    look(&e, "cd ~/x && /usr/bin/php ../b.example/artisan schedule:run >>/dev/null 2>&1");
    assert_string_equal(e.site->docroot, HOME "/b.example");
    sc_cron_names_done(&e.n);
}

static unsigned asked;

static char *count(void *arg, const char *path)
{
    (void)arg;
    (void)path;
    asked++;
    return NULL;
}

static void each_path_is_resolved_once(void **state)
{
    struct sc_cron_account a = account;
    struct entry_of e = {.site = NULL};
    (void)state;
    a.resolve = count;
    asked = 0;
    assert_int_equal(sc_cron_names_init(&e.n, &a, NULL), 0);
    for (int i = 0; i < 10; i++)
        look(&e, "php ~/www/x.php");
    assert_int_equal(asked, 2); /* itself, and the directory above */
    for (unsigned i = 0; i < SC_CRON_LINKS_MAX; i++) {
        char command[32];
        snprintf(command, sizeof(command), "php ~/%u", i);
        look(&e, command);
    }
    assert_int_equal(asked, SC_CRON_LINKS_MAX);
    assert_ptr_equal(e.site, &sc_cron_unknown);
    sc_cron_names_done(&e.n);
}

static void a_variable_that_was_lost_is_no_ordinary_word(void **state)
{
    struct entry_of e = {.site = NULL};
    SC_BUF struct sc_buf value = SC_BUF_INIT;
    (void)state;
    assert_int_equal(sc_cron_names_init(&e.n, &account, NULL), 0);
    look(&e, "php $LOST/x");
    assert_ptr_equal(e.site, NULL);
    repeat(&value, "/", SC_CRON_VALUE_MAX + 1);
    assert_int_equal(sc_cron_names_set(&e.n, "LOST", value.data, NULL), 0);
    look(&e, "php $LOST/x");
    assert_ptr_equal(e.site, &sc_cron_unknown);
    look(&e, "php $HOME/a.example/x");
    assert_string_equal(e.site->docroot, A);
    for (unsigned i = 0; i < SC_CRON_VARS_MAX; i++) {
        char name[32];
        snprintf(name, sizeof(name), "V%u", i);
        assert_int_equal(sc_cron_names_set(&e.n, name, HOME "/a.example", NULL), 0);
    }
    look(&e, "php $V0/x");
    assert_string_equal(e.site->docroot, A);
    look(&e, "php $V255/x");
    assert_ptr_equal(e.site, &sc_cron_unknown);
    sc_cron_names_done(&e.n);
}

static void nothing_is_unknown_where_nothing_is_isolated(void **state)
{
    static const struct sc_cron_site open[] = {{.docroot = A, .token = ""}};
    struct sc_cron_account a = account;
    struct entry_of e = {.site = NULL};
    SC_BUF struct sc_buf entry = SC_BUF_INIT;
    (void)state;
    a.sites = open;
    a.n_sites = 1;
    assert_int_equal(sc_cron_names_init(&e.n, &a, NULL), 0);
    repeat(&entry, "a ", 100000);
    look(&e, entry.data);
    assert_ptr_equal(e.site, NULL);
    sc_cron_names_done(&e.n);
}

static void joined(const char *own, const struct sc_cron_account *a, struct sc_buf *out);

static void an_unknown_entry_has_no_site(void **state)
{
    SC_BUF struct sc_buf own = SC_BUF_INIT;
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    (void)state;
    sc_buf_str(&own, "1 * * * * true\n2 * * * * ");
    repeat(&own, "x ", 40000);
    sc_buf_str(&own, "\n3 * * * * true\n");
    joined(own.data, &account, &out);
    assert_non_null(strstr(out.data, "1 * * * * true\n#sitecage:in -\nSHELL=" SC_CRON_SHELL
                                     "\nSITECAGE_SITE=-\nSITECAGE_SHELL=/bin/sh\n2 * * * * x"));
    assert_non_null(
        strstr(out.data, "x \n#sitecage:out\n#sitecage:back SHELL=/bin/sh\nSHELL=/bin/sh\n3 "));
    assert_int_equal(sc_cron_split(out.data, strlen(out.data), &c, NULL), 0);
    assert_string_equal(c.own.data, own.data);
}

/* ---- there ---- */

static void joined(const char *own, const struct sc_cron_account *a, struct sc_buf *out)
{
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    assert_int_equal(sc_cron_split(own, strlen(own), &c, NULL), 0);
    assert_int_equal(sc_cron_join(&c, a, out, NULL), 0);
    sc_buf_str(out, "");
}

#define SET(site, shell)                                                                           \
    "#sitecage:in " site "\nSHELL=" SC_CRON_SHELL "\nSITECAGE_SITE=" site                          \
    "\nSITECAGE_SHELL=" shell "\n"

static void entries_stay_as_they_are(void **state)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    (void)state;
    joined("# mine\nMAILTO=me@x.example\n1 * * * * true\n2 * * * * php " A "/x % \\% y\n\n# more\n"
           "3 * * * * cd " A "; z\nSHELL = '/bin/bash'\n@reboot ~/b.example/x\n4 * * * * true\n",
           &account, &out);
    assert_string_equal(
        out.data,
        "# mine\nMAILTO=me@x.example\n1 * * * * true\n" SET(
            A, "/bin/sh") "2 * * * * php " A "/x % \\% y\n\n# more\n3 * * * * cd " A "; z\n"
                          "#sitecage:out\n#sitecage:back SHELL=/bin/sh\nSHELL=/bin/sh\n"
                          "SHELL = '/bin/bash'\n" SET(
                              HOME "/b.example",
                              "/bin/bash") "@reboot ~/b.example/x\n"
                                           "#sitecage:out\n#sitecage:back "
                                           "SHELL%20=%20'/bin/bash'\nSHELL = '/bin/bash'\n"
                                           "4 * * * * true\n");
}

static void a_site_sets_nothing_for_others(void **state)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    static const char own[] = "SHELL=/bin/bash\n* * * * * backup\n";
    static const char text[] = "PATH=/evil:/bin\n# note\nMAILTO=a@x.example\nSHELL=\"/evil sh\"\n"
                               "LD_PRELOAD = /evil.so\n* * * * * php /x % y\n";
    (void)state;
    assert_int_equal(sc_cron_site_check(text, strlen(text), NULL), 0);
    assert_int_equal(sc_cron_split(own, strlen(own), &c, NULL), 0);
    struct sc_cron_section *s = sc_cron_section(&c, "aaaa", A);
    assert_non_null(s);
    sc_buf_str(&s->text, text);
    assert_int_equal(sc_cron_rejoin(&c, "john", &out, NULL), 0);
    static const char want[] =
        "SHELL=/bin/bash\n* * * * * backup\n"
        "#sitecage:site " A "\n"
        "#sitecage:note made by crontab inside this site; see sitecage-cron(7)\n"
        "SITECAGE_SECTION=aaaa:" A "\nMAILTO=\"john\"\nSHELL=" SC_CRON_SHELL "\n"
        "SITECAGE_SITE=" A "\nSITECAGE_SHELL=/bin/sh\n"
        "#sitecage:- PATH=/evil:/bin\nSITECAGE_SET_aaaa_1=PATH=/evil:/bin\n"
        "#sitecage:- # note\n"
        "#sitecage:- MAILTO=a@x.example\nMAILTO=\"a@x.example\"\n"
        "#sitecage:- SHELL=\"/evil sh\"\nSITECAGE_SET_aaaa_2=SHELL=/evil%20sh\n"
        "#sitecage:- LD_PRELOAD = /evil.so\nSITECAGE_SET_aaaa_3=LD_PRELOAD=/evil.so\n"
        "* * * * * php /x % y\n"
        "SITECAGE_SECTION=none\n#sitecage:end\n"
        "#sitecage:back SHELL=/bin/bash\nSHELL=/bin/bash\n"
        "#sitecage:back MAILTO=john\nMAILTO=john\n";
    assert_string_equal(out.data, want);

    /* a pass says the same */
    SC_CLEANUP(sc_cron_done) struct sc_cron again = {0};
    SC_BUF struct sc_buf twice = SC_BUF_INIT;
    assert_int_equal(sc_cron_split(out.data, out.len, &again, NULL), 0);
    assert_string_equal(again.own.data, own);
    assert_string_equal(again.found.data, own);
    assert_int_equal(again.n, 1);
    assert_string_equal(again.v[0].text.data, text);
    assert_int_equal(sc_cron_join(&again, &account, &twice, NULL), 0);
    assert_string_equal(twice.data, want);

    /* what somebody appends is his */
    SC_CLEANUP(sc_cron_done) struct sc_cron more = {0};
    sc_buf_str(&twice, "5 * * * * appended\n");
    assert_int_equal(sc_cron_split(twice.data, twice.len, &more, NULL), 0);
    assert_string_equal(more.own.data, "SHELL=/bin/bash\n* * * * * backup\n5 * * * * appended\n");
    assert_string_equal(more.found.data, more.own.data);
    assert_string_equal(more.v[0].text.data, text);
}

static void comments_taken_away_free_nothing(void **state)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_BUF struct sc_buf bare = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    SC_CLEANUP(sc_cron_done) struct sc_cron after = {0};
    (void)state;
    struct sc_cron_section *s = sc_cron_section(&c, "aaaa", A);
    sc_buf_str(&s->text, "* * * * * evil\n");
    assert_int_equal(sc_cron_rejoin(&c, "john", &out, NULL), 0);
    const char *at = out.data;
    struct sc_cron_line l;
    while (sc_cron_next_line(&at, out.data + out.len, &l))
        if (l.kind != SC_CRON_COMMENT) {
            sc_buf_add(&bare, l.s, l.len);
            sc_buf_str(&bare, "\n");
        }
    assert_null(strstr(bare.data, "#"));
    assert_int_equal(sc_cron_split(bare.data, bare.len, &after, NULL), 0);
    assert_null(strstr(after.own.data, "evil"));
    assert_int_equal(after.n, 1);
    assert_string_equal(after.v[0].text.data, "* * * * * evil\n");
}

static void a_site_that_is_not_isolated_runs_nothing(void **state)
{
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    (void)state;
    struct sc_cron_section *s = sc_cron_section(&c, "gone", HOME "/open.example");
    sc_buf_str(&s->text, "A=b\n* * * * * evil\n");
    sc_buf_str(&c.own, "* * * * * mine\n");
    assert_int_equal(sc_cron_join(&c, &account, &out, NULL), 0);
    assert_string_equal(out.data,
                        "* * * * * mine\n#sitecage:off gone:" HOME "/open.example\n" NOTE_OFF "\n"
                        "#sitecage:- A=b\n#sitecage:- * * * * * evil\n#sitecage:end\n");
    /* it is isolated again, with another token; or its document root moved */
    struct sc_cron_site two[] = {
        {.docroot = HOME "/open.example", .token = "new1", .isolated = true}};
    struct sc_cron_account a = {.user = "john", .home = HOME, .sites = two, .n_sites = 1};
    SC_CLEANUP(sc_cron_done) struct sc_cron back = {0};
    assert_int_equal(sc_cron_split(out.data, out.len, &back, NULL), 0);
    assert_string_equal(back.own.data, "* * * * * mine\n");
    assert_false(back.v[0].on);
    assert_int_equal(sc_cron_join(&back, &a, &out, NULL), 0);
    assert_non_null(strstr(out.data, "SITECAGE_SECTION=new1:" HOME "/open.example\n"));
    assert_non_null(strstr(out.data, "\n* * * * * evil\n"));
    two[0].docroot = HOME "/moved";
    assert_int_equal(sc_cron_join(&back, &a, &out, NULL), 0);
    assert_non_null(strstr(out.data, "SITECAGE_SITE=" HOME "/moved\n"));
}

static void forged_marks_do_no_harm(void **state)
{
    static const char text[] = "#sitecage:end\n#sitecage:- * * * * * evil\n#sitecage:back X\n"
                               "#sitecage:site /x\n* * * * * fine\n";
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    SC_CLEANUP(sc_cron_done) struct sc_cron after = {0};
    (void)state;
    assert_int_equal(sc_cron_site_check(text, strlen(text), NULL), 0);
    struct sc_cron_section *s = sc_cron_section(&c, "aaaa", A);
    sc_buf_str(&s->text, text);
    assert_int_equal(sc_cron_rejoin(&c, "john", &out, NULL), 0);
    assert_null(strstr(out.data, "\n* * * * * evil"));
    assert_int_equal(sc_cron_split(out.data, out.len, &after, NULL), 0);
    assert_int_equal(after.own.len, 0);
    assert_int_equal(after.n, 1);
    assert_string_equal(after.v[0].text.data, text);
}

static void what_a_site_may_have(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"* * * * * x", "line 1: there is no newline at its end"},
        {"\nnonsense\n", "line 2: not understood, or longer than 990 bytes: it should be five "
                         "fields, or @word, and a command"},
        {"@reboot\n", "line 1: not understood, or longer than 990 bytes: it should be five fields, "
                      "or @word, and a command"},
        {"SITECAGE_SITE=x\n", "line 1: this name cannot be set"},
        {"@reboot = x\n", "line 1: this name cannot be set"},
        {"LOGNAME=root\n", "line 1: this name cannot be set"},
        {"CRON_TZ=UTC\n", "line 1: CRON_TZ cannot be set in a site, since cron could not set it "
                          "back for the entries of others"},
        {"MAILTO=-be\n", "line 1: MAILTO takes mail addresses of letters, digits and ._+-, with "
                         "commas between them"},
        {"MAILTO=a,-be\n", "line 1: MAILTO takes mail addresses of letters, digits and ._+-, with "
                           "commas between them"},
        {"MAILTO=a|sh\n", "line 1: MAILTO takes mail addresses of letters, digits and ._+-, with "
                          "commas between them"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct sc_error err = SC_ERROR_INIT;
        assert_int_equal(sc_cron_site_check(bad[i].text, strlen(bad[i].text), &err), SC_E_INVAL);
        assert_error(&err, SC_E_INVAL, bad[i].says);
    }
    struct sc_error err = SC_ERROR_INIT;
    assert_int_equal(sc_cron_site_check("# a\0b\n", 6, &err), SC_E_INVAL);
    assert_error(&err, SC_E_INVAL, "line 1: there is a NUL byte in it");
    SC_BUF struct sc_buf many = SC_BUF_INIT;
    for (unsigned i = 0; i < SC_CRON_SITE_ENTRIES; i++)
        sc_buf_str(&many, "* * * * * x\n");
    assert_int_equal(sc_cron_site_check(many.data, many.len, NULL), 0);
    sc_buf_str(&many, "* * * * * x\n");
    assert_int_equal(sc_cron_site_check(many.data, many.len, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG,
                 "line 101: a site has at most 100 entries, and as many settings");
    SC_BUF struct sc_buf big = SC_BUF_INIT;
    while (big.len <= SC_CRON_SITE_MAX)
        sc_buf_str(&big, "#\n");
    assert_int_equal(sc_cron_site_check(big.data, big.len, &err), SC_E_TOOBIG);
    assert_error(&err, SC_E_TOOBIG, "the crontab of a site has at most 65536 bytes");
}

/* ---- and back again ---- */

static const char *const pieces[] = {
    "\n",
    "\n",
    "\n",
    "\r\n",
    " ",
    "#",
    "=",
    "\"",
    "'",
    "\\",
    "%",
    "\xff",
    "/",
    "..",
    "x",
    "* * * * * ",
    "@reboot ",
    A,
    A "/x",
    HOME "/b.example",
    "~",
    "$HOME/a.example/",
    "$",
    "{",
    "}",
    "SHELL=",
    "SHELL=/bin/bash\n",
    "SHELL = '",
    SC_CRON_SHELL,
    ENV_SHELL "\n",
    "MAILTO=",
    "HOME=",
    ENV_SITE,
    ENV_SECTION,
    ENV_SECTION "aaaa:" A "\n",
    ENV_SECTION "none\n",
    ENV_SET,
    MARK,
    MARK_IN,
    MARK_OUT "\n",
    MARK_BACK,
    MARK_BACK "SHELL=/bin/sh\nSHELL=/bin/sh\n",
    MARK_TEXT,
    MARK_NO_NEWLINE "\n",
    MARK_SITE,
    MARK_OFF "aaaa:" A "\n",
    MARK_END "\n",
    "cd ",
};

static uint32_t seed = 1;

static uint32_t dice(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static void random_text(struct sc_buf *out)
{
    uint32_t n = dice(30);
    for (uint32_t i = 0; i < n; i++) {
        char byte = (char)dice(256);
        if (dice(8) == 0)
            sc_buf_add(out, &byte, 1);
        else
            sc_buf_str(out, pieces[dice(sizeof(pieces) / sizeof(pieces[0]))]);
    }
    sc_buf_str(out, "");
}

static void same(const struct sc_buf *a, const struct sc_buf *b)
{
    assert_int_equal(a->len, b->len);
    assert_memory_equal(a->len ? a->data : "", b->len ? b->data : "", a->len);
}

static void there_and_back_again(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++) {
        SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
        SC_CLEANUP(sc_cron_done) struct sc_cron back = {0};
        SC_BUF struct sc_buf own = SC_BUF_INIT;
        SC_BUF struct sc_buf one = SC_BUF_INIT;
        SC_BUF struct sc_buf two = SC_BUF_INIT;
        SC_BUF struct sc_buf mine = SC_BUF_INIT;
        random_text(&own);
        random_text(&mine);
        sc_buf_str(&mine, "\n");
        sc_buf_add(&c.own, own.data, own.len);
        bool has = dice(2) && !memchr(mine.data, 0, mine.len);
        struct sc_cron_section *s = has ? sc_cron_section(&c, "aaaa", A) : NULL;
        if (s)
            sc_buf_add(&s->text, mine.data, mine.len);
        assert_int_equal(sc_cron_join(&c, &account, &one, NULL), 0);
        assert_int_equal(sc_cron_split(one.len ? one.data : "", one.len, &back, NULL), 0);
        same(&back.own, &own);
        assert_int_equal(back.n, has);
        if (has)
            same(&back.v[0].text, &mine);
        assert_int_equal(sc_cron_join(&back, &account, &two, NULL), 0);
        same(&two, &one);
        assert_int_equal(sc_cron_rejoin(&back, "john", &two, NULL), 0);
        same(&two, &one);
    }
}

static void any_bytes_settle(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++) {
        SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
        SC_CLEANUP(sc_cron_done) struct sc_cron d = {0};
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        SC_BUF struct sc_buf one = SC_BUF_INIT;
        SC_BUF struct sc_buf two = SC_BUF_INIT;
        random_text(&text);
        assert_int_equal(sc_cron_split(text.data, text.len, &c, NULL), 0);
        assert_int_equal(sc_cron_join(&c, &account, &one, NULL), 0);
        assert_int_equal(sc_cron_split(one.len ? one.data : "", one.len, &d, NULL), 0);
        same(&d.own, &c.own);
        assert_int_equal(sc_cron_join(&d, &account, &two, NULL), 0);
        same(&two, &one);
    }
}

static char *links_outside(void *arg, const char *path)
{
    (void)arg;
    static const char *const v[][2] = {{HOME "/to-b", HOME "/b.example"},
                                       {HOME "/to-a", A},
                                       {HOME "/bin/to-a", A "/bin/job"},
                                       {HOME, HOME}};
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
        if (strcmp(path, v[i][0]) == 0)
            return strdup(v[i][1]);
    return NULL;
}

/* What an entry names and its site does not have. */
static void places_outside_of_the_site(void **state)
{
    (void)state;
    static const char *const given[] = {HOME "/lib"}, *const hidden[] = {HOME "/secret"};
    static const struct sc_cron_site one[] = {
        {.docroot = A,
         .token = "1",
         .isolated = true,
         .private_home = true,
         .given = given,
         .n_given = 1},
        {.docroot = HOME "/b.example", .token = "2", .isolated = true}};
    static const struct sc_cron_account a = {.user = "john",
                                             .home = HOME,
                                             .home_alias = "/home2/john",
                                             .sites = one,
                                             .n_sites = 2,
                                             .hidden = hidden,
                                             .n_hidden = 1,
                                             .resolve = links_outside};
    static const struct {
        const char *command, *want;
    } v[] = {
        {"php ~/a.example/x", ""},
        {"tar czf ~/backups/x.tgz ~/a.example", "~/backups (to give it: " A " rw ~/backups)"},
        {"tar czf $HOME/backups/$(date).tgz ~/a.example",
         "~/backups (to give it: " A " rw ~/backups)"},
        {"~/bin/x /home2/john/a.example", "~/bin (to give it: " A " ro ~/bin)"},
        {"flock ~/tmp/l ~/a.example/x", "~/tmp (use /tmp, which the site has for itself)"},
        {"~/a.example/x ~/d/1 ~/d/2 ~/e/*/f ~/file",
         "~/d (to give it: " A " rw ~/d), ~/e (to give it: " A " rw ~/e), ~/file (to give it: " A
         " rw ~/file)"},
        {"~/a.example/x >> ~/logs/x.log 2>&1", ""},
        {"cat ~/b.e*/secret ~/a.example/x ~/*/y", ""},
        {"cat ~/a.e*/secret ~/*/y", ""},
        {"cat ~/d/e* ~/a.example/x", "~/d (to give it: " A " rw ~/d)"},
        {"~/a.example/x ~/secret/y ~/secrets/y",
         "~/secret (no site has it: use another directory, or '>'), ~/secrets (to give it: " A
         " rw ~/secrets)"},
        {"~/a.example/x ~/lib/z /var/x ~", ""},
        {"~/a.example/x ~/b.example/y/z ~/lib/z",
         "~/b.example/y (another site's: make it an entry of its own)"},
        {"~/a.example/x ~/to-b/y", "~/to-b (another site's: make it an entry of its own)"},
        {"~/a.example/x ~/to-a/y", ""}, /* a link in the home itself */
        {"~/bin/to-a", "~/bin (to give it: " A " ro ~/bin)"},
    };
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        SC_BUF struct sc_buf out = SC_BUF_INIT;
        SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
        sc_buf_fmt(&text, "* * * * * %s\n", v[i].command);
        assert_int_equal(sc_cron_split(text.data, text.len, &c, NULL), 0);
        assert_int_equal(sc_cron_join(&c, &a, &out, NULL), 0);
        assert_string_equal(c.outside.len ? c.outside.data : "", v[i].want);
    }
}

/* An application that two isolated sites share: the entry says which one it is for. */
static void a_shared_application(void **state)
{
    (void)state;
    static const char *const duo[] = {HOME "/duo"};
    static const struct sc_cron_site both[] = {
        {.docroot = HOME "/duo/admin",
         .aliases = duo,
         .n_aliases = 1,
         .token = "1",
         .isolated = true,
         .shared = duo,
         .n_shared = 1},
        {.docroot = HOME "/duo/www", .token = "2", .isolated = true, .shared = duo, .n_shared = 1},
        {.docroot = HOME "/c", .token = "3", .isolated = true}};
    static const struct sc_cron_account a = {
        .user = "john", .home = HOME, .sites = both, .n_sites = 3};
    static const struct {
        const char *command;
        size_t site;
    } v[] = {
        {"cd ~/duo && php artisan x", 0},
        {"cd ~/duo && php www/job.php", 1},
        {"php ~/duo/bin/x ~/duo/www/job.php", 1},
        {"php ~/duo/admin/x ~/duo/www/job.php", 0}, /* it names one for certain */
        {"php ~/duo/bin/x ~/c/job.php", 0},
        {"php ~/c/x ~/duo/www/job.php", 2},
    };
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        SC_CLEANUP(sc_cron_names_done) struct sc_cron_names n = {0};
        const struct sc_cron_site *site = NULL;
        assert_int_equal(sc_cron_names_init(&n, &a, NULL), 0);
        assert_int_equal(sc_cron_mention(&n, v[i].command, strlen(v[i].command), &site, NULL), 0);
        assert_ptr_equal(site, &both[v[i].site]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shared_application),
        cmocka_unit_test(places_outside_of_the_site),
        cmocka_unit_test(lines_are_told_apart),
        cmocka_unit_test(settings_have_a_name_and_a_value),
        cmocka_unit_test(only_plain_entries_are_strict),
        cmocka_unit_test(entries_belong_to_the_site_that_they_name),
        cmocka_unit_test(settings_that_lead_to_code_count),
        cmocka_unit_test(an_entry_too_large_to_look_at_is_nobodys),
        cmocka_unit_test(what_all_entries_cost_has_a_limit),
        cmocka_unit_test(each_path_is_resolved_once),
        cmocka_unit_test(a_variable_that_was_lost_is_no_ordinary_word),
        cmocka_unit_test(nothing_is_unknown_where_nothing_is_isolated),
        cmocka_unit_test(an_unknown_entry_has_no_site),
        cmocka_unit_test(entries_stay_as_they_are),
        cmocka_unit_test(a_site_sets_nothing_for_others),
        cmocka_unit_test(comments_taken_away_free_nothing),
        cmocka_unit_test(a_site_that_is_not_isolated_runs_nothing),
        cmocka_unit_test(forged_marks_do_no_harm),
        cmocka_unit_test(what_a_site_may_have),
        cmocka_unit_test(there_and_back_again),
        cmocka_unit_test(any_bytes_settle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
