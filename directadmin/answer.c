/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/answer.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/inventory/envelope.h"
#include "hooks/adapter/adapter.h"

/* Subdomains come behind all domains: a name that is both is the domain. */
struct reading {
    const char *who;
    struct sc_domains first, later;
    struct sc_error *err;
};

static int add(struct reading *r, struct sc_domains *to, const char *name, const char *owner,
               const json_t *site)
{
    const char *docroot = json_string_value(json_object_get(site, "public_html"));
    struct sc_error why = SC_ERROR_INIT;
    int rc = docroot ? sc_domains_add(to, name, owner, docroot, false, &why) : 0;
    if (rc == 0 || rc == SC_E_INVAL)
        return 0;
    if (r->err)
        *r->err = why;
    return rc;
}

static int add_domains(struct reading *r, const char *owner, json_t *domains)
{
    const char *name, *label;
    json_t *site, *sub;
    json_object_foreach(domains, name, site)
    {
        if (!json_is_object(site))
            return sc_error_set(r->err, SC_E_PANEL, "%s: domain '%.253s' is not an object", r->who,
                                name);
        int rc = add(r, &r->first, name, owner, site);
        if (rc < 0)
            return rc;
        json_object_foreach(json_object_get(site, "subdomains"), label, sub)
        {
            char fqdn[2 * SC_DOMAIN_MAX + 8];
            int n = snprintf(fqdn, sizeof(fqdn), "%s.%s", label, name);
            if (n > 0 && (size_t)n < sizeof(fqdn) && (rc = add(r, &r->later, fqdn, owner, sub)) < 0)
                return rc;
        }
    }
    return 0;
}

static int add_users(struct reading *r, const char *owner, json_t *users)
{
    const char *user;
    json_t *record;
    if (!json_is_object(users))
        return sc_error_set(r->err, SC_E_PANEL, "%s: \"users\" is not an object", r->who);
    json_object_foreach(users, user, record)
    {
        if (owner && strcmp(owner, user) != 0)
            continue;
        json_t *domains = json_object_get(record, "domains");
        bool none = json_is_array(domains) && json_array_size(domains) == 0;
        if (!json_is_object(domains) && !none)
            return sc_error_set(r->err, SC_E_PANEL, "%s: \"domains\" of user '%.64s' is missing",
                                r->who, user);
        int rc = add_domains(r, user, domains);
        if (rc < 0)
            return rc;
    }
    return 0;
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

static int read_json(struct reading *r, const char *owner, json_t *root)
{
    const json_t *error = json_object_get(root, "error");
    if (error && !json_is_object(error)) {
        const char *text = json_string_value(json_object_get(root, "text"));
        const char *word = json_string_value(error);
        return sc_error_set(r->err, SC_E_PANEL, "%s reports an error: %.256s", r->who,
                            text   ? text
                            : word ? word
                                   : "no reason given");
    }
    if (!json_is_object(root))
        return sc_error_set(r->err, SC_E_PANEL, "%s answered with JSON that is not an object",
                            r->who);
    json_t *users = json_object_get(root, "users");
    if (users)
        return add_users(r, owner, users);
    if (!owner)
        return sc_error_set(
            r->err, SC_E_PANEL,
            "%s answered for one user only: configure an administrator's name and key", r->who);
    return add_domains(r, owner, root);
}

static int move(struct sc_domains *from, struct sc_domains *to, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < from->n; i++)
        rc = sc_domains_add(to, from->v[i].name, from->v[i].owner, from->v[i].docroot, false, err);
    return rc;
}

int sc_da_answer(const char *json, size_t len, const char *who, const char *owner,
                 struct sc_domains *ret, struct sc_error *err)
{
    json_error_t why;
    SC_JSON json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &why);
    size_t skip = 0;
    while (skip < len && strchr(" \t\r\n", json[skip]))
        skip++;
    if (!root && len - skip > 6 && strncmp(json + skip, "error=", 6) == 0 && json[skip + 6] != '0')
        return reported_error(json, len, who, err);
    if (!root && skip < len && json[skip] == '<')
        return sc_error_set(err, SC_E_PANEL,
                            "%s answered with a web page: name and key are wrong, or it is not "
                            "DirectAdmin's address",
                            who);
    if (!root)
        return sc_error_set(err, SC_E_PANEL, "%s did not answer with valid JSON: line %d: %s", who,
                            why.line, why.text);
    struct reading r = {.who = who, .err = err};
    int rc = read_json(&r, owner, root);
    SC_DOMAINS struct sc_domains first = r.first, later = r.later;
    if (rc == 0 && (rc = move(&later, &first, err)) == 0) {
        sc_domains_done(ret);
        *ret = first;
        first = (struct sc_domains)SC_DOMAINS_INIT;
    }
    return rc;
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
