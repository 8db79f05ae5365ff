/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/inventory/envelope.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "core/inventory/printed.h"

static const struct {
    const char *name;
    int code;
} classes[] = {
    {"InternalAPIError", SC_E_PANEL},
    {"PermissionDenied", SC_E_DENIED},
    {"BadRequest", SC_E_INVAL},
    {"NotFound", SC_E_NOTFOUND},
};

static const char *named(const char *who)
{
    return who ? who : "the panel adapter";
}

/* The answer is an error envelope, or pretends to be one. */
static int parse_error(const char *result, const json_t *meta, const char *who,
                       struct sc_error *err)
{
    const char *message = json_string_value(json_object_get(meta, "message"));
    if (!message || !*message)
        message = "without a message";
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (strcmp(result, classes[i].name) != 0)
            continue;
        if (!who)
            return sc_error_set(err, classes[i].code, "%s", message);
        return sc_error_set(err, classes[i].code, "%s answered %s: %s", who, result, message);
    }
    return sc_error_set(err, SC_E_PANEL,
                        "%s answered with the unknown result '%.64s' in its metadata", named(who),
                        result);
}

/* Why the text is no answer: the JSON parser's words, where it has some. */
static int not_json(const char *text, size_t len, const char *who, struct sc_error *err)
{
    json_error_t je;
    SC_JSON json_t *root = json_loadb(text ? text : "", len, JSON_REJECT_DUPLICATES, &je);
    if (!root)
        return sc_error_set(err, SC_E_PANEL,
                            "%s did not answer with valid JSON: line %d, column %d: %s", named(who),
                            je.line, je.column, je.text);
    return sc_error_set(err, SC_E_PANEL, "%s answered with JSON that is not an object", named(who));
}

/* The members `data` and `metadata`. False: they cannot be told, or one is there twice. */
static bool find_parts(struct sc_span object, struct sc_span *data, struct sc_span *meta)
{
    struct sc_json_walk w;
    struct sc_span key, value;
    int more = sc_json_walk_begin(&w, object) ? 1 : -1;
    while (more == 1 && (more = sc_json_walk_next(&w, &key, &value)) == 1) {
        struct sc_span *to = sc_json_is(key, "data")       ? data
                             : sc_json_is(key, "metadata") ? meta
                                                           : NULL;
        if (to && to->p)
            return false;
        if (to)
            *to = value;
    }
    return more == 0;
}

static int check_meta(const struct sc_span *meta, const char *who, json_t **ret,
                      struct sc_error *err)
{
    SC_JSON json_t *m = meta->p ? sc_json_piece(*meta) : NULL;
    if (!json_is_object(m))
        return sc_error_set(err, SC_E_PANEL, "%s answered without the object \"metadata\"",
                            named(who));
    const char *result = json_string_value(json_object_get(m, "result"));
    if (!result)
        return sc_error_set(err, SC_E_PANEL,
                            "%s answered without the string \"result\" in \"metadata\"",
                            named(who));
    if (strcmp(result, "ok") != 0)
        return parse_error(result, m, who, err);
    *ret = json_incref(m);
    return 0;
}

int sc_envelope_open(const char *text, size_t len, const char *who, struct sc_envelope *ret,
                     struct sc_odds *odds, struct sc_error *err)
{
    struct sc_printed p;
    struct sc_span data = {0}, meta = {0};
    SC_JSON json_t *m = NULL;
    if (!sc_printed_find(text, len, &p))
        return not_json(text, len, who, err);
    if (!find_parts(p.object, &data, &meta))
        return not_json(text, len, who, err);
    int rc = check_meta(&meta, who, &m, err);
    if (rc == 0 && !data.p)
        rc = sc_error_set(err, SC_E_PANEL, "%s answered without \"data\"", named(who));
    if (rc == 0 && odds)
        rc = sc_printed_tell(&p, named(who), odds, err);
    if (rc == 0)
        *ret = (struct sc_envelope){data, json_incref(m)};
    return rc;
}

int sc_envelope_parse(const char *text, size_t len, const char *who, json_t **ret_data,
                      struct sc_error *err)
{
    struct sc_envelope e;
    int rc = sc_envelope_open(text, len, who, &e, NULL, err);
    if (rc < 0)
        return rc;
    json_decref(e.meta);
    json_error_t je;
    SC_JSON json_t *data =
        json_loadb(e.data.p, e.data.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &je);
    if (!data)
        return sc_error_set(err, SC_E_PANEL,
                            "%s did not answer with valid JSON: \"data\", line %d, column %d: %s",
                            named(who), je.line, je.column, je.text);
    *ret_data = json_incref(data);
    return 0;
}

static int add_chunk(const char *chunk, size_t len, void *data)
{
    sc_buf_add(data, chunk, len);
    return 0;
}

void sc_envelope_begin(struct sc_buf *out)
{
    sc_buf_str(out, "{\"data\": ");
}

int sc_envelope_end(const struct sc_odds *odds, struct sc_buf *out, struct sc_error *err)
{
    SC_JSON json_t *list = odds && odds->n ? sc_odds_to_json(odds) : NULL;
    bool bad = odds && odds->n && !list;
    sc_buf_str(out, ", \"metadata\": {\"result\": \"ok\"");
    if (list) {
        sc_buf_str(out, ", \"" SC_ENVELOPE_ODDS "\": ");
        bad = bad || json_dump_callback(list, add_chunk, out, 0) < 0;
    }
    sc_buf_str(out, "}}\n");
    if (bad)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the answer");
    return sc_buf_check(out, "the answer", err);
}

int sc_envelope_ok(json_t *data, const struct sc_odds *odds, struct sc_buf *out,
                   struct sc_error *err)
{
    sc_envelope_begin(out);
    if (json_dump_callback(data, add_chunk, out, JSON_ENCODE_ANY) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the answer");
    return sc_envelope_end(odds, out, err);
}

/* Length of the well-formed UTF-8 sequence at `s`, 0 when there is none (RFC 3629). */
static size_t utf8_len(const unsigned char *s)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t min;
    } kinds[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t k = 0; k < 4; k++) {
        if ((s[0] & kinds[k].mask) != kinds[k].lead)
            continue;
        uint32_t c = s[0] & (unsigned char)~kinds[k].mask;
        for (size_t i = 1; i <= k; i++) {
            if ((s[i] & 0xc0) != 0x80) /* also at the closing NUL */
                return 0;
            c = c << 6 | (s[i] & 0x3f);
        }
        bool surrogate = c >= 0xd800 && c <= 0xdfff;
        return c >= kinds[k].min && c <= 0x10ffff && !surrogate ? k + 1 : 0;
    }
    return 0;
}

void sc_envelope_error(const struct sc_error *e, struct sc_buf *out)
{
    const char *name = classes[0].name;
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (classes[i].code == e->code)
            name = classes[i].name;
    }
    sc_buf_fmt(out, "{\"data\": null, \"metadata\": {\"result\": \"%s\", \"message\": \"", name);
    /* By hand, so that an error can be reported when there is no memory for a JSON tree. */
    const unsigned char *s = (const unsigned char *)e->text;
    while (*s) {
        size_t n = utf8_len(s);
        if (*s == '"' || *s == '\\')
            sc_buf_fmt(out, "\\%c", *s);
        else if (*s < 0x20 || n == 0)
            sc_buf_str(out, "?");
        else
            sc_buf_add(out, s, n);
        s += n ? n : 1;
    }
    sc_buf_str(out, "\"}}\n");
}
