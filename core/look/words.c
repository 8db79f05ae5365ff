/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/look/words.h"

#include <ctype.h>
#include <string.h>

#define DIRNAMES_MAX 16u   /* in each other */
#define NEAR_MAX     1024u /* bytes of a line that are looked at on either side */

struct scan {
    const struct sc_look_home *home;
    const char *text;
    size_t len;
    size_t at;
    void (*found)(const struct sc_look_word *w, void *arg);
    void *arg;
};

static char byte(const struct scan *s, size_t at)
{
    return at < s->len ? s->text[at] : 0;
}

static bool has(const struct scan *s, size_t at, const char *what)
{
    size_t n = strlen(what);
    return at <= s->len && n <= s->len - at && memcmp(s->text + at, what, n) == 0;
}

static bool is_quote(char c)
{
    return c == '\'' || c == '"' || c == '`';
}

/* What a name may be made of, without quotes around it. */
static bool is_name_byte(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || (c && strchr("_.-+@~=", c));
}

/* What is put in by the program: the name in front of it is not whole. */
static bool is_variable(char c)
{
    return c && strchr("$%*?{[<#", c);
}

static bool ends_quoted(char c, char quote)
{
    return c == quote || c == '\n' || c == '\\' || c == ':' || c == 0 || is_variable(c);
}

/* ---- a word to its end ---- */

static size_t plain_end(const struct scan *s, size_t from)
{
    size_t to = from;
    while (to < s->len && (s->text[to] == '/' || is_name_byte(s->text[to])))
        to++;
    return to;
}

static size_t quoted_end(const struct scan *s, size_t from, char quote)
{
    size_t to = from;
    while (to < s->len && !ends_quoted(s->text[to], quote))
        to++;
    return to;
}

/* Of a name that goes on with a variable only the directory counts. */
static size_t whole(const struct scan *s, size_t from, size_t to)
{
    if (!is_variable(byte(s, to)))
        return to;
    while (to > from && s->text[to - 1] != '/')
        to--;
    return to;
}

static size_t without_dots(const struct scan *s, size_t from, size_t to)
{
    while (to > from && s->text[to - 1] == '.')
        to--;
    return to;
}

/* The word that begins at `begin` and whose path is from `from` on; `quote`: 0, or what it is in. */
static void word(struct scan *s, size_t begin, size_t from, char quote, bool here, unsigned up)
{
    while (byte(s, from) == '/')
        from++;
    size_t cut = plain_end(s, from);
    size_t to = quote ? quoted_end(s, from, quote) : cut;
    struct sc_look_word w = {.here = here, .up = up, .text = s->text + from, .at = begin};
    w.cut = without_dots(s, from, whole(s, from, cut)) - from;
    w.len = without_dots(s, from, whole(s, from, to)) - from;
    s->at = to > s->at ? to : s->at + 1;
    if (w.len < w.cut)
        w.len = w.cut;
    if (w.len <= SC_LOOK_WORD_MAX && (w.len || (here && up)))
        s->found(&w, s->arg);
}

/* ---- how words begin ---- */

/* In front of an absolute path: of "http://home/u/x" it is a host, of "file:///home/u/x" it is not. */
static bool begins_path(const struct scan *s, size_t at)
{
    size_t slashes = 1;
    while (at && s->text[at - 1] == '/') {
        slashes++;
        at--;
    }
    if (at == 0)
        return true;
    char before = s->text[at - 1];
    return before == ':' ? slashes != 2 : before == '=' || !is_name_byte(before);
}

static bool try_home(struct scan *s, const char *home)
{
    size_t n = home ? strlen(home) : 0;
    if (n < 2 || !has(s, s->at, home) || byte(s, s->at + n) != '/' || !begins_path(s, s->at))
        return false;
    char before = s->at ? s->text[s->at - 1] : 0;
    word(s, s->at, s->at + n, is_quote(before) ? before : 0, false, 0);
    return true;
}

static bool try_absolute(struct scan *s)
{
    return try_home(s, s->home->path) || try_home(s, s->home->alias);
}

static bool try_tilde(struct scan *s)
{
    char before = s->at ? s->text[s->at - 1] : 0;
    if (byte(s, s->at + 1) != '/' || (before != '=' && is_name_byte(before)) || before == '/')
        return false;
    word(s, s->at, s->at + 1, is_quote(before) ? before : 0, false, 0);
    return true;
}

/* Over what joins an expression and a text: `'] . '`. The quote of the text, or 0. */
static char skip_joint(const struct scan *s, size_t *at)
{
    char quote = 0;
    for (size_t n = 0; n < 16 && byte(s, *at) && strchr("'\"]})+. \t", byte(s, *at)); n++)
        quote = is_quote(byte(s, *at)) ? s->text[*at] : quote, (*at)++;
    return quote;
}

static bool try_variable(struct scan *s)
{
    size_t at = s->at + 4;
    char before = s->at ? s->text[s->at - 1] : 0;
    if (!has(s, s->at, "HOME") || !before || !strchr("${'\".(", before))
        return false;
    char quote = skip_joint(s, &at);
    if (byte(s, at) != '/')
        return false;
    word(s, s->at, at, quote, false, 0);
    return true;
}

static unsigned count_up(const struct scan *s, size_t *at)
{
    unsigned n = 0;
    while (has(s, *at, "../")) {
        *at += 3;
        n++;
    }
    return n;
}

/* `..` that begins a text, or follows the slash that begins one. */
static bool try_up(struct scan *s)
{
    size_t at = s->at, begin = at;
    if (begin && s->text[begin - 1] == '/')
        begin--;
    char before = begin ? s->text[begin - 1] : 0;
    if (before != '=' && !is_quote(before) && !isspace((unsigned char)before))
        return false;
    unsigned up = count_up(s, &at);
    if (!up)
        return false;
    word(s, begin, at, is_quote(before) ? before : 0, true, up);
    return true;
}

/* The `2` of `dirname(__DIR__, 2)`; `at` behind the name. */
static unsigned levels(const struct scan *s, size_t *at)
{
    size_t i = *at;
    while (byte(s, i) == ' ' || byte(s, i) == ',')
        i++;
    if (i == *at || !isdigit((unsigned char)byte(s, i)))
        return 1;
    *at = i + 1;
    return (unsigned)(s->text[i] - '0');
}

/* dirname(dirname(__FILE__)) . '/lib' */
static bool try_dirname(struct scan *s)
{
    size_t at = s->at;
    unsigned up = 0;
    while (up < DIRNAMES_MAX && has(s, at, "dirname(")) {
        at += strlen("dirname(");
        up++;
    }
    bool file = has(s, at, "__FILE__");
    if (!up || (!file && !has(s, at, "__DIR__")))
        return false;
    at += strlen(file ? "__FILE__" : "__DIR__");
    up += levels(s, &at) - 1 - file;
    char quote = skip_joint(s, &at);
    if (byte(s, at) != '/' || !quote)
        return false;
    while (byte(s, at) == '/')
        at++;
    up += count_up(s, &at);
    if (up == 0)
        return false;
    word(s, s->at, at, quote, true, up);
    return true;
}

static bool try_word(struct scan *s)
{
    switch (s->text[s->at]) {
    case '/':
        return try_absolute(s);
    case '~':
        return try_tilde(s);
    case 'H':
        return try_variable(s);
    case '.':
        return try_up(s);
    case 'd':
        return try_dirname(s);
    default:
        return false;
    }
}

void sc_look_words(const struct sc_look_home *home, const char *text, size_t len,
                   void (*found)(const struct sc_look_word *w, void *arg), void *arg)
{
    struct scan s = {.home = home, .text = text, .len = len, .found = found, .arg = arg};
    while (s.at < s.len)
        if (!try_word(&s))
            s.at++;
}

size_t sc_look_unescape(char *text, size_t len)
{
    size_t out = 0;
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\\' || i + 1 == len || text[i + 1] != '/')
            text[out++] = text[i];
    return out;
}

/* ---- lines ---- */

static bool is_comment(const char *line, size_t len)
{
    return len && (line[0] == '#' || line[0] == ';' || line[0] == '*' ||
                   (len > 1 && line[0] == '/' && (line[1] == '/' || line[1] == '*')));
}

static bool is_space(char c)
{
    return isspace((unsigned char)c);
}

static void first_word(const char *line, size_t len, struct sc_look_line *ret)
{
    size_t n = 0;
    while (n < len && !is_space(line[n]) && line[n] != '=')
        n++;
    ret->name = line;
    ret->len = n;
}

static bool takes_a_name(const struct sc_look_line *l)
{
    static const char *const words[] = {"php_value", "php_admin_value", "SetEnv", "export"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (l->len == strlen(words[i]) && strncasecmp(l->name, words[i], l->len) == 0)
            return true;
    return false;
}

void sc_look_line(const char *text, size_t len, size_t at, struct sc_look_line *ret)
{
    size_t from = at, to = at;
    while (from && at - from < NEAR_MAX && text[from - 1] != '\n')
        from--;
    while (to < len && to - at < NEAR_MAX && text[to] != '\n')
        to++;
    while (from < to && is_space(text[from]))
        from++;
    if (to - from > 5 && memcmp(text + from, "<?php", 5) == 0)
        for (from += 5; from < to && is_space(text[from]);)
            from++;
    first_word(text + from, to - from, ret);
    ret->comment = is_comment(text + from, to - from);
    if (!takes_a_name(ret))
        return;
    from += ret->len;
    while (from < to && is_space(text[from]))
        from++;
    first_word(text + from, to - from, ret);
}
