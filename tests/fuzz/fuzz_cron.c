/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Crontabs: taken apart and put together, nothing is lost and nothing changes the second time; what
 * a site may have is never an own entry. The corpus in corpus/cron is replayed as an ordinary
 * test. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/cron/lines.h"
#include "core/cron/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static const struct sc_cron_site sites[] = {
    {.docroot = "/home/u/a", .token = "aaaa", .isolated = true},
    {.docroot = "/home/u/a/open", .token = ""},
    {.docroot = "/home/u/b", .token = "bbbb", .isolated = true},
};
static const struct sc_cron_account account = {
    .user = "u", .home = "/home/u", .home_alias = "/h/u", .sites = sites, .n_sites = 3};

static int same(const struct sc_buf *a, const char *b, size_t len)
{
    return a->len == len && (len == 0 || memcmp(a->data, b, len) == 0);
}

/* Each of the installed lines that cron obeys is ours, or an entry between our SHELLs. */
static void check_section(const struct sc_buf *text)
{
    const char *at = text->data;
    struct sc_cron_line l;
    while (sc_cron_next_line(&at, text->data + text->len, &l)) {
        SC_BUF struct sc_buf name = SC_BUF_INIT;
        if (l.kind == SC_CRON_ENTRY)
            must(sc_cron_strict_entry(l.s, l.len), "entries of a site are plain");
        if (l.kind != SC_CRON_ENV)
            continue;
        must(sc_cron_env(l.s, l.len, &name, NULL), "a setting is one");
        sc_buf_str(&name, "");
        must(strncmp(name.data, "SITECAGE_", 9) == 0 || strcmp(name.data, "SHELL") == 0 ||
                 strcmp(name.data, "MAILTO") == 0,
             "a site sets nothing but names of ours");
    }
}

static void as_site(const char *text, size_t size)
{
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    SC_CLEANUP(sc_cron_done) struct sc_cron d = {0};
    SC_BUF struct sc_buf out = SC_BUF_INIT;
    if (sc_cron_site_check(text, size, NULL) < 0 || size == 0)
        return;
    struct sc_cron_section *s = sc_cron_section(&c, "aaaa", "/home/u/a");
    must(s != NULL, "memory");
    sc_buf_add(&s->text, text, size);
    must(sc_cron_rejoin(&c, "u", &out, NULL) == 0, "it can be put together");
    check_section(&out);
    must(sc_cron_split(out.data, out.len, &d, NULL) == 0, "and taken apart");
    must(d.own.len == 0 && d.n == 1 && same(&d.v[0].text, text, size), "with the same text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SC_CLEANUP(sc_cron_done) struct sc_cron c = {0};
    SC_CLEANUP(sc_cron_done) struct sc_cron d = {0};
    SC_BUF struct sc_buf one = SC_BUF_INIT;
    SC_BUF struct sc_buf two = SC_BUF_INIT;
    const char *text = (const char *)data;
    if (size > 4000)
        return 0;
    must(sc_cron_split(size ? text : "", size, &c, NULL) == 0, "all can be taken apart");
    must(sc_cron_join(&c, &account, &one, NULL) == 0, "and put together");
    must(sc_cron_split(one.len ? one.data : "", one.len, &d, NULL) == 0, "and apart again");
    must(same(&d.own, c.own.data, c.own.len), "with the same own text");
    must(sc_cron_join(&d, &account, &two, NULL) == 0 && same(&two, one.data, one.len),
         "a second pass changes nothing");
    as_site(size ? text : "", size);
    return 0;
}
