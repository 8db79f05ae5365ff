/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record's text. */
#include "core/learn/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/relpath.h"

#define HEAD "sitecage-learn 1"

static const struct {
    char letter;
    enum sc_learn_kind kind;
} letters[] = {{'r', SC_LEARN_READ}, {'w', SC_LEARN_WRITE},   {'x', SC_LEARN_RUN},
               {'l', SC_LEARN_LIST}, {'s', SC_LEARN_CONNECT}, {'d', SC_LEARN_DIR}};
#define N_LETTERS (sizeof(letters) / sizeof(letters[0]))

static void add_word(struct sc_buf *out, const char *word)
{
    sc_buf_str(out, " ");
    sc_buf_enc(out, word, strlen(word));
}

static void add_place(struct sc_buf *out, const struct sc_learn_place *p)
{
    sc_buf_str(out, "place ");
    for (size_t i = 0; i < N_LETTERS; i++)
        if (p->kinds & letters[i].kind)
            sc_buf_add(out, &letters[i].letter, 1);
    sc_buf_fmt(out, " %" PRIu64 " %" PRId64 " %" PRId64, p->n, p->first, p->last);
    add_word(out, p->rel);
    for (size_t i = 0; i < p->n_by; i++)
        add_word(out, p->by[i]);
    sc_buf_str(out, "\n");
}

int sc_learn_record_format(const struct sc_learn_record *r, struct sc_buf *out,
                           struct sc_error *err)
{
    sc_buf_fmt(out, HEAD "\nsite %u", r->uid);
    add_word(out, r->docroot);
    sc_buf_fmt(out, "\nsince %" PRId64 "\nlost %" PRIu64 "\nmore %" PRIu64 "\n", r->since, r->lost,
               r->more);
    for (size_t i = 0; i < r->n; i++)
        add_place(out, &r->v[i]);
    sc_buf_str(out, "end\n");
    return sc_buf_check(out, "what a site uses", err);
}

/* ---- reading ---- */

#define WORDS_MAX (6 + SC_LEARN_BY_MAX)

struct reader {
    struct sc_learn_record r;
    char *words[WORDS_MAX];
    size_t n_words;
    struct sc_error *err;
};

static void reader_done(struct reader *rd)
{
    sc_learn_record_done(&rd->r);
}

static int bad(struct reader *rd, const char *what)
{
    return sc_error_set(rd->err, SC_E_INVAL, "malformed: %s", what);
}

static bool number(const char *word, uint64_t *ret)
{
    char *end;
    errno = 0;
    *ret = strtoull(word, &end, 10);
    return *word >= '0' && *word <= '9' && !*end && !errno && *ret <= INT64_MAX;
}

static bool time_of(const char *word, int64_t *ret)
{
    uint64_t n;
    bool is = number(word, &n);
    *ret = is ? (int64_t)n : 0;
    return is;
}

static int split(struct reader *rd, char *line)
{
    char *save = NULL;
    rd->n_words = 0;
    for (char *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        if (rd->n_words == WORDS_MAX || sc_decode_word(w) < 0)
            return bad(rd, "a line's words");
        rd->words[rd->n_words++] = w;
    }
    return rd->n_words ? 0 : bad(rd, "an empty line");
}

static bool read_kinds(const char *word, unsigned *ret)
{
    *ret = 0;
    for (; *word; word++) {
        size_t i = 0;
        while (i < N_LETTERS && letters[i].letter != *word)
            i++;
        if (i == N_LETTERS)
            return false;
        *ret |= letters[i].kind;
    }
    return *ret != 0;
}

static int read_place(struct reader *rd)
{
    struct sc_learn_record *r = &rd->r;
    struct sc_learn_place p = {0};
    char **w = rd->words;
    if (rd->n_words < 6 || !read_kinds(w[1], &p.kinds) || !number(w[2], &p.n) ||
        !time_of(w[3], &p.first) || !time_of(w[4], &p.last) || !*w[5] || !sc_rel_valid(w[5]))
        return bad(rd, "place");
    if (r->n && sc_rel_cmp(r->v[r->n - 1].rel, w[5]) >= 0)
        return bad(rd, "places twice or out of order");
    if (r->n >= SC_LEARN_PLACES_MAX)
        return sc_error_set(rd->err, SC_E_TOOBIG, "more than %d places", SC_LEARN_PLACES_MAX);
    if (!SC_VEC_ROOM(r->v, r->n) || !(p.rel = strdup(w[5])))
        return sc_error_set(rd->err, SC_E_NOMEM, "out of memory for what a site uses");
    for (size_t i = 6; i < rd->n_words; i++)
        if ((p.by[p.n_by] = strdup(w[i])))
            p.n_by++;
    r->v[r->n++] = p;
    return 0;
}

static int read_site(struct reader *rd)
{
    uint64_t uid;
    if (rd->n_words != 3 || rd->r.docroot || !number(rd->words[1], &uid) || uid > UINT32_MAX)
        return bad(rd, "site UID DOCROOT, once");
    rd->r.uid = (unsigned)uid;
    rd->r.docroot = strdup(rd->words[2]);
    return rd->r.docroot ? 0 : sc_error_set(rd->err, SC_E_NOMEM, "out of memory");
}

static int read_line(struct reader *rd)
{
    const char *key = rd->words[0];
    if (strcmp(key, "place") == 0)
        return read_place(rd);
    if (strcmp(key, "site") == 0)
        return read_site(rd);
    bool two = rd->n_words == 2;
    if (two && strcmp(key, "since") == 0)
        return time_of(rd->words[1], &rd->r.since) ? 0 : bad(rd, "since");
    if (two && strcmp(key, "lost") == 0)
        return number(rd->words[1], &rd->r.lost) ? 0 : bad(rd, "lost");
    if (two && strcmp(key, "more") == 0)
        return number(rd->words[1], &rd->r.more) ? 0 : bad(rd, "more");
    return bad(rd, "a line that does not belong here");
}

int sc_learn_record_parse(const char *text, size_t len, struct sc_learn_record *ret,
                          struct sc_error *err)
{
    SC_CLEANUP(reader_done) struct reader rd = {.err = err};
    if (len > SC_LEARN_RECORD_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "larger than %u bytes", SC_LEARN_RECORD_MAX);
    SC_FREE char *copy = strndup(text, len);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for what a site uses");
    bool head = false, ended = false;
    for (char *line = copy, *end; *line; line = end + 1) {
        if (!(end = strchr(line, '\n')) || ended)
            return bad(&rd, "cut off, or something behind the end");
        *end = 0;
        if (!head && strcmp(line, HEAD) != 0)
            return bad(&rd, "not of version 1");
        ended = strcmp(line, "end") == 0;
        int rc = head && !ended ? split(&rd, line) : 0;
        if (rc == 0 && head && !ended)
            rc = read_line(&rd);
        if (rc < 0)
            return rc;
        head = true;
    }
    if (!ended || !rd.r.docroot)
        return bad(&rd, "cut off");
    SC_MOVE(ret, &rd.r);
    return 0;
}
