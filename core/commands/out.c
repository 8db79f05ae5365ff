/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/error_code.h"
#include "core/commands/out.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

void sc_out_done(struct sc_out *o)
{
    sc_buf_free(&o->text);
    sc_buf_free(&o->notices);
    json_decref(o->doc);
    o->doc = NULL;
}

/* --- gathering --- */

void sc_out_fmt(struct sc_out *o, const char *fmt, ...)
{
    if (o->json)
        return;
    char *line = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&line, fmt, ap) >= 0) {
        sc_buf_str(&o->text, line);
        free(line);
    } else {
        o->failed = true;
    }
    va_end(ap);
}

static void add_printable(struct sc_buf *b, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        sc_buf_add(b, c < 0x20 || c == 0x7f ? "?" : s, 1);
    }
}

void sc_out_word(struct sc_out *o, const char *word)
{
    if (!o->json)
        add_printable(&o->text, word);
}

void sc_out_words(struct sc_out *o, const char *const *words, size_t n, const char *between)
{
    for (size_t i = 0; i < n; i++) {
        sc_out_fmt(o, "%s", i ? between : "");
        sc_out_word(o, words[i]);
    }
}

void sc_out_toned(struct sc_out *o, enum sc_tone tone, const char *word, size_t columns)
{
    static const char *const codes[] = {[SC_TONE_GOOD] = "32",
                                        [SC_TONE_WARNING] = "33",
                                        [SC_TONE_BAD] = "31",
                                        [SC_TONE_HEAD] = "1"};
    size_t used = strlen(word);
    if (o->colour && tone != SC_TONE_PLAIN)
        sc_out_fmt(o, "\033[%sm%s\033[0m", codes[tone], word);
    else
        sc_out_fmt(o, "%s", word);
    sc_out_fmt(o, "%*s", (int)(used < columns ? columns - used : 0), "");
}

bool sc_out_wants_colour(bool terminal, const char *no_color, const char *term)
{
    return terminal && !(no_color && *no_color) && term && *term && strcmp(term, "dumb") != 0;
}

void sc_out_set_take(struct sc_out *o, const char *key, json_t *value)
{
    if (!o->doc)
        o->doc = json_object();
    if (json_object_set_new(o->doc, key, value) < 0)
        o->failed = true;
}

void sc_out_notice(struct sc_out *o, const char *text)
{
    if (o->n_notices++ >= SC_OUT_NOTICES_MAX)
        return;
    add_printable(&o->notices, text);
    sc_buf_str(&o->notices, "\n");
}

/* --- JSON --- */

json_t *sc_json_text(const char *s)
{
    if (!s)
        return json_null();
    json_t *plain = json_string(s);
    if (plain)
        return plain;
    SC_BUF struct sc_buf good = SC_BUF_INIT;
    while (*s) {
        /* jansson refuses what is not UTF-8, so it is asked for the next character's length. */
        size_t n = 0;
        json_t *character = NULL;
        while (!character && n < 4 && s[n])
            character = json_stringn(s, ++n);
        if (character)
            sc_buf_add(&good, s, n);
        else
            sc_buf_str(&good, "\xef\xbf\xbd");
        s += character ? n : 1;
        json_decref(character);
    }
    return good.failed ? NULL : json_stringn(good.data, good.len);
}

json_t *sc_json_texts(const char *const *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        if (json_array_append_new(list, sc_json_text(v[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *notices_json(struct sc_out *o)
{
    json_t *list = json_array();
    char *rest = o->notices.data, *line;
    int bad = 0;
    while ((line = strsep(&rest, "\n")) && *line)
        bad |= json_array_append_new(list, sc_json_text(line));
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

/* The whole object as one line, to be freed; NULL without memory. */
static char *render_json(struct sc_out *o, int status, const struct sc_error *err)
{
    json_t *all = json_object();
    int bad = json_object_set_new(all, "result", json_string(status ? "error" : "success"));
    if (status)
        bad |= json_object_set_new(all, "message", sc_json_text(err->text)) |
               json_object_set_new(all, "code", json_string(sc_error_word(err)));
    if (o->doc)
        bad |= json_object_update(all, o->doc);
    if (o->n_notices)
        bad |= json_object_set_new(all, "notices", notices_json(o));
    char *line = bad || o->failed ? NULL : json_dumps(all, JSON_ENSURE_ASCII);
    json_decref(all);
    return line;
}

/* --- writing --- */

static int write_text(FILE *f, const char *text, const char *end)
{
    /* Each is said only once, and a stream that was closed fails here with EBADF. */
    errno = 0;
    if (fputs(text, f) < 0 || fputs(end, f) < 0 || fflush(f) != 0)
        return errno ? errno : EIO;
    return 0;
}

static void complain(FILE *complaints, const char *text)
{
    (void)write_text(complaints, text, "\n");
}

int sc_out_end(struct sc_out *o, FILE *out, FILE *complaints, int status,
               const struct sc_error *err)
{
    if (o->n_notices > SC_OUT_NOTICES_MAX)
        sc_buf_fmt(&o->notices, "%zu more notices are not shown\n",
                   o->n_notices - SC_OUT_NOTICES_MAX);
    if (!o->json && status == 0 && o->notices.data)
        (void)write_text(complaints, o->notices.data, "");
    int bad = 0;
    if (o->json) {
        char *line = render_json(o, status, err);
        bad = line ? write_text(out, line, "\n") : ENOMEM;
        free(line);
    } else {
        bad = o->failed || o->text.failed ? ENOMEM : 0;
        if (!bad && o->text.data)
            bad = write_text(out, o->text.data, "");
    }
    if (status && (!o->json || bad))
        complain(complaints, err->text);
    if (status || !bad)
        return status;
    struct sc_error e = SC_ERROR_INIT;
    sc_error_sys(&e, bad, "it is done, but standard output could not be written");
    complain(complaints, e.text);
    return 1;
}
