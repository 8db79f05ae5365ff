/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/adapter/users.h"

#include <stdio.h>
#include <string.h>
#include "core/base/domain_name.h"
#include "core/inventory/envelope.h"

enum type {
    INTEGER,
    NAME, /* of a unix user */
    STRING,
    STRING_OR_NULL,
    PACKAGE
};

static const struct {
    const char *name;
    enum type type;
    bool required;
} fields[] = {
    {"id", INTEGER, true},
    {"username", NAME, true},
    {"owner", STRING, true},
    {"domain", STRING_OR_NULL, false},
    {"package", PACKAGE, false},
    {"email", STRING_OR_NULL, false},
    {"locale_code", STRING_OR_NULL, false},
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

int sc_users_fields(const char *list, unsigned *ret, struct sc_error *err)
{
    unsigned bits = 0;
    for (const char *p = list; p;) {
        size_t n = strcspn(p, ","), f = 0;
        while (f < N_FIELDS && (strlen(fields[f].name) != n || strncmp(fields[f].name, p, n) != 0))
            f++;
        if (f == N_FIELDS)
            return sc_error_set(err, SC_E_INVAL, "users: unknown field '%.*s'",
                                (int)(n > 64 ? 64 : n), p);
        bits |= 1u << f;
        p = p[n] ? p + n + 1 : NULL;
    }
    *ret = bits;
    return 0;
}

/* ---- check ---- */

static const char *wrong(const json_t *v, enum type type)
{
    switch (type) {
    case INTEGER:
        return json_is_integer(v) && json_integer_value(v) >= 0 ? NULL : "is not a number";
    case NAME:
        return json_is_string(v) && sc_owner_valid(json_string_value(v)) ? NULL
                                                                         : "is not a user name";
    case STRING:
        return json_is_string(v) ? NULL : "is not a string";
    case STRING_OR_NULL:
        return json_is_string(v) || json_is_null(v) ? NULL : "is neither a string nor null";
    case PACKAGE:
        if (json_is_null(v))
            return NULL;
        return json_is_string(json_object_get(v, "name")) &&
                       json_is_string(json_object_get(v, "owner"))
                   ? NULL
                   : "is neither null nor an object with the strings \"name\" and \"owner\"";
    }
    return NULL;
}

static int check_user(const char *who, size_t i, const json_t *u, struct sc_error *err)
{
    if (!json_is_object(u))
        return sc_error_set(err, SC_E_PANEL, "%s: user number %zu is not described by an object",
                            who, i + 1);
    const char *name = json_string_value(json_object_get(u, "username"));
    char called[128];
    if (name && sc_owner_valid(name))
        snprintf(called, sizeof(called), "'%s'", name);
    else
        snprintf(called, sizeof(called), "number %zu", i + 1);
    for (size_t f = 0; f < N_FIELDS; f++) {
        const json_t *v = json_object_get(u, fields[f].name);
        if (!v && fields[f].required)
            return sc_error_set(err, SC_E_PANEL, "%s: user %s: \"%s\" is missing", who, called,
                                fields[f].name);
        const char *what = v ? wrong(v, fields[f].type) : NULL;
        if (what)
            return sc_error_set(err, SC_E_PANEL, "%s: user %s: \"%s\" %s", who, called,
                                fields[f].name, what);
    }
    return 0;
}

int sc_users_check(const struct sc_caller *c, const char *who, const json_t *users, json_t **ret,
                   struct sc_error *err)
{
    if (!json_is_array(users))
        return sc_error_set(err, SC_E_PANEL, "%s answered with \"data\" that is not a list", who);
    SC_JSON json_t *good = json_array();
    bool ok = good != NULL;
    size_t i;
    json_t *u;
    json_array_foreach(users, i, u)
    {
        struct sc_error why = SC_ERROR_INIT;
        if (check_user(who, i, u, &why) < 0)
            sc_caller_note(c, why.text);
        else
            ok = ok && json_array_append(good, u) == 0;
    }
    if (!ok)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    *ret = json_incref(good);
    return 0;
}

/* ---- filter ---- */

static bool is(const json_t *v, const char *wanted)
{
    const char *s = json_string_value(v);
    return !wanted || (s && strcmp(s, wanted) == 0);
}

static bool matches(const json_t *u, const struct sc_asked *a)
{
    const json_t *package = json_object_get(u, "package");
    long long its_id = json_integer_value(json_object_get(u, "id"));
    return is(json_object_get(u, "owner"), a->q.owner) &&
           is(json_object_get(u, "username"), a->q.username) &&
           is(json_object_get(package, "name"), a->q.package_name) &&
           is(json_object_get(package, "owner"), a->q.package_owner) &&
           (a->id < 0 || its_id == a->id);
}

static json_t *project(json_t *u, unsigned bits)
{
    if (!bits)
        return json_incref(u);
    json_t *out = json_object();
    for (size_t f = 0; f < N_FIELDS; f++) {
        json_t *v = json_object_get(u, fields[f].name);
        if ((bits & 1u << f) && v && json_object_set(out, fields[f].name, v) < 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

int sc_users_filter(json_t *users, const struct sc_asked *a, json_t **ret, struct sc_error *err)
{
    SC_JSON json_t *kept = json_array();
    bool ok = kept != NULL;
    size_t i;
    json_t *u;
    json_array_foreach(users, i, u)
    {
        if (matches(u, a))
            ok = ok && json_array_append_new(kept, project(u, a->fields)) == 0;
    }
    if (!ok)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    *ret = json_incref(kept);
    return 0;
}
