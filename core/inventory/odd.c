/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/inventory/odd.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/vec.h"
#include "core/inventory/json_walk.h"

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for the panel's answer");
}

void sc_odd_done(struct sc_odd *o)
{
    free((char *)(uintptr_t)o->name);
    free((char *)(uintptr_t)o->owner);
    free((char *)(uintptr_t)o->path);
    free((char *)(uintptr_t)o->text);
    *o = (struct sc_odd){0};
}

void sc_odds_done(struct sc_odds *o)
{
    SC_VEC_DONE(o->v, o->n, sc_odd_done);
    *o = (struct sc_odds){0};
}

static bool copy(const char **ret, const char *text)
{
    *ret = text ? strdup(text) : NULL;
    return !text || *ret;
}

/* Takes `text`. */
static int put(struct sc_odds *o, const struct sc_odd *what, char *text, struct sc_error *err)
{
    struct sc_odd one = {.hides = what->hides, .text = text};
    if (!text || !SC_VEC_ROOM(o->v, o->n) || !copy(&one.name, what->name) ||
        !copy(&one.owner, what->owner) || !copy(&one.path, what->path))
        return sc_odd_done(&one), no_memory(err);
    o->v[o->n++] = one;
    return 0;
}

static int one_more(struct sc_odds *o, struct sc_error *err)
{
    if (o->n > SC_ODDS_MAX)
        return 0;
    const struct sc_odd rest = {.hides = true};
    char *text = NULL;
    if (asprintf(&text, "the panel's answer has more than %u odd entries", SC_ODDS_MAX) < 0)
        text = NULL;
    return put(o, &rest, text, err);
}

int sc_odds_add(struct sc_odds *o, const struct sc_odd *what, struct sc_error *err, const char *fmt,
                ...)
{
    if (o->n >= SC_ODDS_MAX)
        return one_more(o, err);
    struct sc_error words = SC_ERROR_INIT; /* which makes control bytes harmless */
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    if (!text)
        return no_memory(err);
    sc_error_set(&words, SC_E_PANEL, "%s", text);
    free(text);
    return put(o, what, strdup(words.text), err);
}

int sc_odds_move(struct sc_odds *from, struct sc_odds *to, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < from->n; i++)
        rc = sc_odds_add(to, &from->v[i], err, "%s", from->v[i].text);
    if (rc == 0)
        sc_odds_done(from);
    return rc;
}

void sc_odds_filter(struct sc_odds *o, const char *owner, const char *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < o->n; i++) {
        struct sc_odd *one = &o->v[i];
        bool his = !owner || !one->owner || strcmp(one->owner, owner) == 0;
        bool it = !name || one->hides || (one->name && strcmp(one->name, name) == 0);
        if (his && it)
            o->v[kept++] = *one;
        else
            sc_odd_done(one);
    }
    o->n = kept;
}

/* ---- JSON ---- */

/* Adds the member; a NULL value is left out. */
static bool set(json_t *to, const char *key, const char *value)
{
    return !value || json_object_set_new(to, key, json_string(value)) == 0;
}

static bool set_path(json_t *to, const char *path)
{
    SC_BUF struct sc_buf word = SC_BUF_INIT;
    if (!path)
        return true;
    sc_buf_enc(&word, path, strlen(path));
    return !word.failed && set(to, "path", word.data ? word.data : "");
}

/* The text, without what is not UTF-8. */
static bool set_text(json_t *to, const char *text)
{
    if (set(to, "text", text))
        return true;
    SC_FREE char *plain = strdup(text);
    for (char *p = plain; p && *p; p++)
        *p = (unsigned char)*p < 0x80 ? *p : '?';
    return plain && set(to, "text", plain);
}

static json_t *to_json(const struct sc_odd *o)
{
    json_t *one = json_object();
    if (one && set_text(one, o->text) && set(one, "name", o->name) && set(one, "owner", o->owner) &&
        set_path(one, o->path) &&
        (!o->hides || json_object_set_new(one, "hides", json_true()) == 0))
        return one;
    json_decref(one);
    return NULL;
}

json_t *sc_odds_to_json(const struct sc_odds *o)
{
    SC_JSON json_t *list = json_array();
    for (size_t i = 0; i < o->n; i++)
        if (json_array_append_new(list, to_json(&o->v[i])) < 0)
            return NULL;
    return json_incref(list);
}

/* The member, where it is what an adapter writes. */
static const char *member(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_string(v) ? json_string_value(v) : NULL;
}

static int from_json(const json_t *v, struct sc_odds *o, struct sc_error *err)
{
    const char *text = member(v, "text"), *word = member(v, "path");
    const char *name = member(v, "name"), *owner = member(v, "owner");
    SC_FREE char *path = word ? strdup(word) : NULL;
    char canon[256];
    if (word && !path)
        return no_memory(err);
    if (!text || (path && sc_decode_word(path) < 0) || (owner && !sc_owner_valid(owner)) ||
        (name && (sc_domain_canon(name, canon, NULL) < 0 || strcmp(name, canon) != 0)))
        return sc_error_set(err, SC_E_PANEL, "the panel adapter describes an odd entry wrongly");
    const struct sc_odd what = {.name = name,
                                .owner = owner,
                                .path = path,
                                .hides = json_is_true(json_object_get(v, "hides"))};
    return sc_odds_add(o, &what, err, "%s", text);
}

int sc_odds_from_json(const json_t *list, struct sc_odds *o, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < json_array_size(list); i++)
        rc = from_json(json_array_get(list, i), o, err);
    return rc;
}

bool sc_odds_text(const struct sc_odds *o, char *text, size_t size)
{
    const char *first = NULL;
    size_t more = 0;
    for (size_t i = 0; i < o->n; i++) {
        if (!*o->v[i].text)
            continue;
        more += first && strcmp(first, o->v[i].text) != 0;
        first = first ? first : o->v[i].text;
    }
    if (first && more)
        snprintf(text, size, "%.800s (and %zu more)", first, more);
    else if (first)
        snprintf(text, size, "%s", first);
    return first != NULL;
}
