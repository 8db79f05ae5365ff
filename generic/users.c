/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/inventory/domain_name.h"
#include "core/inventory/envelope.h"
#include "generic/answer.h"

enum type {
    INTEGER,
    NAME, /* of a unix user */
    STRING,
    STRING_OR_NULL,
    PACKAGE
};

/* A user's record: CloudLinux, "Control panel integration", "users". */
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

static bool is(const json_t *v, const char *wanted)
{
    const char *s = json_string_value(v);
    return !wanted || (s && strcmp(s, wanted) == 0);
}

/* Whether a checked record is one that was asked for. `id` < 0: any. */
static bool matches(const json_t *u, const struct sc_question *q, long long id,
                    const struct sc_generic_conf *conf)
{
    const json_t *package = json_object_get(u, "package");
    long long its_id = json_integer_value(json_object_get(u, "id"));
    return is(json_object_get(u, "owner"), q->owner) &&
           is(json_object_get(u, "username"), q->username) &&
           is(json_object_get(package, "name"), q->package_name) &&
           is(json_object_get(package, "owner"), q->package_owner) && (id < 0 || its_id == id) &&
           is(json_object_get(u, "username"), conf->caller);
}

/* Which fields --fields names, as bits; all by default. */
static int parse_fields(const char *list, unsigned *ret, struct sc_error *err)
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

static json_t *project(json_t *u, const char *list, unsigned bits)
{
    if (!list)
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

static int parse_id(const char *s, long long *ret, struct sc_error *err)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(s, &end, 10);
    if (s[0] < '0' || s[0] > '9' || *end || errno || n > UINT32_MAX)
        return sc_error_set(err, SC_E_INVAL, "users: '%s' is not a unix id", s);
    *ret = (long long)n;
    return 0;
}

static int check_question(const struct sc_generic_conf *conf, const struct sc_question *q,
                          long long *ret_id, unsigned *ret_bits, struct sc_error *err)
{
    int rc = q->unix_id ? parse_id(q->unix_id, ret_id, err) : 0;
    if (rc < 0 || (rc = parse_fields(q->fields, ret_bits, err)) < 0)
        return rc;
    if (!q->package_name != !q->package_owner)
        return sc_error_set(err, SC_E_INVAL,
                            "users: --package-name and --package-owner belong together");
    bool other = (q->username && conf->caller && strcmp(q->username, conf->caller) != 0) ||
                 (q->unix_id && *ret_id != (long long)conf->caller_uid);
    if (conf->caller && other)
        return sc_error_set(err, SC_E_DENIED, "users: '%s' may ask only for '%s'", conf->caller,
                            conf->caller);
    return 0;
}

int sc_generic_users(const struct sc_generic_conf *conf, const struct sc_question *q,
                     struct sc_buf *out, struct sc_error *err)
{
    long long id = -1;
    unsigned bits = 0;
    int rc = check_question(conf, q, &id, &bits, err);
    if (rc < 0)
        return rc;
    /* Not --fields: whole records are asked for, so that they can be checked and filtered. */
    const char *args[12];
    size_t n = 0;
    const char *const pairs[][2] = {{"--owner", q->owner},
                                    {"--package-name", q->package_name},
                                    {"--package-owner", q->package_owner},
                                    {"--username", q->username},
                                    {"--unix-id", q->unix_id}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (pairs[i][1]) {
            args[n++] = pairs[i][0];
            args[n++] = pairs[i][1];
        }
    }
    args[n] = NULL;

    SC_CLEANUP(sc_vendor_done) struct sc_vendor v;
    sc_vendor_init(&v, conf, "users");
    rc = sc_vendor_ask(&v, args, err);
    if (rc < 0)
        return rc;
    SC_JSON json_t *data = NULL;
    struct sc_error why = SC_ERROR_INIT;
    rc = sc_envelope_parse(v.result.out.data, v.result.out.len, v.who, &data, &why);
    if (rc == 0 && !json_is_array(data))
        rc = sc_error_set(&why, SC_E_PANEL, "%s answered with \"data\" that is not a list", v.who);
    SC_JSON json_t *kept = json_array();
    size_t i;
    json_t *u;
    json_array_foreach(data, i, u)
    {
        if (rc < 0 || (rc = check_user(v.who, i, u, &why)) < 0)
            break;
        if (matches(u, q, id, conf) && json_array_append_new(kept, project(u, q->fields, bits)) < 0)
            rc = sc_error_set(&why, SC_E_NOMEM, "out of memory for the users");
    }
    rc = sc_vendor_judge(&v, rc, &why);
    if (rc == 0 && json_array_size(kept) == 0 && (q->username || q->unix_id))
        rc = sc_error_set(&why, SC_E_NOTFOUND, "user '%s' does not exist",
                          q->username ? q->username : q->unix_id);
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    return sc_envelope_ok(kept, out, err);
}
