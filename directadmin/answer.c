/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/answer.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/inventory/envelope.h"
#include "core/inventory/printed.h"
#include "hooks/adapter/adapter.h"

/* Subdomains come behind all domains: a name that is both is the domain. */
struct reading {
    const char *who;
    struct sc_domains first, later;
    struct sc_error *err;
};

static void reading_done(struct reading *r)
{
    sc_domains_done(&r->first);
    sc_domains_done(&r->later);
}

/* The piece as a word, for the caller to free; "" when it is no string. NULL: no memory. */
static char *word(struct sc_span s)
{
    SC_JSON json_t *v = sc_json_piece(s);
    const char *text = json_string_value(v);
    return strdup(text && strlen(text) == json_string_length(v) ? text : "");
}

static int no_memory(struct reading *r)
{
    return sc_error_set(r->err, SC_E_NOMEM, "out of memory for the answer of %s", r->who);
}

/* The value of that key; p NULL: there is none. Of several the last. */
static struct sc_span member(struct sc_span object, const char *name)
{
    struct sc_json_walk w;
    struct sc_span key, value, found = {0};
    if (!sc_json_walk_begin(&w, object) || !w.object)
        return found;
    while (sc_json_walk_next(&w, &key, &value) == 1)
        if (sc_json_is(key, name))
            found = value;
    return found;
}

static int add(struct reading *r, struct sc_domains *to, const char *name, const char *owner,
               struct sc_span site)
{
    struct sc_span root = member(site, "public_html");
    SC_FREE char *docroot = root.p ? word(root) : strdup("");
    return docroot ? sc_domains_add_named(to, name, owner, docroot, false, r->err) : no_memory(r);
}

static int add_subdomains(struct reading *r, const char *name, const char *owner,
                          struct sc_span subdomains)
{
    struct sc_json_walk w;
    struct sc_span key, sub;
    int rc = 0;
    if (!subdomains.p || !sc_json_walk_begin(&w, subdomains) || !w.object)
        return 0;
    while (rc == 0 && sc_json_walk_next(&w, &key, &sub) == 1) {
        SC_FREE char *label = word(key), *fqdn = NULL;
        if (!label || asprintf(&fqdn, "%s.%s", label, name) < 0)
            return no_memory(r);
        rc = add(r, &r->later, fqdn, owner, sub);
    }
    return rc;
}

static int add_domains(struct reading *r, const char *owner, struct sc_span domains)
{
    struct sc_json_walk w;
    struct sc_span key, site;
    int more, rc = 0;
    if (!sc_json_walk_begin(&w, domains))
        return 0;
    while ((more = sc_json_walk_next(&w, &key, &site)) == 1) {
        SC_FREE char *name = word(key);
        if (!name)
            return no_memory(r);
        rc = add(r, &r->first, name, owner, site);
        if (rc == 0)
            rc = add_subdomains(r, name, owner, member(site, "subdomains"));
        if (rc < 0)
            return rc;
    }
    const struct sc_odd rest = {.owner = owner, .hides = true};
    return more < 0 ? sc_odds_add(&r->first.odds, &rest, r->err,
                                  "%s: the domains of user '%.64s' are not JSON", r->who, owner)
                    : 0;
}

static bool is_list(struct sc_span s, bool object)
{
    struct sc_json_walk w;
    return s.p && sc_json_walk_begin(&w, s) && w.object == object;
}

/* One user's record. PHP writes an empty map as a list. */
static int add_user(struct reading *r, const char *user, struct sc_span record)
{
    struct sc_span domains = member(record, "domains");
    if (!is_list(domains, true) && !is_list(domains, false))
        return sc_error_set(r->err, SC_E_PANEL, "%s: \"domains\" of user '%.64s' is missing",
                            r->who, user);
    return is_list(domains, true) ? add_domains(r, user, domains) : 0;
}

static int add_users(struct reading *r, const char *owner, struct sc_span users)
{
    struct sc_json_walk w;
    struct sc_span key, record;
    int more, rc = 0;
    if (!is_list(users, true) || !sc_json_walk_begin(&w, users))
        return sc_error_set(r->err, SC_E_PANEL, "%s: \"users\" is not an object", r->who);
    while (rc == 0 && (more = sc_json_walk_next(&w, &key, &record)) == 1) {
        SC_FREE char *user = word(key);
        if (!user)
            return no_memory(r);
        if (!owner || strcmp(owner, user) == 0)
            rc = add_user(r, user, record);
    }
    return rc == 0 && more < 0
               ? sc_error_set(r->err, SC_E_PANEL, "%s: \"users\" is not JSON", r->who)
               : rc;
}

/* error=1&text=…&details=…: the old form of an error. */
static int reported_error(const char *text, size_t len, const char *who, struct sc_error *err)
{
    static const char key[] = "text=";
    const char *p = memmem(text, len, key, sizeof(key) - 1);
    char word[256] = "no reason given";
    if (p) {
        p += sizeof(key) - 1;
        size_t n = 0, left = len - (size_t)(p - text);
        for (; n < left && n < sizeof(word) - 1 && p[n] != '&'; n++)
            word[n] = (char)(p[n] == '+' ? ' ' : p[n]);
        word[n] = 0;
        (void)sc_decode_word(word);
    }
    return sc_error_set(err, SC_E_PANEL, "%s reports an error: %s", who, word);
}

static int read_json(struct reading *r, const char *owner, struct sc_span root)
{
    struct sc_span error = member(root, "error"), users = member(root, "users");
    if (error.p && !is_list(error, true)) {
        struct sc_span said = member(root, "text");
        SC_FREE char *text = said.p ? word(said) : NULL, *reason = word(error);
        return sc_error_set(r->err, SC_E_PANEL, "%s reports an error: %.256s", r->who,
                            text && *text       ? text
                            : reason && *reason ? reason
                                                : "no reason given");
    }
    if (users.p)
        return add_users(r, owner, users);
    if (!owner)
        return sc_error_set(
            r->err, SC_E_PANEL,
            "%s answered for one user only: configure an administrator's name and key", r->who);
    return add_domains(r, owner, root);
}

/* What an answer is that has no JSON object in it. */
static int no_object(const char *text, size_t len, const char *who, struct sc_error *err)
{
    json_error_t why;
    SC_JSON json_t *root = json_loadb(text, len, 0, &why);
    size_t skip = 0;
    while (skip < len && strchr(" \t\r\n", text[skip]))
        skip++;
    if (!root && len - skip > 6 && strncmp(text + skip, "error=", 6) == 0 && text[skip + 6] != '0')
        return reported_error(text, len, who, err);
    if (!root && skip < len && text[skip] == '<')
        return sc_error_set(err, SC_E_PANEL,
                            "%s answered with a web page: name and key are wrong, or it is not "
                            "DirectAdmin's address",
                            who);
    if (!root)
        return sc_error_set(err, SC_E_PANEL, "%s did not answer with valid JSON: line %d: %s", who,
                            why.line, why.text);
    return sc_error_set(err, SC_E_PANEL, "%s answered with JSON that is not an object", who);
}

int sc_da_answer(const char *json, size_t len, const char *who, const char *owner,
                 struct sc_domains *ret, struct sc_error *err)
{
    struct sc_printed p;
    SC_CLEANUP(reading_done) struct reading r = {.who = who, .err = err};
    if (!sc_printed_find(json, len, &p))
        return no_object(json, len, who, err);
    int rc = sc_printed_tell(&p, who, &r.first.odds, err);
    if (rc == 0)
        rc = read_json(&r, owner, p.object);
    if (rc == 0)
        rc = sc_domains_move(&r.later, &r.first, err);
    if (rc == 0 && r.first.n == 0 && r.first.odds.n) /* it is no answer to the question */
        rc = sc_error_set(err, SC_E_PANEL, "%s told no domain rightly: %.700s", who,
                          r.first.odds.v[0].text);
    if (rc < 0)
        return rc;
    sc_domains_done(ret);
    *ret = r.first;
    r.first = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

/* Copies and decodes one part of the URL. */
static bool part(const char *from, const char *to, char *out, size_t size)
{
    size_t n = (size_t)(to - from);
    if (n == 0 || n >= size)
        return false;
    memcpy(out, from, n);
    out[n] = 0;
    return sc_decode_word(out) > 0;
}

bool sc_da_login_parse(const char *text, struct sc_da_login *ret)
{
    static const char scheme[] = "https://";
    text += strspn(text, " \t\r\n");
    if (strncmp(text, scheme, sizeof(scheme) - 1) != 0)
        return false;
    const char *user = text + sizeof(scheme) - 1, *end = user + strcspn(user, "/?# \t\r\n");
    const char *at = memrchr(user, '@', (size_t)(end - user));
    const char *colon = at ? memchr(user, ':', (size_t)(at - user)) : NULL;
    struct sc_da_login l;
    if (!colon || end[strspn(end, "/ \t\r\n")] || at + 1 == end ||
        (size_t)(end - at) + sizeof(scheme) > sizeof(l.url))
        return false;
    snprintf(l.url, sizeof(l.url), "%s%.*s", scheme, (int)(end - at - 1), at + 1);
    if (!part(user, colon, l.user, sizeof(l.user)) ||
        !part(colon + 1, at, l.secret, sizeof(l.secret)))
        return false;
    *ret = l;
    return true;
}
