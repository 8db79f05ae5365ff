/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/owned_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/plan/plan.h"
#include "core/plan/relpath.h"

static void add(struct sc_buf *out, const char *rel)
{
    sc_buf_str(out, out->len ? " " : "");
    sc_buf_enc(out, rel, strlen(rel));
}

void sc_owned_text(const struct sc_plan_site *site, struct sc_buf *out)
{
    add(out, site->rel);
    for (size_t i = 0; i < site->n_apps; i++)
        add(out, site->apps[i]);
    for (size_t i = 0; i < site->n_extras; i++)
        if (site->extras[i].rw && !site->extras[i].own)
            add(out, site->extras[i].rel);
}

void sc_owned_text_link(struct sc_buf *out, bool first, const char *text, const char *rel)
{
    sc_buf_str(out, first ? "\t" : " ");
    sc_buf_enc(out, text, strlen(text));
    add(out, rel);
}

/* The next word of a list, decoded; NULL: none, or no memory. */
static char *next_word(const char **at)
{
    const char *p = *at + strspn(*at, " ");
    size_t n = strcspn(p, " ");
    char *word = n ? strndup(p, n) : NULL;
    *at = p + n;
    if (word && sc_decode_word(word) < 0) {
        free(word);
        word = NULL;
    }
    return word;
}

char *sc_owned_text_found(const char *text, const char *path)
{
    const char *at = strchr(text, '\t');
    for (at = at ? at + 1 : ""; *at;) {
        SC_FREE char *is = next_word(&at);
        SC_FREE char *rel = next_word(&at);
        if (is && rel && strcmp(is, path) == 0)
            return sc_steal_ptr(&rel);
    }
    return NULL;
}

bool sc_owned_text_holds(const char *text, const char *rel)
{
    for (const char *p = text; *p && *p != '\t'; p += strspn(p, " ")) {
        size_t n = strcspn(p, " \t");
        SC_FREE char *word = strndup(p, n);
        if (!word || sc_decode_word(word) < 0 || sc_rel_rest(word, rel))
            return true; /* what nobody can tell is the site's */
        p += n;
    }
    return false;
}
