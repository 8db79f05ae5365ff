/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An account with sites, for tests of its crontab. */
#ifndef SC_TEST_CRON_ACCOUNT_H
#define SC_TEST_CRON_ACCOUNT_H

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/cron/names.h"

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
    {.docroot = HOME "/My Sites/shop",
     .aliases = NULL,
     .n_aliases = 0,
     .token = "6666",
     .isolated = true},
    {.docroot = HOME "/d'or & co",
     .aliases = NULL,
     .n_aliases = 0,
     .token = "7777",
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
                                               .n_sites = 8,
                                               .resolve = links};

/* `times` times the word. */
static inline void repeat(struct sc_buf *b, const char *word, size_t times)
{
    for (size_t i = 0; i < times; i++)
        sc_buf_str(b, word);
}

#endif
