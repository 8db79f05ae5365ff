/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of a site's code that are paths: each lies in the text, in order, and its lines can be
 * found. The corpus in corpus/look is replayed as an ordinary test. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/look/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct text {
    const char *data;
    size_t len, at;
};

static void must(int truth, const char *what)
{
    if (!truth) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static void on_word(const struct sc_look_word *w, void *arg)
{
    struct text *t = arg;
    struct sc_look_line l;
    must(w->text >= t->data && w->text + w->len <= t->data + t->len, "a word lies in the text");
    must(w->cut <= w->len && w->len <= SC_LOOK_WORD_MAX, "it is not too long");
    must(w->at >= t->at && w->at < t->len, "words come in order");
    must(w->len == 0 || w->text[0] != '/', "it begins with a name");
    sc_look_line(t->data, t->len, w->at, &l);
    must(l.name >= t->data && l.name + l.len <= t->data + t->len, "so does its line");
    t->at = w->at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sc_look_home home = {.path = "/home/u", .alias = "/h/u"};
    SC_FREE char *copy = malloc(size + 1);
    must(copy != NULL, "memory");
    memcpy(copy, data, size);
    struct text t = {.data = copy, .len = sc_look_unescape(copy, size)};
    must(t.len <= size, "nothing is added");
    sc_look_words(&home, t.data, t.len, on_word, &t);
    return 0;
}
