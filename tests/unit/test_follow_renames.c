/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of domain names: renames that events tell or document roots show, in any order. */
#include "tests/unit/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/base/cleanup.h"
#include "core/account/renames.h"

#define LIST_MAX 16

/* "name:docroot name:docroot#directory name:docroot#directory+own …"; a name without a document root
 * has "/NAME"; one after '!' is wanted. */
struct words {
    char text[512];
    struct sc_known_name known[LIST_MAX];
    struct sc_domain domains[LIST_MAX];
    struct sc_dir_ids dirs[LIST_MAX];
    char docroots[LIST_MAX][64];
    size_t n;
};

static struct sc_dir_ids read_dirs(char *text)
{
    char *plus = text ? strchr(text, '+') : NULL;
    if (plus)
        *plus++ = 0;
    return (struct sc_dir_ids){.docroot = text && *text ? text : NULL, .own = plus};
}

static void read_words(struct words *w, const char *text)
{
    *w = (struct words){0};
    snprintf(w->text, sizeof(w->text), "%s", text);
    char *save = NULL;
    for (char *p = strtok_r(w->text, " ", &save); p; p = strtok_r(NULL, " ", &save)) {
        bool wanted = *p == '!';
        p += wanted;
        char *colon = strchr(p, ':'), *dir = strchr(p, '#');
        if (dir)
            *dir++ = 0;
        if (colon)
            *colon++ = 0;
        snprintf(w->docroots[w->n], sizeof(w->docroots[0]), colon ? "%s" : "/%s",
                 colon ? colon : p);
        w->known[w->n] = (struct sc_known_name){
            .name = p, .docroot = w->docroots[w->n], .wanted = wanted, .dirs = &w->dirs[w->n]};
        w->dirs[w->n] = read_dirs(dir);
        w->domains[w->n] = (struct sc_domain){.name = p, .docroot = w->docroots[w->n]};
        w->n++;
    }
}

/* "a>b" renames, "a>>b" with names below, "-a" deletes, "+a" creates, "@a" another document
 * root. */
struct event_words {
    char text[512];
    struct sc_event_row rows[LIST_MAX];
    size_t n;
};

static void read_events(struct event_words *e, const char *text)
{
    *e = (struct event_words){0};
    snprintf(e->text, sizeof(e->text), "%s", text);
    char *save = NULL;
    for (char *p = strtok_r(e->text, " ", &save); p; p = strtok_r(NULL, " ", &save)) {
        struct sc_event_row *row = &e->rows[e->n++];
        row->id = (int64_t)e->n;
        char *to = strchr(p, '>');
        if (to) {
            *to++ = 0;
            if (*to == '>') {
                row->payload = SC_EVENT_SUBDOMAINS;
                to++;
            }
            *row = (struct sc_event_row){.kind = SC_KIND_DOMAIN_RENAMED,
                                         .old_name = p,
                                         .new_name = to,
                                         .payload = row->payload};
        } else {
            row->kind = *p == '-'   ? SC_KIND_DOMAIN_DELETED
                        : *p == '+' ? SC_KIND_DOMAIN_CREATED
                                    : SC_KIND_DOCROOT_CHANGED;
            row->old_name = p + 1;
        }
    }
}

/* "a>b" for each rename and "-a" for each name that ended, in order. */
static void find(const char *known, const char *events, const char *panel, const char *want)
{
    struct words k, p;
    struct event_words e;
    struct sc_error err = SC_ERROR_INIT;
    SC_CLEANUP(sc_renames_done) struct sc_renames r = {0};
    read_words(&k, known);
    read_words(&p, panel);
    read_events(&e, events);
    const struct sc_domains domains = {.v = p.domains, .n = p.n};
    const struct sc_listed_names listed = {.panel = &domains, .dirs = p.dirs};
    assert_int_equal(sc_renames_find(k.known, k.n, e.rows, e.n, &listed, &r, &err), 0);
    char got[512] = "";
    size_t n = 0;
    for (size_t i = 0; i < r.n; i++)
        n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s>%s", n ? " " : "", r.v[i].old_name,
                              r.v[i].new_name);
    for (size_t i = 0; i < r.n_ended; i++)
        n += (size_t)snprintf(got + n, sizeof(got) - n, "%s-%s", n ? " " : "", r.ended[i]);
    if (strcmp(got, want) != 0)
        fail_msg("known \"%s\", events \"%s\", panel \"%s\": \"%s\" instead of \"%s\"", known,
                 events, panel, got, want);
}

static void nothing_happened(void **state)
{
    (void)state;
    find("", "", "", "");
    find("a b", "", "a b", "");
    find("a", "", "a b", "");
    find("a", "x>y -z +q", "a b", "");
}

static void a_rename_that_the_panel_agrees_with_is_one(void **state)
{
    (void)state;
    find("a", "a>b", "b", "a>b");
    find("a", "a>b", "a", "");   /* early */
    find("a", "a>b", "a b", ""); /* half done */
    find("a", "a>b", "c", "");
    find("a:/x", "a>b", "a:/y b:/x", "a>b"); /* another one has the old name now */
    find("a", "a>b +a", "a b", "a>b");
    find("b", "a>b", "b", ""); /* done already */
    find("a", "-a a>b", "b", "a>b");
    find("a", "+b a>b -a", "b", "a>b");
}

static void a_pass_saw_the_new_name_before_the_event(void **state)
{
    (void)state;
    find("!a:/x b:/y", "a>b", "b:/y", "a>b -b");
    find("!a !b", "a>b", "b", "");
    find("!a c", "a>b b>c", "c", "a>c -c");
    find("!a b", "a>b", "a b", "");
    find("!a b !c", "a>>b", "b c", "a>b -b");
}

static void chains_and_swaps(void **state)
{
    (void)state;
    find("a", "a>b b>c", "c", "a>c");
    find("a", "b>c a>b", "c", "a>c");
    find("a", "a>b b>a", "a", "");
    find("a", "b>a a>b", "a", "");
    find("a", "b>a a>b b>c", "c", "a>c");
    find("a b", "b>c a>b", "b c", "a>b b>c");
    find("a b", "a>b b>c", "b c", "a>b b>c");
    find("a b", "a>t b>a t>b", "a b", "a>b b>a");
    find("a b", "t>b a>t b>a", "a b", "a>b b>a");
    find("a b c", "a>t b>a c>b t>c", "a b c", "a>c b>a c>b");
}

static void names_below_go_along(void **state)
{
    (void)state;
    find("a w.a x.w.a xa", "a>>b", "b w.b x.w.b xa", "a>b w.a>w.b x.w.a>x.w.b");
    find("a w.a", "a>>b", "b w.a", "a>b");
    find("a w.a", "a>b", "b w.b", "a>b");
    find("a w.a", "a>>b w.a>w.b", "b w.b", "a>b w.a>w.b");
}

static void the_same_document_root_shows_a_rename(void **state)
{
    (void)state;
    find("a:/x", "", "b:/x", "a>b");
    find("a:/x", "", "b:/y", "");
    find("a:/x", "", "a:/y b:/x", "");
    find("a:/x b:/x", "", "b:/x c:/x", "a>c");
    find("a:/x b:/x", "", "b:/x", "");
    /* the one that is most like it */
    find("a:/x", "", "aa.b:/x b:/x www.b:/x", "a>b");
    find("a:/x www.a:/x", "", "b:/x www.b:/x", "a>b www.a>www.b");
}

static void the_same_directory_shows_a_rename(void **state)
{
    (void)state;
    find("!a:/a#1", "", "b:/b",
         ""); /* controls: what is not known, or is another one, shows nothing */
    find("!a:/a", "", "b:/b#1", "");
    find("!a:/a#1", "", "b:/b#2", "");
    find("!a:/a#1", "", "b:/b#1", "a>b");
    find("!a:/a#1 w.a:/a", "", "b:/b#1 c:/c#2 www.b:/b#1", "a>b");
    find("!a:/a#1", "", "a:/a b:/b#1", "");       /* it is still listed */
    find("!a:/a#1 b:/b", "", "b:/b#1", "a>b -b"); /* a pass saw the name before the directory */
    find("!a:/a#1 !b:/b", "", "b:/b#1", "");      /* a site of its own */
    find("!a:/a#1 b:/a", "", "b:/a#1", "");       /* it shared the document root all along … */
    find("!a:/a#1 b:/a", "", "b:/b#1", "a>b -b"); /* … and now it is the name of all */
    find("!a:/a#1 !w.a:/a#1", "", "b:/b#1 x.b:/b#1", "a>b w.a>x.b");
    find("!a:/a#1 b:/b", "-a", "b:/b#1", "-a");   /* the panel said that it was deleted */
    find("!a:/a#1", "a>c", "b:/b#1 c:/c", "a>c"); /* the panel's word goes first */
}

static void the_panels_own_directory_shows_one(void **state)
{
    (void)state;
    find("!a:/a#1", "", "b:/b#2+9", ""); /* controls: it is not known of the one, or the other */
    find("!a:/a#1+9", "", "b:/b#2", "");
    find("!a:/a#1+9", "", "b:/b#2+8", "");
    find("!a:/a#1+9", "", "b:/b#2+9", "a>b");          /* another document root in it */
    find("!a:/a#1+9", "", "b:/b#+9", "a>b");           /* … which is missing for the moment */
    find("!a:/a#1+9", "", "b:/b#2+9 bb:/c#1", "a>bb"); /* the document root goes first … */
    find("!a:/a#1+9", "", "b:/c#1 bb:/b#2+9", "a>b");
    find("!a:/a#1+9", "", "b:/b#2+9 c:/a", "a>c"); /* … and its path */
    find("!a:/a#1+9", "", "bb:/b#2+9 c:/b#2+9 www.b:/b#2+9", "a>c");
    find("!a:/a#1+9", "", "a:/x b:/b#2+9", "");     /* it is still listed */
    find("!a:/a#1+9 !b:/b", "", "b:/b#2+9", "");    /* a site of its own */
    find("!a:/a#1+9 b:/b", "-a", "b:/b#2+9", "-a"); /* the panel said that it was deleted */
}

static void what_was_another_accounts_is_no_new_name(void **state)
{
    (void)state;
    struct words k, p;
    read_words(&k, "!a:/x#1");
    read_words(&p, "b:/x#1");
    const bool foreign = true;
    const struct sc_domains domains = {.v = p.domains, .n = p.n};
    const struct sc_listed_names listed = {.panel = &domains, .foreign = &foreign, .dirs = p.dirs};
    SC_CLEANUP(sc_renames_done) struct sc_renames r = {0};
    assert_int_equal(sc_renames_find(k.known, k.n, NULL, 0, &listed, &r, NULL), 0);
    assert_int_equal(r.n, 0);
}

static void deleted_and_created_anew(void **state)
{
    (void)state;
    find("a b", "-a", "b", "-a");
    find("a", "-a", "a", ""); /* early */
    find("a", "-a +a", "a", "-a");
    find("a", "+a -a", "a", "");
    find("a:/x", "-a +b", "b:/x", "-a");
    find("a b", "-b a>b", "b", "a>b -b");
    find("a", "-a +a a>b", "b", "-a");
}

static void names_back_and_forth(void **state)
{
    (void)state;
    char a[] = "a", b[] = "b";
    struct sc_domain_rename v = {a, b};
    const struct sc_renames r = {.v = &v, .n = 1};
    assert_string_equal(sc_renames_new(&r, "a"), "b");
    assert_string_equal(sc_renames_new(&r, "b"), "b");
    assert_string_equal(sc_renames_old(&r, "b"), "a");
    assert_string_equal(sc_renames_old(&r, "c"), "c");
}

/* `want`: "" when all agree. */
static void agree(const char *before, const char *events, const char *panel, const char *want)
{
    struct words k, p;
    struct event_words e;
    read_words(&k, before);
    read_words(&p, panel);
    read_events(&e, events);
    struct sc_domain_row rows[LIST_MAX];
    for (size_t i = 0; i < k.n; i++)
        rows[i] = (struct sc_domain_row){.name = k.known[i].name, .docroot = k.known[i].docroot};
    const struct sc_domain_list list = {rows, k.n};
    const struct sc_domains domains = {.v = p.domains, .n = p.n};
    bool done[LIST_MAX] = {0};
    char missing[128] = "";
    assert_int_equal(sc_events_agree(e.rows, e.n, &list, &domains, done, missing, sizeof(missing)),
                     *want == 0);
    assert_string_equal(missing, want);
}

static void what_is_awaited(void **state)
{
    (void)state;
    agree("a", "", "a", "");
    agree("", "+a", "a", "");
    agree("", "+a", "", "domain a is not there yet");
    agree("", "+a -a", "", "");
    agree("a", "-a", "", "");
    agree("a", "-a", "a", "domain a is still there");
    agree("a", "-a +a", "a", "");
    agree("a", "a>b", "b", "");
    agree("a", "a>b", "a", "domain b is not there yet");
    agree("a", "a>b", "a b", "domain a is still there");
    agree("a", "a>b b>c", "c", "");
    agree("a", "a>b b>c", "b", "domain c is not there yet");
    agree("a b", "a>t b>a t>b", "a b", "");
    agree("a:/x", "@a", "a:/y", "");
    agree("a:/x", "@a", "a:/x", "the document root of a is the same as before");
    agree("a:/x", "@", "a:/y", "");
    agree("a:/x", "@", "a:/x", "the document root of the user's domains is the same as before");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_happened),
        cmocka_unit_test(a_rename_that_the_panel_agrees_with_is_one),
        cmocka_unit_test(a_pass_saw_the_new_name_before_the_event),
        cmocka_unit_test(chains_and_swaps),
        cmocka_unit_test(names_below_go_along),
        cmocka_unit_test(the_same_document_root_shows_a_rename),
        cmocka_unit_test(the_same_directory_shows_a_rename),
        cmocka_unit_test(the_panels_own_directory_shows_one),
        cmocka_unit_test(what_was_another_accounts_is_no_new_name),
        cmocka_unit_test(deleted_and_created_anew),
        cmocka_unit_test(names_back_and_forth),
        cmocka_unit_test(what_is_awaited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
