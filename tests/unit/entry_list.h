/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of a view, as tests write them: LIST("own .", "ro a", "docroot s"). */
#ifndef TESTS_UNIT_ENTRY_LIST_H
#define TESTS_UNIT_ENTRY_LIST_H

#include "tests/unit/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/plan/entries.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* "KIND REL", in their order; "." is the home. A shell's hole does not matter here. */
static void add_all(struct sc_entries *e, const char *const *lines)
{
    for (; *lines; lines++) {
        SC_FREE char *kind = strdup(*lines);
        char *rel = strchr(kind, ' ');
        enum sc_entry_kind is;
        *rel++ = 0;
        assert_int_equal(sc_entry_kind_of(kind, &is), 0);
        rel += *rel == '.' && !rel[1];
        assert_int_equal(sc_entries_add(e, is, rel, strlen(rel), NULL), 0);
    }
}

/* What a function finds between two lists: indices of the first, or of the second (`in_want`). */
typedef int finds(const struct sc_entries *was, const struct sc_entries *want, size_t **ret,
                  size_t *ret_n, struct sc_error *err);

static void assert_found(finds *find, bool in_want, const char *const *was, const char *const *want,
                         const char *expected)
{
    SC_CLEANUP(sc_entries_done) struct sc_entries a = {0};
    SC_CLEANUP(sc_entries_done) struct sc_entries b = {0};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    SC_FREE size_t *found = NULL;
    size_t n = 0;
    add_all(&a, was);
    add_all(&b, want);
    assert_int_equal(find(&a, &b, &found, &n, NULL), 0);
    sc_buf_str(&text, "");
    for (size_t i = 0; i < n; i++)
        sc_buf_fmt(&text, "%s%s", i ? " " : "", (in_want ? &b : &a)->v[found[i]].rel);
    assert_string_equal(text.data, expected);
}

#endif
