/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/wrapper.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"

/* How scripts write the places that they know. */
struct place {
    const char *text;
    bool is_home;
};

static const struct place places[] = {{"$(dirname \"$0\")", false},
                                      {"$(dirname $0)", false},
                                      {"`dirname \"$0\"`", false},
                                      {"`dirname $0`", false},
                                      {"${PWD}", false},
                                      {"$PWD", false},
                                      {"${HOME}", true},
                                      {"$HOME", true}};

static const struct place *place_at(const char *p)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (strncmp(p, places[i].text, strlen(places[i].text)) == 0)
            return &places[i];
    return NULL;
}

static bool ends_word(char c)
{
    return !c || strchr(" \t;&|\r\n", c);
}

/* The next word of a line, without its quotes. *ret_known: all of it is plain. False: there is none. */
static bool next_word(const char **at, const char *dir, const char *home, struct sc_buf *word,
                      bool *ret_known)
{
    const char *p = *at;
    char quote = 0;
    while (*p && ends_word(*p))
        p++;
    if (!*p)
        return false;
    word->len = 0;
    *ret_known = true;
    sc_buf_str(word, "");
    while (*p && (quote || !ends_word(*p))) {
        const struct place *place = quote == '\'' ? NULL : place_at(p);
        if (*p == '~' && !quote && p[1] == '/' &&
            (!word->len || word->data[word->len - 1] == '=')) {
            sc_buf_str(word, home);
            p++;
        } else if (place) {
            sc_buf_str(word, place->is_home ? home : dir);
            p += strlen(place->text);
        } else if (quote ? *p == quote : *p == '"' || *p == '\'') {
            quote = quote ? 0 : *p;
            p++;
        } else {
            *ret_known &= quote == '\'' || !strchr("$`\\*?~", *p);
            sc_buf_add(word, p++, 1);
        }
    }
    *at = p;
    return true;
}

/* Takes "..", "." and doubled slashes out of an absolute path. */
static void collapse(char *path)
{
    char *to = path;
    for (const char *p = path; *p;) {
        p += strspn(p, "/");
        size_t n = strcspn(p, "/");
        if (n == 2 && strncmp(p, "..", 2) == 0) {
            *to = 0;
            to = strrchr(path, '/') && to > path ? strrchr(path, '/') : path;
        } else if (n && !(n == 1 && *p == '.')) {
            *to++ = '/';
            memmove(to, p, n);
            to += n;
        }
        p += n;
    }
    *to = 0;
}

struct reading {
    sc_wrapper_told *told;
    void *arg;
    struct sc_error *err;
    enum sc_wrapper_word next; /* what the next word is, where `pending` */
    bool pending;
};

static int tell_one(struct reading *r, enum sc_wrapper_word word, char *value)
{
    if (word != SC_WRAPPER_SET && value[0] != '/')
        return 0;
    if (word != SC_WRAPPER_SET)
        collapse(value);
    return *value ? r->told(word, value, r->arg, r->err) : 0;
}

static int tell(struct reading *r, enum sc_wrapper_word word, char *value)
{
    char *save = NULL;
    int rc = 0;
    if (word != SC_WRAPPER_SCAN)
        return tell_one(r, word, value);
    for (char *one = strtok_r(value, ":", &save); rc == 0 && one; one = strtok_r(NULL, ":", &save))
        rc = tell_one(r, word, one);
    return rc;
}

static int read_word(struct reading *r, char *word)
{
    static const struct {
        const char *begins;
        enum sc_wrapper_word is;
        bool alone; /* its value may be the next word */
    } options[] = {{"PHPRC=", SC_WRAPPER_INI, false},
                   {"PHPRC", SC_WRAPPER_INI, true},
                   {"PHP_INI_SCAN_DIR=", SC_WRAPPER_SCAN, false},
                   {"PHP_INI_SCAN_DIR", SC_WRAPPER_SCAN, true},
                   {"-c", SC_WRAPPER_INI, true},
                   {"-d", SC_WRAPPER_SET, true}};
    if (r->pending) {
        r->pending = false;
        return tell(r, r->next, word);
    }
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        size_t n = strlen(options[i].begins);
        if (strncmp(word, options[i].begins, n) != 0)
            continue;
        r->pending = options[i].alone && !word[n];
        r->next = options[i].is;
        return r->pending ? 0 : tell(r, options[i].is, word + n);
    }
    return 0;
}

static int read_line(struct reading *r, const char *line, const char *dir, const char *home,
                     struct sc_buf *word)
{
    bool known = false;
    int rc = 0;
    r->pending = false;
    if (line[strspn(line, " \t")] == '#')
        return 0;
    while (rc == 0 && next_word(&line, dir, home, word, &known)) {
        rc = sc_buf_check(word, "a wrapper", r->err);
        if (rc == 0 && known)
            rc = read_word(r, word->data);
        else
            r->pending = false;
    }
    return rc;
}

int sc_wrapper_read(const char *text, const char *dir, const char *home, sc_wrapper_told *told,
                    void *arg, struct sc_error *err)
{
    SC_BUF struct sc_buf word = SC_BUF_INIT;
    SC_BUF struct sc_buf line = SC_BUF_INIT;
    struct reading r = {.told = told, .arg = arg, .err = err};
    int rc = 0;
    for (const char *p = text; rc == 0 && *p;) {
        size_t n = strcspn(p, "\n");
        line.len = 0;
        sc_buf_add(&line, p, n);
        rc = sc_buf_check(&line, "a wrapper", err);
        if (rc == 0)
            rc = read_line(&r, line.data, dir, home, &word);
        p += n + (p[n] == '\n');
    }
    return rc;
}
