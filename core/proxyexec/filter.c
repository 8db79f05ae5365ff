/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/filter.h"
#include "core/base/vec.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/resolve.h"

static void list_done(struct sc_filter_list *l)
{
    sc_strings_free(l->v, l->n);
    *l = (struct sc_filter_list){0};
}

void sc_filter_done(struct sc_filter *f)
{
    list_done(&f->deny);
    list_done(&f->allow);
    list_done(&f->restrict_path);
    list_done(&f->with_value);
    *f = (struct sc_filter){0};
}

static int no_memory(struct sc_error *err)
{
    return sc_error_set(err, SC_E_NOMEM, "out of memory for a filter");
}

static int parse_list(json_t *value, const char *key, struct sc_filter_list *l,
                      struct sc_error *err)
{
    size_t n = json_array_size(value);
    if (!json_is_array(value) || n > SC_FILTER_LIST_MAX)
        return sc_error_set(err, SC_E_INVAL, "\"%s\" must be an array of at most %u options", key,
                            SC_FILTER_LIST_MAX);
    l->v = calloc(n ? n : 1, sizeof(*l->v));
    if (!l->v)
        return no_memory(err);
    for (size_t i = 0; i < n; i++) {
        const char *s = json_string_value(json_array_get(value, i));
        if (!s || s[0] != '-' || !s[1])
            return sc_error_set(err, SC_E_INVAL,
                                "\"%s\": each must be a string that begins with '-'", key);
        if (!(l->v[l->n++] = strdup(s)))
            return no_memory(err);
    }
    return 0;
}

static int parse_entry(json_t *object, struct sc_filter *f, struct sc_error *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return sc_error_set(err, SC_E_INVAL, "must be an object");
    if (json_object_get(object, "deny") && json_object_get(object, "allow"))
        return sc_error_set(err, SC_E_INVAL, "has both \"deny\" and \"allow\"; give one of them");
    f->has_allow = json_object_get(object, "allow") != NULL;
    json_object_foreach(object, key, value)
    {
        int rc = 0;
        if (strcmp(key, "deny") == 0)
            rc = parse_list(value, key, &f->deny, err);
        else if (strcmp(key, "allow") == 0)
            rc = parse_list(value, key, &f->allow, err);
        else if (strcmp(key, "restrict_path") == 0)
            rc = parse_list(value, key, &f->restrict_path, err);
        else if (strcmp(key, "with_value") == 0)
            rc = parse_list(value, key, &f->with_value, err);
        else if (strcmp(key, "strict_options") == 0 && json_is_boolean(value))
            f->strict = json_is_true(value);
        else
            rc = sc_error_set(err, SC_E_INVAL,
                              "unknown key \"%s\"; known are deny, allow, restrict_path, "
                              "with_value (arrays) and strict_options (true or false)",
                              key);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static void decref(json_t **j)
{
    json_decref(*j);
}

int sc_filter_parse(const char *text, size_t len, const char *name, const char *program,
                    struct sc_filter *ret, struct sc_error *err)
{
    json_error_t why;
    SC_CLEANUP(decref)
    json_t *root = json_loadb(text ? text : "", len, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return sc_error_set(err, SC_E_INVAL, "%s:%d: %s", name, why.line, why.text);
    if (!json_is_object(root))
        return sc_error_set(err, SC_E_INVAL, "%s: must be an object of programs", name);
    SC_CLEANUP(sc_filter_done) struct sc_filter own = {0};
    SC_CLEANUP(sc_filter_done) struct sc_filter common = {0};
    const char *key;
    json_t *value;
    bool has_own = false;
    json_object_foreach(root, key, value)
    {
        SC_CLEANUP(sc_filter_done) struct sc_filter f = {0};
        int rc = key[0] == '/' || strcmp(key, "default") == 0
                     ? parse_entry(value, &f, err)
                     : sc_error_set(err, SC_E_INVAL, "is neither an absolute path nor \"default\"");
        if (rc < 0) {
            sc_error_wrap(err, "%s: \"%s\"", name, key);
            return rc;
        }
        struct sc_filter *to = strcmp(key, program) == 0     ? &own
                               : strcmp(key, "default") == 0 ? &common
                                                             : NULL;
        has_own |= to == &own;
        if (to) {
            SC_MOVE(to, &f);
        }
    }
    *ret = has_own ? own : common;
    if (has_own)
        own = (struct sc_filter){0};
    else
        common = (struct sc_filter){0};
    return 0;
}

int sc_filter_load(const char *dir, uid_t owner, const char *program, struct sc_filter *ret,
                   struct sc_error *err)
{
    const char *slash = strrchr(program, '/');
    SC_FREE char *path = NULL;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (asprintf(&path, "%s/%s.json", dir, slash ? slash + 1 : program) < 0) {
        path = NULL;
        return no_memory(err);
    }
    struct sc_error e = SC_ERROR_INIT;
    int rc = sc_read_trusted_file(path, owner, SC_FILTER_SIZE_MAX, &text, &e);
    if (rc == SC_E_NOTFOUND) {
        *ret = (struct sc_filter){0};
        return 0;
    }
    if (rc < 0)
        return sc_error_set(err, rc, "%s", e.text);
    return sc_filter_parse(text.data, text.len, path, program, ret, err);
}

/* ---- checking ---- */

/* The option of the list that `word` begins with. */
static const char *find(const struct sc_filter_list *l, const char *word)
{
    for (size_t i = 0; i < l->n; i++)
        if (strncmp(word, l->v[i], strlen(l->v[i])) == 0)
            return l->v[i];
    return NULL;
}

static int refuse(const char *word, struct sc_error *err)
{
    return sc_error_set(err, SC_E_DENIED, "the option %.200s is not allowed", word);
}

/* Where the value leads, its last component perhaps not there yet; NULL with errno. */
static char *follow(const char *path)
{
    char *real = realpath(path, NULL);
    const char *slash = strrchr(path, '/');
    if (real || errno != ENOENT || !slash || !slash[1] || strcmp(slash, "/..") == 0 ||
        strcmp(slash, "/.") == 0)
        return real;
    SC_FREE char *up = strndup(path, (size_t)(slash - path) + 1);
    SC_FREE char *parent = up ? realpath(up, NULL) : NULL;
    if (!parent)
        return NULL;
    return asprintf(&real, "%s%s", parent, slash) < 0 ? NULL : real;
}

static int check_path(const char *option, const char *value, const char *cwd, const char *base,
                      struct sc_error *err)
{
    SC_FREE char *path = NULL;
    if (!value || !*value)
        return sc_error_set(err, SC_E_DENIED, "the option %.200s needs a path", option);
    if (asprintf(&path, "%s%s%s", *value == '/' ? "" : cwd, *value == '/' ? "" : "/", value) < 0) {
        path = NULL;
        return no_memory(err);
    }
    SC_FREE char *real = follow(path);
    if (!real || !sc_path_below(real, base))
        return sc_error_set(err, SC_E_DENIED, "the path of %.200s must be below %s", option, base);
    return 0;
}

static bool has(const struct sc_filter_list *l, const char *option)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(option, l->v[i]) == 0)
            return true;
    return false;
}

/* Whether the word is nothing but allowed options, one behind the other, the last perhaps with its
 * value: "-bm" lets "-bmi" pass where "-i" is allowed, and "-bmalware" not. */
static bool all_allowed(const struct sc_filter *f, const char *word)
{
    if (word[1] == '-') {
        SC_FREE char *name = strndup(word, strcspn(word, "="));
        return name && has(&f->allow, name);
    }
    for (const char *at = word + 1; *at;) {
        const char *best = NULL;
        size_t len = 0;
        for (size_t i = 0; i < f->allow.n; i++) {
            const char *letters = f->allow.v[i] + 1;
            size_t n = strlen(letters);
            if (n > len && strncmp(at, letters, n) == 0) {
                best = f->allow.v[i];
                len = n;
            }
        }
        if (!best)
            return false;
        if (has(&f->with_value, best))
            return true;
        at += len;
    }
    return true;
}

/* One word as an option. `following` is the word behind it, or NULL. */
static int check_word(const struct sc_filter *f, const char *shown, const char *word,
                      const char *following, const char *cwd, const char *base,
                      struct sc_error *err)
{
    if (find(&f->deny, word))
        return refuse(shown, err);
    const char *option = find(&f->restrict_path, word);
    if (!option)
        return 0;
    const char *value = word + strlen(option);
    if (*value == '=')
        value++;
    return check_path(option, *value ? value : following, cwd, base, err);
}

int sc_filter_check(const struct sc_filter *f, char *const *args, size_t n, const char *cwd,
                    const char *base, struct sc_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const char *word = args[i], *following = i + 1 < n ? args[i + 1] : NULL;
        if (word[0] != '-' || !word[1])
            continue;
        bool allowed =
            !f->has_allow || (f->strict ? all_allowed(f, word) : find(&f->allow, word) != NULL);
        int rc = allowed ? check_word(f, word, word, following, cwd, base, err) : refuse(word, err);
        /* every letter of a cluster may be an option, and what follows it its value */
        size_t len = f->strict && word[1] != '-' ? strlen(word) : 0;
        for (size_t k = 2; rc == 0 && k < len; k++) {
            const char before[] = {'-', word[k - 1], 0};
            if (has(&f->with_value, before))
                break;
            SC_FREE char *alone = NULL;
            if (asprintf(&alone, "-%s", word + k) < 0) {
                alone = NULL;
                return no_memory(err);
            }
            rc = check_word(f, word, alone, following, cwd, base, err);
        }
        if (rc < 0)
            return rc;
    }
    return 0;
}
