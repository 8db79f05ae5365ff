/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose an entry of a crontab is, and what finding that out may cost. */
#include "tests/unit/fixture.h"

#include "core/base/cleanup.h"
#include "core/cron/mention.h"
#include "tests/unit/cron_account.h"

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
        {"cd ~/$D; D=a.example", A},
        {"XD=a.example; cd ~/$D", A},
        {"D=a.example E=x; ping $D; cd ~/$E", NULL},
        {"SITE=a.example; php ~/$SITE/x", A},
        {"for d in x a.example; do (cd ~/$d && ./job); done", A},
        {"for d in x  y; do (cd ~/$d && ./job); done", NULL},
        {"for d in x a.example; do (cd ~/$e && ./job); done", A},
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
        /* where a later command works is not where an earlier one went in a shell of its own, or back */
        {"(cd /var/tmp && rm -f x); cd a.example && php cron.php", A},
        {"sh -c 'cd /var/tmp && rm -f x'; cd a.example && php cron.php", A},
        {"flock /tmp/l bash -c \"cd /tmp; ./x \\\"y\\\"\" && (php a.example/x)", A},
        {"sh -c 'cd a.example && ./x; cd'", A},
        {"x=$(cd /tmp; pwd); php a.example/x", A},
        {"((((((cd /tmp); cd /tmp); true)))); php a.example/x", A},
        {"cd /var/tmp; true; cd; cd a.example; php x", A},
        {"cd /var/tmp && true; cd - && php a.example/cron.php", A},
        {"cd /nowhere || php a.example/cron.php", A},
        {"pushd /tmp; popd; cd a.example", A},
        {"cd sub; (cd /tmp; true); php ../b.example/x", HOME "/b.example"},
        {"cd /opt/app && ping a.example", NULL},
        {"cd /srv/www && php a/x", A},
        {"cd ~/'public html' && php x", HOME "/public html"},
        {"cd \"/home/john/My Sites\" && php shop/artisan", HOME "/My Sites/shop"},
        {"cd ~/My\\ Sites/shop; php x", HOME "/My Sites/shop"},
        {"cd 'My Sites'; cd shop; ./job", HOME "/My Sites/shop"},
        /* names with quotes in them, as they are written */
        {"cd \"/home/john/d'or & co/web\" && php x", HOME "/d'or & co"},
        {"cd ~/d\\'or\\ \\&\\ co; php x", HOME "/d'or & co"},
        {"php ~/'d'\\''or & co/web/x'", HOME "/d'or & co"},
        {"php \"$HOME/d'or & co/x\"", HOME "/d'or & co"},
        /* the default of a variable that nobody sets */
        {"cd ${APP:-a.example} && php x", A},
        {"php ${APP-~/a.example}/x", A},
        {"php ${APP:=$HOME/a.example}/x >/tmp/o", A},
        {"APP=b.example; cd ${APP:-a.example} && php x", HOME "/b.example"},
        {"cd ${APP:-${X}}; php a.example/x", A},
        {"cd ${APP:+a.example}", "-"},
        {"cd ${APP:-a.example", "-"},
        /* a file of the home that is a link, given to a program by its name alone */
        {"php www", HOME "/b.example"},
        {"/bin/sh -e www", HOME "/b.example"},
        {"echo www", NULL},
        {"www", NULL},
        {"cd /tmp && php www", NULL},
        /* a directory that is run */
        {"python3 a.example", A},
        {"/usr/bin/node --trace-warnings a.example", A},
        {"nodejs b.example", HOME "/b.example"},
        {"php a.example", NULL},
        /* patterns that begin with the pattern, and lists */
        {"cd ~; php */cron.php", A},
        {"cd /home/john && sh -c 'php *.example/cron.php'", A},
        {"for d in *; do php $d/cron.php; done", A},
        {"cd ~ && for d in */; do (cd $d && php cron.php); done", A},
        {"php ~/{x,b.example}/cron.php", HOME "/b.example"},
        {"cd ~/a.{example,org} && ./job", A},
        {"rm -f */tmp/*", NULL},
        {"*/bin/job", A},
        {"echo *", NULL},
        {"test 3 -gt 2 && expr 2 * 3", NULL},
        /* names that the shell writes otherwise */
        {"cd ~/$'\\x61.example' && php x", A},
        {"php $'/home/john/\\141.exampl\\x65/x'", A},
        {"cd $'/home/john/d\\'or & co'; php x", HOME "/d'or & co"},
        {"php \"$(pwd)/a.example/x\"", A},
        {"php `pwd`/a.example/x", A},
        {"cd /home/john && php $PWD/a.example/x", A},
        {"php ~+/a.example/x", A},
        {"cd /tmp && php ${PWD}/a.example/x", NULL},
        /* where programs look for code */
        {"PATH=a.example:$PATH; job", A},
        {"PATH=$PATH:a.example; job", A},
        {"PATH=\"/bin:$PATH:a.example/bin\" job", A},
        {"cd /tmp && PATH=a.example:$PATH job", NULL},
        {"PERL5LIB=a.example perl -MX -e 1", A},
        {"BASH_ENV=a.example/x bash -c true", A},
        {"MYPATH=a.example:x; echo", NULL},
        {"PATH=bin:$PATH; rsync host:a.example .", NULL},
        /* what only the job finds out: another word says it … */
        {"set -- a.example; cd $1 && php x", A},
        {"bash -c 'cd \"$0\" && php x' a.example", A},
        {"cd $(echo a.example) && php x", A},
        {"eval \"$(echo cd a.example)\"; php x", A},
        {"for d in $(echo x a.example); do cd ~/$d && php x; done", A},
        {"echo a.example | xargs -I{} sh -c 'cd {} && php x'", A},
        {"ls ~/*/cron.php | xargs -n1 php", A},
        {"CDPATH='/home/john/My Sites'; cd shop && php x", HOME "/My Sites/shop"},
        {"php -r \"chdir('a.example'); include 'x.php';\"", A},
        {"php -r 'chdir(getenv(\"HOME\").\"/a.example\"); include \"x.php\";'", A},
        {"perl -e 'chdir(\"b.example\"); do \"./x.pl\"'", HOME "/b.example"},
        {"python3 -c 'import os; os.chdir(\"a.example\"); import x'", A},
        /* … the beginning of a path … */
        {"cd ~/a.$(cat ~/x) && php x", A},
        {"php /home2/john/b.$X/cron.php", HOME "/b.example"},
        {"for d in $(ls ~/b.example*); do php ~/$d/x; done", HOME "/b.example"},
        {"cd ~/backups/$(date +%F) && sh ./x", NULL},
        {"~/bin/$X", NULL},
        /* … or the directory where it is looked for … */
        {"find /home/john/b.* -name cron.php -exec php {} \\;", HOME "/b.example"},
        {"find \"/home/john/My Sites\" -name x.php -exec php {} +", HOME "/My Sites/shop"},
        {"find ~/logs -name '*.sh' -exec sh {} \\;", NULL},
        {"find ~/logs -name '*.sh' | xargs -n1 sh", NULL},
        {"ls ~/jobs/*.sh | xargs -n1 sh", NULL},
        /* … or nothing, so that it must not run */
        {". ~/env.sh; cd $APP && php artisan", "-"},
        {"php $APP/x.php", "-"},
        {"cd `cat ~/where` && php x", "-"},
        {"X=`cat ~/where`; cd $X && php x", "-"},
        {"php $(cat ~/list)", "-"},
        {"while read d; do (cd $d; php cron.php); done < ~/sites.txt", "-"},
        {"cat ~/list | xargs -n1 php", "-"},
        {". ~/env; $JOB", "-"},
        {"env -C \"$(cat ~/where)\" php x", "-"},
        /* what is looked up when it runs, and is not run */
        {"tar czf ~/backups/home-$(date +%F).tgz ~", NULL},
        {"$(which php) ~/scripts/x.php", NULL},
        {"`command -v php` ~/scripts/x.php", NULL},
        {". ~/.env && $PYTHON ~/scripts/x.py", NULL},
        {"eval $(ssh-agent) && cd ~/repo && git pull", NULL},
        {"sh -c \"$(curl -fsSL https://x/y.sh)\"", NULL},
        {"cd \"$(mktemp -d)\" && wget -q http://x/y", NULL},
        {"ps aux | awk '{$1=\"\"; print}'", NULL},
        {"sleep $((RANDOM % 60)) && ~/bin/x", NULL},
        {"for f in ~/logs/*.log; do gzip $f; done", NULL},
        {"cd ~/backups && for i in $(ls -t | tail -n +8); do rm \"$i\"; done", NULL},
        {"[ -x ~/bin/job ] && ~/bin/job \"$1\"", NULL},
        {"if [ \"$(date +%u)\" = 1 ]; then ~/bin/weekly; fi", NULL},
        {"find ~ -name '*.bak' -exec rm {} +", NULL},
        {"find ~ -name '*.jpg' | xargs -I{} cp {} /backup", NULL},
        {"curl \"https://a.example/cron.php?key=$KEY\"", NULL},
        {"X=$(cat ~/pid); kill $X", NULL},
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
        {"PYTHONSTARTUP", A "/x.py", "python3 -i", A},
        {"BUNDLE_GEMFILE", HOME "/b.example/Gemfile", "bundle exec x", HOME "/b.example"},
        {"GEM_HOME", A "/gems", "rake", A},
        {"GIT_DIR", A "/.git", "git gc", A},
        {"COMPOSER_HOME", A "/composer", "composer x", A},
        {"WP_CLI_CONFIG_PATH", A "/wp-cli.yml", "wp x", A},
        {"JAVA_TOOL_OPTIONS", "-javaagent:" A "/x.jar", "java x", A},
        {"CLASSPATH", "/x:" A "/lib", "java x", A},
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
    look(&e, "echo $LOST/x");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_belong_to_the_site_that_they_name),
        cmocka_unit_test(settings_that_lead_to_code_count),
        cmocka_unit_test(a_shared_application),
        cmocka_unit_test(an_entry_too_large_to_look_at_is_nobodys),
        cmocka_unit_test(what_all_entries_cost_has_a_limit),
        cmocka_unit_test(each_path_is_resolved_once),
        cmocka_unit_test(a_variable_that_was_lost_is_no_ordinary_word),
        cmocka_unit_test(nothing_is_unknown_where_nothing_is_isolated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
