/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/words.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"

void sc_words_done(struct sc_words *w)
{
    free(w->v);
    free(w->store);
    *w = (struct sc_words)SC_WORDS_INIT;
}

/* Copies one word from *in to *out, both moved behind it; `out` never overtakes `in`'s length. */
static int one_word(const char **in, char **out, struct sc_error *err)
{
    const char *p = *in;
    char quote = 0;
    for (; *p; p++) {
        if (!quote && strchr(" \t\r\n\v\f", *p))
            break;
        if (quote && *p == quote) {
            quote = 0;
        } else if (!quote && (*p == '"' || *p == '\'')) {
            quote = *p;
        } else if (*p == '\\' && (!quote || (quote == '"' && (p[1] == '"' || p[1] == '\\')))) {
            if (!p[1])
                return sc_error_set(err, SC_E_INVAL, "ends with a lone '\\'");
            *(*out)++ = *++p;
        } else if (!quote && strchr("|&;<>()$`", *p)) {
            return sc_error_set(
                err, SC_E_INVAL,
                "has the shell's '%c', but is run without a shell (quote it, or put "
                "the line into a script)",
                *p);
        } else {
            *(*out)++ = *p;
        }
    }
    if (quote)
        return sc_error_set(err, SC_E_INVAL, "has a %c that is not closed", quote);
    *(*out)++ = 0;
    *in = p;
    return 0;
}

int sc_words_split(const char *line, struct sc_words *ret, struct sc_error *err)
{
    SC_WORDS struct sc_words w = {.v = calloc(SC_WORDS_MAX + 1, sizeof(*w.v)),
                                  .store = malloc(strlen(line) + 1)};
    if (!w.v || !w.store)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a command line");
    char *out = w.store;
    const char *in = line;
    for (;;) {
        in += strspn(in, " \t\r\n\v\f");
        if (!*in)
            break;
        if (w.n == SC_WORDS_MAX)
            return sc_error_set(err, SC_E_INVAL, "has more than %u words", SC_WORDS_MAX);
        w.v[w.n++] = out;
        int rc = one_word(&in, &out, err);
        if (rc < 0)
            return rc;
    }
    *ret = w;
    w = (struct sc_words)SC_WORDS_INIT;
    return 0;
}
