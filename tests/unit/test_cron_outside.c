/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What entries of a crontab name and their site does not have. */
#include "tests/unit/fixture.h"

#include <stdlib.h>

#include "core/base/cleanup.h"
#include "core/cron/scope.h"

#define HOME "/home/john"
#define A    HOME "/a.example"

static char *links_outside(void *arg, const char *path)
{
    (void)arg;
    static const char *const v[][2] = {{HOME "/to-b", HOME "/b.example"},
                                       {HOME "/to-a", A},
                                       {HOME "/backups", HOME "/backups"},
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
        {"for d in backups/x keep/y; do cp ~/a.example/x ~/$d; done",
         "~/backups (to give it: " A " rw ~/backups), ~/keep (to give it: " A " rw ~/keep)"},
        {"cp ~/a.example/x ~/{d,e}/x",
         "~/d (to give it: " A " rw ~/d), ~/e (to give it: " A " rw ~/e)"},
        {"cd ~ && tar czf backups/x.tgz a.example/x", "~/backups (to give it: " A " rw ~/backups)"},
        {"cd ~/a.example; php x backups/y application/json", ""},
        {"(cd ~/a.example; ./x); tar czf backups/x.tgz y",
         "~/backups (to give it: " A " rw ~/backups)"},
        {"~/a.example/x -H 'Accept: application/json'", ""},
        {"~/bin/to-a", "~/bin (to give it: " A " ro ~/bin)"},
        /* what is run is not given to be changed */
        {". ~/.bashrc; ~/a.example/x", "~/.bashrc (to give it: " A " ro ~/.bashrc)"},
        {"source ~/.nvm/nvm.sh && ~/a.example/x", "~/.nvm (to give it: " A " ro ~/.nvm)"},
        {"~/scripts/all.sh ~/a.example", "~/scripts (to give it: " A " ro ~/scripts)"},
        {"python3 ~/venv/main.py ~/a.example", "~/venv (to give it: " A " ro ~/venv)"},
        {"~/a.example/x --config ~/.config/x/y", "~/.config/x (to give it: " A " ro ~/.config/x)"},
        {"sh ~/scripts/a.sh ~/a.example ~/scripts/b", "~/scripts (to give it: " A " ro ~/scripts)"},
    };
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        SC_BUF struct sc_buf out = SC_BUF_INIT;
        SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
        sc_buf_fmt(&text, "* * * * * %s\n", v[i].command);
        assert_int_equal(sc_cron_split(text.data, text.len, &c, NULL), 0);
        assert_int_equal(sc_cron_join(&c, &a, &out, NULL), 0);
        const char *is = c.outside.len ? c.outside.data : "";
        if (strcmp(is, v[i].want) != 0)
            fail_msg("\"%s\": \"%s\"", v[i].command, is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_outside_of_the_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
