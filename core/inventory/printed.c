/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/inventory/printed.h"

#include <string.h>
#include <strings.h>

#define MARK      "\xef\xbb\xbf" /* U+FEFF in UTF-8 */
#define MARK_LEN  3
#define LINES_MAX 64 /* of one diagnostic */

static bool begins(struct sc_span s, const char *word)
{
    size_t n = strlen(word);
    return s.n >= n && strncasecmp(s.p, word, n) == 0;
}

static struct sc_span skip(struct sc_span s, size_t n)
{
    return (struct sc_span){s.p + n, s.n - n};
}

static struct sc_span skip_blanks(struct sc_span s)
{
    while (s.n && (*s.p == ' ' || *s.p == '\t' || *s.p == '\r' || *s.p == '\v' || *s.p == '\f'))
        s = skip(s, 1);
    return s;
}

/* What html_errors puts around a diagnostic's words. */
static struct sc_span skip_tags(struct sc_span s)
{
    static const char *const tags[] = {"<br />", "<br/>", "<br>", "<b>", "</b>", MARK};
    for (bool again = true; again;) {
        again = false;
        s = skip_blanks(s);
        for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]) && !again; i++) {
            again = begins(s, tags[i]);
            if (again)
                s = skip(s, strlen(tags[i]));
        }
    }
    return s;
}

bool sc_printed_diagnostic(struct sc_span line)
{
    /* PHP's kinds that let a script go on (main/main.c, php_error_cb), the names that Python and
     * Perl give theirs, and what PHP says while it loads extensions. */
    static const char *const words[] = {"warning", "notice", "deprecated", "strict standards"};
    static const char *const whole[] = {"Xdebug: ", "Cannot load ", "Failed loading "};
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
        if (begins(skip_tags(line), whole[i]))
            return true;
    for (; line.n; line = skip(line, 1)) {
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
            if (!begins(line, words[i]))
                continue;
            struct sc_span behind = skip_tags(skip(line, strlen(words[i])));
            if (behind.n && *behind.p == ':')
                return true;
        }
    }
    return false;
}

/* "on line 12", "on line <b>12</b>": PHP ends its diagnostics with it. */
static bool has_line_number(struct sc_span s)
{
    static const char on[] = "on line ";
    for (; s.n; s = skip(s, 1)) {
        if (!begins(s, on))
            continue;
        struct sc_span number = skip_tags(skip(s, sizeof(on) - 1));
        if (number.n && *number.p >= '0' && *number.p <= '9')
            return true;
    }
    return false;
}

static bool is_header(struct sc_span line)
{
    static const char *const names[] = {"X-Powered-By: ", "Content-Type: ", "Status: "};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (begins(line, names[i]))
            return true;
    return false;
}

static struct sc_span first_line(struct sc_span s)
{
    const char *end = s.n ? memchr(s.p, '\n', s.n) : NULL;
    return (struct sc_span){s.p, end ? (size_t)(end - s.p) : s.n};
}

static struct sc_span next_line(struct sc_span s)
{
    size_t n = first_line(s).n;
    return skip(s, n < s.n ? n + 1 : n);
}

/* Behind a diagnostic, which may have several lines: to the one with the line number, or as long
 * as lines are indented (the code that Python shows). Never past one that begins an object. */
static struct sc_span skip_diagnostic(struct sc_span s)
{
    struct sc_span rest = next_line(s), at = rest;
    if (has_line_number(first_line(s)))
        return rest;
    for (int i = 0; i < LINES_MAX && at.n; i++, at = next_line(at)) {
        struct sc_span line = first_line(at);
        if (skip_blanks(line).n && *skip_blanks(line).p == '{')
            break;
        if (has_line_number(line))
            return next_line(at);
    }
    while (rest.n && (*rest.p == ' ' || *rest.p == '\t') &&
           (!skip_blanks(first_line(rest)).n || *skip_blanks(rest).p != '{'))
        rest = next_line(rest);
    return rest;
}

/* Skips one line, or diagnostic, of what may stand there. False: it is something else. */
static bool skip_one(struct sc_span *s, struct sc_printed *p)
{
    struct sc_span line = first_line(*s), bare = skip_tags(line);
    if (bare.n == 0) {
        *s = next_line(*s);
        return true;
    }
    if (is_header(line)) {
        p->harmless = true;
        *s = next_line(*s);
        return true;
    }
    if (!sc_printed_diagnostic(line))
        return false;
    if (!p->said.p)
        p->said = bare;
    *s = skip_diagnostic(*s);
    return true;
}

/* Where the object begins; NULL: something else stands before it. */
static const char *find_start(struct sc_span s, struct sc_printed *p)
{
    const char *from = s.p;
    while (s.n && (size_t)(s.p - from) <= SC_PRINTED_NOISE_MAX) {
        struct sc_span bare = skip_blanks(s);
        if (begins(bare, MARK)) {
            p->harmless = true;
            s = skip(bare, MARK_LEN);
            continue;
        }
        if (bare.n && *bare.p == '{')
            return bare.p;
        if (!skip_one(&s, p))
            return NULL;
    }
    return NULL;
}

bool sc_printed_noise(struct sc_span text, struct sc_printed *p)
{
    if (text.n > SC_PRINTED_NOISE_MAX)
        return false;
    while (text.n)
        if (!skip_one(&text, p))
            return false;
    return true;
}

bool sc_printed_find(const char *text, size_t len, struct sc_printed *ret)
{
    struct sc_printed p = {0};
    if (!text)
        return false;
    const char *start = find_start((struct sc_span){text, len}, &p);
    size_t n = start ? sc_json_extent(start, len - (size_t)(start - text)) : 0;
    if (n == 0)
        return false;
    p.object = (struct sc_span){start, n};
    struct sc_span rest = {start + n, len - (size_t)(start + n - text)};
    if (!sc_printed_noise(rest, &p))
        return false;
    *ret = p;
    return true;
}

int sc_printed_tell(const struct sc_printed *p, const char *who, struct sc_odds *odds,
                    struct sc_error *err)
{
    const struct sc_odd harmless = {0}, hides = {.hides = true};
    int rc = 0;
    if (p->harmless)
        rc = sc_odds_add(odds, &harmless, err,
                         "%s put a byte order mark or header lines before its answer", who);
    if (rc == 0 && p->said.p)
        rc = sc_odds_add(odds, &hides, err, "%s put text around its answer: '%.*s'", who,
                         (int)(p->said.n < 200 ? p->said.n : 200), p->said.p);
    return rc;
}
