/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/tokens_run.h"

#include <stdlib.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"

#define DEPTH_MAX 32   /* of conditions in each other */
#define VARS_MAX  256u /* beyond: what is set there is not known */
#define HITS_MAX  200u /* beyond: one more, which may be anything */
#define VALUE_MAX 8192u

struct span {
    const char *p;
    size_t n;
};

struct var {
    struct span name;
    char *value; /* NULL: it is set, and not known to what */
};

struct level {
    enum sc_da_truth truth;
    struct span cond;
};

struct run {
    const struct sc_da_host *host;
    struct level v[DEPTH_MAX];
    size_t depth;     /* may be more than DEPTH_MAX: those are not looked at */
    struct span lost; /* a token that may mean anything for all behind it */
    struct var *vars;
    size_t n_vars;
    struct sc_da_hits hits;
    bool no_memory;
};

static bool is(struct span s, const char *text)
{
    return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

static bool starts(struct span s, const char *text)
{
    return s.n >= strlen(text) && memcmp(s.p, text, strlen(text)) == 0;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
    for (; s.n && blank(*s.p); s.n--)
        s.p++;
    while (s.n && blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static struct span unquote(struct span s)
{
    s = trim(s);
    bool quoted = s.n >= 2 && (*s.p == '"' || *s.p == '\'') && s.p[s.n - 1] == *s.p;
    return quoted ? (struct span){s.p + 1, s.n - 2} : s;
}

/* The variable's name that `s` begins with. */
static struct span name_of(struct span s)
{
    size_t n = 0;
    while (n < s.n && (s.p[n] == '_' || (s.p[n] >= '0' && s.p[n] <= '9') ||
                       (s.p[n] >= 'A' && s.p[n] <= 'Z') || (s.p[n] >= 'a' && s.p[n] <= 'z')))
        n++;
    return (struct span){s.p, n};
}

static struct span behind(struct span s, size_t n)
{
    return trim((struct span){s.p + n, s.n - n});
}

/* ---- variables ---- */

static struct var *find_var(const struct run *r, struct span name)
{
    for (size_t i = 0; i < r->n_vars; i++)
        if (r->vars[i].name.n == name.n && memcmp(r->vars[i].name.p, name.p, name.n) == 0)
            return &r->vars[i];
    return NULL;
}

/* NULL: not known. */
static const char *value_of(const struct run *r, struct span name)
{
    const struct sc_da_site *site = r->host->site;
    const struct {
        const char *name, *value;
    } known[] = {{"HOME", site->home},       {"DOMAIN", site->domain},
                 {"SUB", r->host->sub},      {"USER", site->user},
                 {"USERNAME", site->user},   {"SSL_TEMPLATE", r->host->https ? "1" : "0"},
                 {"DOCROOT", site->docroot}, {"SDOCROOT", site->docroot}};
    const struct var *set = find_var(r, name);
    if (set)
        return set->value;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (is(name, known[i].name))
            return known[i].value;
    return NULL;
}

/* The text with its `VARIABLES` replaced; NULL: one of them is not known. For free(). */
static char *expand(struct run *r, struct span text)
{
    SC_BUF struct sc_buf out = {.limit = VALUE_MAX};
    struct span rest = unquote(text);
    sc_buf_str(&out, "");
    while (rest.n) {
        const char *tick = memchr(rest.p, '`', rest.n);
        size_t plain = tick ? (size_t)(tick - rest.p) : rest.n;
        sc_buf_add(&out, rest.p, plain);
        if (!tick)
            break;
        struct span name = name_of((struct span){tick + 1, rest.n - plain - 1});
        const char *value = value_of(r, name);
        if (!value || plain + 1 + name.n >= rest.n || name.p[name.n] != '`')
            return NULL;
        sc_buf_str(&out, value);
        rest.p = name.p + name.n + 1;
        rest.n -= plain + name.n + 2;
    }
    struct span all = trim((struct span){out.data, out.len});
    if (sc_buf_check(&out, "a value", NULL) < 0)
        return NULL; /* longer than any path */
    char *value = strndup(all.n ? all.p : "", all.n);
    r->no_memory |= !value;
    return value;
}

/* Takes `value`. */
static void set_var(struct run *r, struct span name, char *value)
{
    struct var *v = find_var(r, name);
    if (!v && (r->n_vars == VARS_MAX || !SC_VEC_ROOM(r->vars, r->n_vars))) {
        r->no_memory |= r->n_vars < VARS_MAX;
        free(value);
        return; /* a name that nothing is known of, still */
    }
    if (!v) {
        v = &r->vars[r->n_vars++];
        *v = (struct var){.name = name};
    }
    free(v->value);
    v->value = value;
}

/* ---- conditions ---- */

static enum sc_da_truth negate(enum sc_da_truth t)
{
    return t == SC_DA_MAYBE ? SC_DA_MAYBE : t == SC_DA_YES ? SC_DA_NO : SC_DA_YES;
}

/* |*if NAME| */
static enum sc_da_truth is_set(const struct run *r, struct span name)
{
    const char *value = value_of(r, name);
    if (!value || strcmp(value, "0") == 0 || strcmp(value, "no") == 0)
        return SC_DA_MAYBE; /* whether that counts as set is not documented */
    return *value ? SC_DA_YES : SC_DA_NO;
}

/* NAME, !NAME, NAME="value", NAME!="value" */
static enum sc_da_truth judge(struct run *r, struct span cond)
{
    bool not = cond.n && *cond.p == '!';
    struct span name = name_of(not ? behind(cond, 1) : cond);
    struct span rest = behind(cond, (size_t)(name.p + name.n - cond.p));
    if (!name.n)
        return SC_DA_MAYBE;
    if (!rest.n)
        return not ? negate(is_set(r, name)) : is_set(r, name);
    if (not || (!starts(rest, "=") && !starts(rest, "!=")))
        return SC_DA_MAYBE;
    bool differs = *rest.p == '!';
    rest = behind(rest, differs ? 2 : 1);
    if (starts(rest, "="))
        rest = behind(rest, 1);
    SC_FREE char *value = expand(r, rest);
    const char *has = value_of(r, name);
    if (!value || !has)
        return SC_DA_MAYBE;
    return (strcmp(value, has) == 0) != differs ? SC_DA_YES : SC_DA_NO;
}

/* Whether what stands here is for the host; and what keeps us from knowing. */
static enum sc_da_truth in_force(const struct run *r, struct span *ret_why)
{
    *ret_why = r->lost;
    for (size_t i = 0; i < r->depth && i < DEPTH_MAX; i++) {
        if (r->v[i].truth == SC_DA_NO)
            return SC_DA_NO;
        if (r->v[i].truth == SC_DA_MAYBE)
            *ret_why = r->v[i].cond;
    }
    return ret_why->n ? SC_DA_MAYBE : SC_DA_YES;
}

/* |*if …|, |*else|, |*endif|; `token` with its star */
static void star(struct run *r, struct span token)
{
    struct span inner = behind(token, 1), word = name_of(inner);
    struct level *top = r->depth && r->depth <= DEPTH_MAX ? &r->v[r->depth - 1] : NULL;
    if (is(word, "if")) {
        if (r->depth == DEPTH_MAX)
            r->lost = token;
        else if (r->depth < DEPTH_MAX)
            r->v[r->depth] = (struct level){judge(r, behind(inner, 2)), token};
        r->depth++;
    } else if (is(inner, "endif")) {
        r->depth -= r->depth ? 1 : 0;
    } else if (is(inner, "else")) {
        if (top)
            top->truth = negate(top->truth);
    } else if (top) {
        *top = (struct level){SC_DA_MAYBE, token};
    } else {
        r->lost = token;
    }
}

/* ---- values ---- */

static void hit(struct run *r, bool sdocroot, enum sc_da_truth force, const char *path,
                struct span why)
{
    if (r->hits.n > HITS_MAX)
        return;
    if (r->hits.n == HITS_MAX) {
        force = SC_DA_MAYBE;
        path = NULL;
    }
    char *copy = path && *path == '/' ? strdup(path) : NULL;
    if (!SC_VEC_ROOM(r->hits.v, r->hits.n) || (path && *path == '/' && !copy)) {
        r->no_memory = true;
        free(copy);
        return;
    }
    r->hits.v[r->hits.n++] =
        (struct sc_da_hit){sdocroot, force, copy, why.p, (unsigned)(why.n < 80 ? why.n : 80)};
}

/* |?NAME=value|; `token` with its question mark */
static void assign(struct run *r, struct span token, bool closed)
{
    struct span inner = behind(token, 1), name = name_of(inner), why;
    if (!name.n || name.n == inner.n || inner.p[name.n] != '=')
        return;
    enum sc_da_truth force = in_force(r, &why);
    if (force == SC_DA_YES && !closed)
        force = SC_DA_MAYBE;
    char *value = force == SC_DA_NO ? NULL : expand(r, behind(inner, name.n + 1));
    if (!why.n || !value || *value != '/')
        why = token;
    if (is(name, "DOCROOT") || is(name, "SDOCROOT"))
        hit(r, is(name, "SDOCROOT"), force, value, why);
    if (force == SC_DA_MAYBE) {
        free(value);
        value = NULL;
    }
    if (force != SC_DA_NO)
        set_var(r, name, value);
}

/* ---- the text ---- */

static bool begins_line(const char *text, const char *p)
{
    while (p > text && blank(p[-1]))
        p--;
    return p == text || p[-1] == '\n';
}

/* The next token from *p on, without bars. It begins with |* or |? and ends at the next bar of its
 * line; or, as seen on servers, where it begins its line, with the line. */
static bool next_token(const char *text, const char **p, struct span *ret, bool *ret_closed)
{
    while ((*p = strchr(*p, '|'))) {
        const char *bar = (*p)++;
        size_t n = strcspn(bar + 1, "|\n");
        bool closed = bar[1 + n] == '|';
        if ((bar[1] != '*' && bar[1] != '?') || (!closed && !begins_line(text, bar)))
            continue;
        *ret = (struct span){bar + 1, n};
        *ret_closed = closed;
        *p = bar + 1 + n + (closed ? 1 : 0);
        return true;
    }
    return false;
}

void sc_da_hits_done(struct sc_da_hits *hits)
{
    for (size_t i = 0; i < hits->n; i++)
        free(hits->v[i].path);
    free(hits->v);
    *hits = (struct sc_da_hits){0};
}

static void run_done(struct run *r)
{
    for (size_t i = 0; i < r->n_vars; i++)
        free(r->vars[i].value);
    free(r->vars);
    sc_da_hits_done(&r->hits);
}

int sc_da_tokens_run(const char *text, const struct sc_da_host *host, struct sc_da_hits *ret,
                     struct sc_error *err)
{
    SC_CLEANUP(run_done) struct run r = {.host = host};
    struct span token;
    bool closed;
    for (const char *p = text; next_token(text, &p, &token, &closed);) {
        if (*token.p == '*')
            star(&r, token);
        else
            assign(&r, token, closed);
    }
    if (r.no_memory)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a template of DirectAdmin");
    *ret = r.hits;
    r.hits = (struct sc_da_hits){0};
    return 0;
}
