/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan/planfile.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/vec.h"
#include "core/plan/planfile_private.h"

void sc_planfile_done(struct sc_planfile *p)
{
    SC_FREE_ALL(p->user, p->token, p->home, p->home_alias, p->docroot);
    sc_entries_done(&p->entries);
    for (size_t i = 0; i < p->n_sys; i++)
        SC_FREE_ALL(p->sys[i].kind, p->sys[i].a, p->sys[i].b);
    free(p->sys);
    *p = (struct sc_planfile){0};
}

int sc_planfile_add_sys(struct sc_planfile *p, const char *kind, const char *a, const char *b,
                        struct sc_error *err)
{
    if (!SC_VEC_ROOM(p->sys, p->n_sys))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    struct sc_sysline *l = &p->sys[p->n_sys++];
    *l = (struct sc_sysline){strdup(kind), strdup(a), b ? strdup(b) : NULL};
    return l->kind && l->a && (!b || l->b)
               ? 0
               : sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
}

void sc_planfile_drop_sys(struct sc_planfile *p, const char *kind)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->n_sys; i++) {
        struct sc_sysline *l = &p->sys[i];
        if (strcmp(l->kind, kind) != 0) {
            p->sys[kept++] = *l;
            continue;
        }
        SC_FREE_ALL(l->kind, l->a, l->b);
    }
    p->n_sys = kept;
}

/* ---- reading ---- */

enum section {
    WANT_MAGIC,
    WANT_SITE,
    WANT_HOME,
    WANT_DOCROOT,
    WANT_BODY,  /* sys, entry or end */
    WANT_ENTRY, /* entry or end */
    WANT_NOTHING
};

/* Takes the next word of the line at *rest, decoded in place; NULL at its end or when malformed. */
static char *next_word(char **rest)
{
    char *word = *rest;
    if (!word || !*word || *word == ' ')
        return NULL;
    char *space = strchr(word, ' ');
    if (space) {
        *space = 0;
        *rest = space[1] ? space + 1 : space; /* a space at the line's end leaves an empty word */
        if (!space[1])
            return NULL;
    } else {
        *rest = NULL;
    }
    return sc_decode_word(word) < 0 ? NULL : word;
}

/* A decimal number without sign or leading zero. */
static int parse_number(const char *word, unsigned long max, unsigned long *ret)
{
    if (!word || !*word || (word[0] == '0' && word[1]))
        return -1;
    unsigned long n = 0;
    for (; *word; word++) {
        if (*word < '0' || *word > '9')
            return -1;
        unsigned long digit = (unsigned long)(*word - '0');
        if (n > (max - digit) / 10)
            return -1;
        n = n * 10 + digit;
    }
    *ret = n;
    return 0;
}

static int malformed(struct sc_error *err, const char *what)
{
    return sc_error_set(err, SC_E_INVAL, "malformed '%s' line", what);
}

static int set_string(char **field, const char *value, struct sc_error *err)
{
    *field = strdup(value);
    return *field ? 0 : sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
}

static int parse_site(struct sc_planfile *p, char *rest, struct sc_error *err)
{
    unsigned long id, uid, gid;
    if (parse_number(next_word(&rest), UINT_MAX, &id) < 0 ||
        parse_number(next_word(&rest), UINT_MAX, &uid) < 0 ||
        parse_number(next_word(&rest), UINT_MAX, &gid) < 0)
        return malformed(err, "site");
    const char *user = next_word(&rest);
    const char *token = user ? next_word(&rest) : NULL;
    if (!token || rest)
        return malformed(err, "site");
    p->id = (unsigned)id;
    p->uid = (uid_t)uid;
    p->gid = (gid_t)gid;
    int r = set_string(&p->user, user, err);
    return r < 0 ? r : set_string(&p->token, token, err);
}

static int parse_home(struct sc_planfile *p, char *rest, struct sc_error *err)
{
    const char *home = next_word(&rest);
    const char *alias = home ? next_word(&rest) : NULL;
    if (!alias || rest)
        return malformed(err, "home");
    int r = set_string(&p->home, home, err);
    return r < 0 ? r : set_string(&p->home_alias, alias, err);
}

static int parse_docroot(struct sc_planfile *p, char *rest, struct sc_error *err)
{
    const char *rel = next_word(&rest);
    if (!rel || rest)
        return malformed(err, "docroot");
    int r = set_string(&p->docroot, rel, err);
    return r < 0 ? r : sc_planfile_check_head(p, err);
}

static int parse_sys(struct sc_planfile *p, char *rest, struct sc_error *err)
{
    if (p->n_sys >= SC_PLANFILE_MAX_SYS)
        return sc_error_set(err, SC_E_TOOBIG, "more than %d sys lines", SC_PLANFILE_MAX_SYS);
    if (!p->sys && !(p->sys = calloc(SC_PLANFILE_MAX_SYS, sizeof(*p->sys))))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    const char *kind = next_word(&rest);
    const char *a = kind ? next_word(&rest) : NULL;
    bool none = a && rest && strcmp(rest, "-") == 0;
    const char *b = a ? next_word(&rest) : NULL;
    if (!b || rest)
        return malformed(err, "sys");
    struct sc_sysline *s = &p->sys[p->n_sys++];
    int r;
    if ((r = set_string(&s->kind, kind, err)) < 0 || (r = set_string(&s->a, a, err)) < 0 ||
        (!none && (r = set_string(&s->b, b, err)) < 0))
        return r;
    return sc_planfile_check_sys(s, err);
}

static int parse_entry(struct sc_planfile *p, char *rest, size_t *holes, struct sc_error *err)
{
    const char *name = next_word(&rest);
    enum sc_entry_kind kind;
    if (!name || sc_entry_kind_of(name, &kind) < 0)
        return sc_planfile_bad(err, "not a kind of entry", name);
    bool dot = rest && rest[0] == '.' && (!rest[1] || rest[1] == ' ');
    const char *rel = next_word(&rest);
    if (!rel)
        return malformed(err, "entry");
    int r = sc_entries_add(&p->entries, kind, rel, dot ? 0 : strlen(rel), err);
    if (r < 0)
        return r;
    struct sc_plan_entry *e = &p->entries.v[p->entries.n - 1];
    while (rest) {
        const char *hole = next_word(&rest);
        if (!hole)
            return malformed(err, "entry");
        if (++*holes > SC_ENTRIES_MAX)
            return sc_error_set(err, SC_E_TOOBIG, "more than %d holes", SC_ENTRIES_MAX);
        if ((r = sc_entry_add_hole(e, hole, err)) < 0)
            return r;
    }
    return sc_planfile_check_entry(e, p->entries.n > 1 ? e - 1 : NULL, err);
}

struct reader {
    struct sc_planfile plan;
    enum section want;
    size_t holes;
};

/* One line without its newline; it is cut up. */
static int parse_line(struct reader *rd, char *line, struct sc_error *err)
{
    for (const char *c = line; *c; c++) {
        if (*c < 0x20 || *c > 0x7e)
            return sc_error_set(err, SC_E_INVAL, "a byte that is not printable");
    }
    if (rd->want == WANT_MAGIC) {
        if (strcmp(line, "sitecage-plan 1") != 0)
            return sc_error_set(err, SC_E_INVAL, "not a plan of version 1");
        rd->want = WANT_SITE;
        return 0;
    }
    if (rd->want >= WANT_BODY && rd->want < WANT_NOTHING && strcmp(line, "end") == 0) {
        rd->want = WANT_NOTHING;
        return sc_planfile_check_entries(&rd->plan, err);
    }
    char *rest = strchr(line, ' ');
    if (rest)
        *rest++ = 0;
    if (rd->want == WANT_SITE && strcmp(line, "site") == 0) {
        rd->want = WANT_HOME;
        return parse_site(&rd->plan, rest, err);
    }
    if (rd->want == WANT_HOME && strcmp(line, "home") == 0) {
        rd->want = WANT_DOCROOT;
        return parse_home(&rd->plan, rest, err);
    }
    if (rd->want == WANT_DOCROOT && strcmp(line, "docroot") == 0) {
        rd->want = WANT_BODY;
        return parse_docroot(&rd->plan, rest, err);
    }
    if (rd->want == WANT_BODY && strcmp(line, "sys") == 0)
        return parse_sys(&rd->plan, rest, err);
    if ((rd->want == WANT_BODY || rd->want == WANT_ENTRY) && strcmp(line, "entry") == 0) {
        rd->want = WANT_ENTRY;
        return parse_entry(&rd->plan, rest, &rd->holes, err);
    }
    return sc_planfile_bad(err, "a line that does not belong here", line);
}

static void done_reader(struct reader *rd)
{
    sc_planfile_done(&rd->plan);
}

int sc_planfile_parse(const char *text, size_t len, struct sc_planfile *ret, struct sc_error *err)
{
    if (len > SC_PLANFILE_MAX_BYTES)
        return sc_error_set(err, SC_E_TOOBIG, "plan: larger than %u bytes",
                            (unsigned)SC_PLANFILE_MAX_BYTES);
    if (len && memchr(text, 0, len))
        return sc_error_set(err, SC_E_INVAL, "plan: a NUL byte");
    SC_FREE char *copy = malloc(len + 1);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a plan");
    if (len)
        memcpy(copy, text, len);
    copy[len] = 0;

    SC_CLEANUP(done_reader) struct reader rd = {.want = WANT_MAGIC};
    unsigned number = 0;
    for (char *line = copy, *end; *line; line = end + 1) {
        number++;
        end = strchr(line, '\n');
        if (!end)
            return sc_error_set(err, SC_E_INVAL, "plan: line %u is cut off", number);
        *end = 0;
        if (parse_line(&rd, line, err) < 0)
            return sc_error_wrap(err, "plan: line %u", number);
    }
    if (rd.want != WANT_NOTHING)
        return sc_error_set(err, SC_E_INVAL, "plan: cut off after line %u, no 'end'", number);
    *ret = rd.plan;
    rd.plan = (struct sc_planfile){0};
    return 0;
}

/* ---- writing ---- */

static int check_all(const struct sc_planfile *p, struct sc_error *err)
{
    int r = sc_planfile_check_head(p, err);
    if (r == 0 && p->n_sys > SC_PLANFILE_MAX_SYS)
        r = sc_error_set(err, SC_E_TOOBIG, "more than %d sys lines", SC_PLANFILE_MAX_SYS);
    for (size_t i = 0; r == 0 && i < p->n_sys; i++)
        r = sc_planfile_check_sys(&p->sys[i], err);
    for (size_t i = 0; r == 0 && i < p->entries.n; i++)
        r = sc_planfile_check_entry(&p->entries.v[i], i ? &p->entries.v[i - 1] : NULL, err);
    return r < 0 ? r : sc_planfile_check_entries(p, err);
}

static void add_word(struct sc_buf *out, const char *word)
{
    sc_buf_str(out, " ");
    sc_buf_enc(out, word, strlen(word));
}

int sc_planfile_write(const struct sc_planfile *p, struct sc_buf *out, struct sc_error *err)
{
    if (check_all(p, err) < 0)
        return sc_error_wrap(err, "plan of site %u", p->id);
    sc_buf_fmt(out, "sitecage-plan 1\nsite %u %u %u", p->id, (unsigned)p->uid, (unsigned)p->gid);
    add_word(out, p->user);
    add_word(out, p->token);
    sc_buf_str(out, "\nhome");
    add_word(out, p->home);
    add_word(out, p->home_alias);
    sc_buf_str(out, "\ndocroot");
    add_word(out, p->docroot);
    for (size_t i = 0; i < p->n_sys; i++) {
        const struct sc_sysline *s = &p->sys[i];
        sc_buf_str(out, "\nsys");
        add_word(out, s->kind);
        add_word(out, s->a);
        if (!s->b)
            sc_buf_str(out, " -");
        else if (strcmp(s->b, "-") == 0)
            sc_buf_str(out, " %2D");
        else
            add_word(out, s->b);
    }
    for (size_t i = 0; i < p->entries.n; i++) {
        const struct sc_plan_entry *e = &p->entries.v[i];
        sc_buf_fmt(out, "\nentry %s", sc_entry_kind_name(e->kind));
        add_word(out, *e->rel ? e->rel : ".");
        for (size_t k = 0; k < e->n_holes; k++)
            add_word(out, e->holes[k]);
    }
    sc_buf_str(out, "\nend\n");
    return sc_buf_check(out, "a site's plan", err);
}
