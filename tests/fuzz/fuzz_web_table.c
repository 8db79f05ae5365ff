/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table that mod_sitecage reads, and paths that are looked up in it: the bytes behind the last
 * zero byte are a path. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/web/apache/address.h"
#include "core/web/apache/handler.h"
#include "core/web/apache/path.h"
#include "core/web/apache/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static void look_up(const struct sc_web_table *t, const char *path)
{
    char clean[PATH_MAX], again[PATH_MAX];
    (void)sc_web_handler_of(path);
    (void)sc_web_address_of_text(path, clean);
    (void)sc_web_address_of_url(path, 80, clean);
    (void)sc_web_url_path(path);
    if (sc_web_path_clean(path, clean) == 0)
        return;
    must(sc_web_path_clean(clean, again) == strlen(clean) && strcmp(clean, again) == 0,
         "what is clean stays so");
    const struct sc_web_place *exact = sc_web_table_place(t, clean);
    const struct sc_web_place *deepest = sc_web_table_containing(t, clean);
    must(!exact || deepest == exact, "a place contains itself");
    must(!deepest || sc_web_path_within(clean, deepest->path), "what contains it is above");
    const struct sc_web_account *a = sc_web_table_home(t, clean);
    must(!a || sc_web_table_near_home(t, clean) || strrchr(a->home, '/') == a->home ||
             a->n_homes > 1,
         "what is in a home is near one");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sc_web_table *t = NULL;
    struct sc_error err = SC_ERROR_INIT;
    const uint8_t *zero = size ? memrchr(data, 0, size) : NULL;
    size_t len = zero ? (size_t)(zero - data) : size;
    if (sc_web_table_parse((const char *)data, len, &t, &err) < 0) {
        must(!t && err.code < 0 && err.text[0], "an error has a code and a text");
        return 0;
    }
    for (size_t i = 0; i < sc_web_table_sites(t); i++) {
        const struct sc_web_site *s = sc_web_table_site(t, i);
        must((s->id != 0) == (s->state != SC_WEB_BROKEN), "isolated sites have ids");
        must(sc_web_table_place(t, s->docroot)->site != NULL, "a document root is its site's");
        must(sc_web_table_uid(t, s->account->uid) != NULL, "accounts are found by uid");
    }
    size_t rest = size - len - (zero ? 1 : 0);
    char *path = malloc(rest + 1);
    must(path != NULL, "memory");
    memcpy(path, data + size - rest, rest);
    path[rest] = 0;
    look_up(t, path);
    free(path);
    sc_web_table_free(t);
    return 0;
}
