/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cron/flat.h"

#include <string.h>

#include "core/base/cleanup.h"

#define LIST_MAX 16u /* words of a list in braces */

struct flat {
    struct sc_cron_names *n;
    struct sc_buf *out;
    size_t turn, turns;
    size_t shell_end;   /* where the quoted text ends that a shell is given; 0: there is none */
    size_t default_end; /* the brace behind the default of a variable that is not set; 0: none */
    bool in_double;
    size_t single_end; /* where the text in single quotes ends; 0: it is in none */
    bool is_shells;    /* … and it is commands */
};

struct value {
    const char *at; /* NULL: there is none */
    size_t len;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* ---- what the entry sets itself ---- */

/* Whether a command may begin behind this character of the text. */
static bool is_before_command(char c)
{
    return is_blank(c) || (c && strchr(";&|(){}\n`%", c));
}

static size_t word_len(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && !is_blank(s[n]) && !strchr(";&|()<>\n`", s[n]))
        n++;
    return n;
}

static size_t blanks(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && is_blank(s[n]))
        n++;
    return n;
}

static bool is_at(const char *s, size_t len, const char *what, size_t n)
{
    return len >= n && memcmp(s, what, n) == 0;
}

/* "NAME=VALUE" at s. */
static struct value assigned(const char *s, size_t len, const char *name, size_t n)
{
    if (!is_at(s, len, name, n) || n == len || s[n] != '=')
        return (struct value){0};
    size_t k = word_len(s + n + 1, len - n - 1), end = n + 1 + k;
    if (end < len && s[end] == '`') /* nobody knows */
        return (struct value){"$", 1};
    return (struct value){s + n + 1, k};
}

/* "for NAME in WORD WORD ..." at s: the word of this turn, the last one where there are fewer. */
static struct value looped(struct flat *f, const char *s, size_t len, const char *name, size_t n)
{
    struct value v = {0};
    const char *const heads[] = {"for", name, "in"};
    const size_t lens[] = {3, n, 2};
    for (size_t i = 0; i < 3; i++) {
        size_t skip = i ? blanks(s, len) : 0;
        if ((i && !skip) || !is_at(s + skip, len - skip, heads[i], lens[i]))
            return v;
        s += skip + lens[i];
        len -= skip + lens[i];
    }
    size_t words = 0;
    for (size_t skip, k; (skip = blanks(s, len)) > 0 && (k = word_len(s + skip, len - skip)) > 0;) {
        if (words++ <= f->turn)
            v = (struct value){s + skip, k};
        s += skip + k;
        len -= skip + k;
    }
    f->turns = words > f->turns ? words : f->turns;
    return v;
}

/* What the text so far has set last. */
static struct value set_before(struct flat *f, const char *name, size_t n)
{
    const struct sc_buf *out = f->out;
    sc_cron_spend(f->n, out->len);
    for (size_t i = out->len; i-- > 0 && !f->n->over;) {
        if (i && !is_before_command(out->data[i - 1]))
            continue;
        struct value v = assigned(out->data + i, out->len - i, name, n);
        if (!v.at)
            v = looped(f, out->data + i, out->len - i, name, n);
        if (v.at)
            return v;
    }
    return (struct value){0};
}

/* ---- putting in ---- */

static bool put(struct flat *f, const char *name, size_t n)
{
    const struct value v = n ? set_before(f, name, n) : (struct value){0};
    const char *value = v.at || !n ? NULL : sc_cron_names_get(f->n, name, n);
    SC_FREE char *copy = v.at ? strndup(v.at, v.len) : NULL; /* it lies in what grows */
    if (v.at && !copy)
        f->n->over = true;
    if (copy || value)
        sc_buf_str(f->out, copy ? copy : value);
    return copy || value;
}

/* Where the default of the variable begins whose name ends at s[to]: "-y}", ":-y}", "=y}", ":=y}";
 * `i` where there is none, and inside of another default. */
static size_t begin_default(struct flat *f, const char *s, size_t i, size_t to, size_t len)
{
    size_t from = to + (to < len && s[to] == ':'), end = from;
    if (f->default_end || from >= len || (s[from] != '-' && s[from] != '='))
        return i;
    while (end < len && s[end] != '}')
        end++;
    if (end >= len)
        return i;
    f->default_end = end;
    return from + 1;
}

/* Puts the value of the variable at s[i] == '$' in; what follows it. `i` where it is none. */
static size_t expand(struct flat *f, const char *s, size_t i, size_t len)
{
    bool brace = i + 1 < len && s[i + 1] == '{';
    size_t from = i + 1 + brace, to = from;
    while (to < len && sc_cron_is_name(s[to]))
        to++;
    if (!put(f, s + from, to - from))
        return brace && to > from ? begin_default(f, s, i, to, len) : i;
    while (brace && to < len && s[to] != '}') /* ${X:-y} */
        to++;
    return to + (brace && to < len);
}

/* ---- lists and quotes ---- */

/* "{a,b}" at s[i]: puts in the word of this turn; what follows it. `i` where it is none. */
static size_t listed(struct flat *f, const char *s, size_t i, size_t len)
{
    size_t words = 1, to = i + 1, word = to, word_end = 0;
    for (; to < len && s[to] != '}'; to++) {
        if (is_blank(s[to]) || strchr("{\"'\n;", s[to]))
            return i;
        if (s[to] != ',')
            continue;
        word_end = words <= f->turn + 1 ? to : word_end;
        word = words <= f->turn ? to + 1 : word;
        words++;
    }
    if (to >= len || words < 2 || words > LIST_MAX)
        return i;
    word_end = words <= f->turn + 1 ? to : word_end;
    f->turns = words > f->turns ? words : f->turns;
    sc_buf_add(f->out, s + word, word_end - word);
    return to + 1;
}

/* Where the quoted text that begins at s[i] ends, if it is of commands one of which goes elsewhere; 0. */
static size_t end_of_commands(struct sc_cron_names *n, const char *s, size_t i, size_t len)
{
    size_t end = i + 1;
    while (end < len && s[end] != s[i])
        end += s[end] == '\\' && s[i] == '"' && end + 1 < len ? 2 : 1;
    sc_cron_spend(n, end - i);
    if (end >= len)
        return 0;
    for (size_t k = i + 1; k + 3 < end; k++)
        if ((is_at(s + k, end - k, "cd ", 3) || is_at(s + k, end - k, "pushd ", 6)) &&
            (k == i + 1 || is_before_command(s[k - 1])))
            return end;
    return 0;
}

/* Whether the text in quotes at s[i] is commands: behind "-c", eval and the like. */
static bool is_commands(const char *s, size_t i)
{
    size_t end = i;
    while (end && is_blank(s[end - 1]))
        end--;
    size_t from = end;
    if (end == i)
        return false;
    while (from && !is_before_command(s[from - 1]))
        from--;
    return (end - from > 1 && s[from] == '-' && s[end - 1] == 'c') ||
           is_at(s + from, end - from, "eval", 4);
}

/* Where quotes begin and end for the shell itself. */
static void note_quote(struct flat *f, const char *s, size_t i, size_t len)
{
    if (s[i] == '"' && !f->single_end) {
        f->in_double = !f->in_double;
    } else if (s[i] == '\'' && f->single_end) {
        f->single_end = i == f->single_end ? 0 : f->single_end;
    } else if (s[i] == '\'' && !f->in_double) {
        const char *end = i + 1 < len ? memchr(s + i + 1, '\'', len - i - 1) : NULL;
        f->single_end = end ? (size_t)(end - s) : 0;
        f->is_shells = is_commands(s, i);
    }
}

static void quote(struct flat *f, const char *s, size_t i, size_t len)
{
    note_quote(f, s, i, len);
    if (f->shell_end && i == f->shell_end) {
        sc_buf_str(f->out, ")");
        f->shell_end = 0;
    } else if (!f->shell_end && (f->shell_end = end_of_commands(f->n, s, i, len))) {
        sc_buf_str(f->out, "(");
    }
}

/* ---- what the shell writes otherwise ---- */

static unsigned digits(const char *s, size_t len, size_t *i, unsigned base, size_t most)
{
    unsigned v = 0;
    for (size_t k = 0; k < most && *i < len; k++, ++*i) {
        char c = s[*i];
        unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                            : base;
        if (d >= base)
            break;
        v = v * base + d;
    }
    return v;
}

/* $'\x61\142c' at s[i]: what follows it. `i` where it is none. */
static size_t escaped(struct flat *f, const char *s, size_t i, size_t len)
{
    if (i + 1 >= len || s[i + 1] != '\'' || f->in_double || f->single_end)
        return i;
    for (i += 2; i < len && s[i] != '\'';) {
        char c = s[i++];
        if (c == '\\' && i < len) {
            bool hex = s[i] == 'x';
            c = s[i];
            i += hex;
            if (hex || (c >= '0' && c <= '7'))
                c = (char)digits(s, len, &i, hex ? 16 : 8, hex ? 2 : 3);
            else
                i++;
        }
        sc_buf_add(f->out, &c, 1);
    }
    return i + (i < len);
}

/* The directory where the command works: it is said as it is from there. */
static size_t working(struct flat *f, const char *s, size_t i, size_t len)
{
    static const char *const names[] = {"$PWD", "${PWD}", "$(pwd)", "`pwd`", "~+"};
    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
        size_t n = strlen(names[k]), end = i + n;
        if (!is_at(s + i, len - i, names[k], n) || (end < len && sc_cron_is_name(s[end])))
            continue;
        sc_buf_str(f->out, ".");
        return end;
    }
    return i;
}

static size_t special(struct flat *f, const char *s, size_t i, size_t len)
{
    size_t next = s[i] == '$' || s[i] == '`' || s[i] == '~' ? working(f, s, i, len) : i;
    if (next == i && s[i] == '$')
        next = escaped(f, s, i, len);
    if (next == i && s[i] == '$')
        next = expand(f, s, i, len);
    return next == i && s[i] == '{' ? listed(f, s, i, len) : next;
}

/* A character that stands for itself. What is a '$' for no shell is written as what means nothing. */
static size_t plain(struct flat *f, const char *s, size_t i, size_t len)
{
    bool is_literal = s[i] == '\\' && i + 1 < len;
    i += is_literal;
    bool is_dollar = s[i] == '$' || s[i] == '`';
    if (is_dollar && (is_literal || (f->single_end && !f->is_shells)))
        sc_buf_str(f->out, "\001");
    else
        sc_buf_add(f->out, &s[i], 1);
    return i + 1;
}

void sc_cron_flatten(struct sc_cron_names *n, const char *s, size_t len, size_t turn,
                     struct sc_buf *out, size_t *ret_turns)
{
    struct flat f = {.n = n, .out = out, .turn = turn, .turns = 1};
    for (size_t i = 0; i < len && !out->failed && !n->over;) {
        if (s[i] == '"' || s[i] == '\'')
            quote(&f, s, i, len);
        bool is_end = f.default_end && i == f.default_end;
        if (s[i] == '"' || s[i] == '\'' || s[i] == 0 || is_end) {
            f.default_end = is_end ? 0 : f.default_end;
            i++;
            continue;
        }
        size_t next = special(&f, s, i, len);
        if (next == i)
            next = plain(&f, s, i, len);
        i = next;
    }
    sc_cron_spend(n, out->len);
    *ret_turns = f.turns;
}
