/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/base/vec.h"

#define WORD 64u /* bytes of a version, an extension, a period */

static int no_memory(struct sc_page_ask *a)
{
    return sc_error_set(a->err, SC_E_NOMEM, "out of memory for the request");
}

int sc_page_wrong(struct sc_page_ask *a, const char *name)
{
    return sc_error_set(a->err, SC_E_INVAL, "the request's \"%s\" is missing or wrong", name);
}

/* ---- arguments ---- */

int sc_page_add(struct sc_page_ask *a, const char *fmt, ...)
{
    struct sc_page_job *j = &a->job;
    va_list ap;
    char *text = NULL;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        return no_memory(a);
    if (!SC_VEC_ROOM(j->argv, j->argc + 1)) {
        free(text);
        return no_memory(a);
    }
    j->argv[j->argc++] = text;
    j->argv[j->argc] = NULL;
    return 0;
}

int sc_page_add_all(struct sc_page_ask *a, const char *const *words)
{
    int rc = 0;
    for (; rc == 0 && *words; words++)
        rc = sc_page_add(a, "%s", *words);
    return rc;
}

/* ---- members ---- */

bool sc_page_flag(const struct sc_page_ask *a, const char *name)
{
    return json_is_true(json_object_get(a->doc, name));
}

/* Letters, digits and what names of versions and extensions have; never an option. */
static bool word_ok(const char *s, size_t max)
{
    static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+";
    size_t n = s ? strspn(s, ok) : 0;
    return n > 0 &&
           s[n + strspn(s + n, "-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789._+")] == 0 &&
           strlen(s) <= max;
}

int sc_page_word(struct sc_page_ask *a, const char *name, const char **ret)
{
    *ret = json_string_value(json_object_get(a->doc, name));
    return word_ok(*ret, WORD) ? 0 : sc_page_wrong(a, name);
}

int sc_page_domain(struct sc_page_ask *a, char ret[256])
{
    const char *s = json_string_value(json_object_get(a->doc, "domain"));
    return s ? sc_domain_canon(s, ret, a->err) : sc_page_wrong(a, "domain");
}

/* Calls `with` for each word of a list; `least` of them. */
static int each(struct sc_page_ask *a, const char *name, size_t least,
                int (*with)(struct sc_page_ask *, const char *))
{
    const json_t *list = json_object_get(a->doc, name);
    size_t n = json_is_array(list) ? json_array_size(list) : 0;
    if (!json_is_array(list) || n < least || n > SC_PAGE_NAMES_MAX)
        return sc_page_wrong(a, name);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const char *s = json_string_value(json_array_get(list, i));
        rc = s ? with(a, s) : sc_page_wrong(a, name);
    }
    return rc;
}

static int add_domain(struct sc_page_ask *a, const char *s)
{
    char name[256];
    int rc = sc_domain_canon(s, name, a->err);
    return rc < 0 ? rc : sc_page_add(a, "%s", name);
}

static int add_user(struct sc_page_ask *a, const char *s)
{
    return sc_owner_valid(s) ? sc_page_add(a, "%s", s) : sc_page_wrong(a, "users");
}

/* All arguments from `first` on become one, behind `head`, with commas. */
int sc_page_join(struct sc_page_ask *a, size_t first, const char *head)
{
    SC_BUF struct sc_buf one = SC_BUF_INIT;
    struct sc_page_job *j = &a->job;
    sc_buf_str(&one, head);
    for (size_t i = first; i < j->argc; i++)
        sc_buf_fmt(&one, "%s%s", i > first ? "," : "", j->argv[i]);
    int rc = sc_buf_check(&one, "the request", a->err);
    while (j->argc > first)
        free(j->argv[--j->argc]);
    return rc < 0 ? rc : sc_page_add(a, "%s", one.data);
}

static int add_word(struct sc_page_ask *a, const char *s)
{
    return word_ok(s, WORD) ? sc_page_add(a, "%s", s) : sc_page_wrong(a, "extensions");
}

int sc_page_add_domains(struct sc_page_ask *a, const char *name, size_t least)
{
    return each(a, name, least, add_domain);
}

int sc_page_add_users(struct sc_page_ask *a, const char *name, size_t least)
{
    return each(a, name, least, add_user);
}

int sc_page_add_words(struct sc_page_ask *a, const char *name, size_t least)
{
    return each(a, name, least, add_word);
}

int sc_page_add_accounts(struct sc_page_ask *a)
{
    SC_FREE char *names = strdup(a->accounts);
    if (!names)
        return no_memory(a);
    size_t n = 0;
    int rc = 0;
    char *rest = names, *name;
    while (rc == 0 && (name = strsep(&rest, ",")) != NULL)
        if (sc_owner_valid(name)) {
            rc = sc_page_add(a, "%s", name);
            n++;
        }
    return rc < 0 || n ? rc : sc_error_set(a->err, SC_E_NOTFOUND, "you have no customers here");
}

int sc_page_one_of(struct sc_page_ask *a, const char *name, const char *this, const char *that,
                   const char **ret)
{
    const json_t *v = json_object_get(a->doc, name);
    const char *s = json_string_value(v);
    if (!json_is_null(v) && (!s || (strcmp(s, this) != 0 && strcmp(s, that) != 0)))
        return sc_page_wrong(a, name);
    *ret = s;
    return 0;
}
