/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/tokens.h"

#include <string.h>
#include "core/base/cleanup.h"

#define DEPTH_MAX 32 /* of conditions in each other */

enum truth {
    NO,
    YES,
    UNKNOWN
};

struct level {
    enum truth truth;
    bool by_sub;   /* the condition asks which subdomain it is */
    bool names_it; /* … and is true because it names this one */
};

struct state {
    const struct sc_da_site *site;
    struct level v[DEPTH_MAX];
    size_t depth; /* may be more than DEPTH_MAX: those are not looked at */
};

/* NAME="value" or NAME!="value" */
static struct level judge(const struct state *s, const char *cond, size_t len)
{
    struct level l = {UNKNOWN, false, false};
    const char *eq = memchr(cond, '=', len);
    if (!eq)
        return l;
    bool negated = eq > cond && eq[-1] == '!';
    size_t name_len = (size_t)(eq - cond) - (negated ? 1 : 0);
    const char *value = eq + 1, *end = cond + len;
    while (end > value && end[-1] == ' ')
        end--;
    if (end - value >= 2 && value[0] == '"' && end[-1] == '"') {
        value++;
        end--;
    }
    const char *is = NULL;
    if (name_len == 3 && strncmp(cond, "SUB", 3) == 0) {
        is = s->site->sub;
        l.by_sub = true;
    } else if (name_len == 6 && strncmp(cond, "DOMAIN", 6) == 0) {
        is = s->site->domain;
    }
    if (!is)
        return l;
    bool same = strlen(is) == (size_t)(end - value) && strncmp(is, value, strlen(is)) == 0;
    l.truth = same != negated ? YES : NO;
    l.names_it = l.by_sub && same && !negated && is[0];
    return l;
}

static void condition(struct state *s, const char *text, size_t len)
{
    static const char word_if[] = "*if ";
    if (len > 4 && strncmp(text, word_if, 4) == 0) {
        if (s->depth < DEPTH_MAX)
            s->v[s->depth] = judge(s, text + 4, len - 4);
        s->depth++;
    } else if (len == 6 && strncmp(text, "*endif", 6) == 0) {
        if (s->depth)
            s->depth--;
    } else if (len == 5 && strncmp(text, "*else", 5) == 0 && s->depth && s->depth <= DEPTH_MAX) {
        struct level *l = &s->v[s->depth - 1];
        if (l->truth != UNKNOWN)
            l->truth = l->truth == YES ? NO : YES;
        l->names_it = false;
    }
}

/* Whether a line here is for the site. *ret_named: within a condition that names its subdomain. */
static bool in_force(const struct state *s, bool *ret_named)
{
    *ret_named = false;
    if (s->depth > DEPTH_MAX)
        return false;
    for (size_t i = 0; i < s->depth; i++) {
        if (s->v[i].truth != YES)
            return false;
        *ret_named = *ret_named || s->v[i].names_it;
    }
    return true;
}

static const char *variable(const struct sc_da_site *site, const char *name, size_t len)
{
    const struct {
        const char *name, *value;
    } known[] = {{"HOME", site->home},
                 {"DOMAIN", site->domain},
                 {"SUB", site->sub},
                 {"USER", site->user},
                 {"USERNAME", site->user}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strlen(known[i].name) == len && strncmp(known[i].name, name, len) == 0)
            return known[i].value;
    }
    return NULL;
}

/* The path with its `VARIABLES` replaced. */
static bool expand(const struct sc_da_site *site, const char *text, size_t len, char *out,
                   size_t size)
{
    const char *end = text + len;
    size_t n = 0;
    if (len >= 2 && text[0] == '"' && end[-1] == '"') {
        text++;
        end--;
    }
    while (text < end) {
        const char *part = text;
        size_t part_len;
        if (*text == '`') {
            const char *close = memchr(text + 1, '`', (size_t)(end - text - 1));
            if (!close)
                return false;
            part = variable(site, text + 1, (size_t)(close - text - 1));
            if (!part)
                return false;
            part_len = strlen(part);
            text = close + 1;
        } else {
            const char *tick = memchr(text, '`', (size_t)(end - text));
            text = tick ? tick : end;
            part_len = (size_t)(text - part);
        }
        if (part_len >= size - n)
            return false;
        memcpy(out + n, part, part_len);
        n += part_len;
    }
    while (n && (out[n - 1] == ' ' || out[n - 1] == '\t'))
        n--;
    out[n] = 0;
    return out[0] == '/';
}

bool sc_da_tokens_docroot(const char *text, const struct sc_da_site *site, char *out, size_t size)
{
    struct state s = {.site = site};
    SC_FREE char *found = malloc(size);
    bool have = false, by_sdocroot = false, is_sub = site->sub[0] != 0;
    if (!found)
        return false;
    /* A token begins with |* or |? and ends at the next bar of its line. */
    for (const char *p = text; (p = strchr(p, '|'));) {
        const char *token = ++p;
        size_t len = strcspn(token, "|\n");
        if ((token[0] != '*' && token[0] != '?') || token[len] != '|')
            continue;
        p = token + len + 1;
        if (token[0] == '*') {
            condition(&s, token, len);
            continue;
        }
        bool sdocroot = len > 10 && strncmp(token, "?SDOCROOT=", 10) == 0;
        bool docroot = len > 9 && strncmp(token, "?DOCROOT=", 9) == 0, named;
        if ((!sdocroot && !docroot) || !in_force(&s, &named))
            continue;
        if (is_sub ? (docroot && (!named || by_sdocroot)) : sdocroot)
            continue;
        size_t skip = sdocroot ? 10 : 9;
        if (expand(site, token + skip, len - skip, found, size)) {
            memcpy(out, found, strlen(found) + 1);
            have = true;
            by_sdocroot = sdocroot;
        }
    }
    return have;
}
