/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/ini.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"

#define BLANKS " \t\r"
#define BOM    "\xef\xbb\xbf"

struct reader {
    const struct sc_ini *ini;
    unsigned line;
    const char *section, *key;
    struct sc_ini_bad bad;
};

static char *trim(char *s)
{
    s += strspn(s, BLANKS);
    for (size_t n = strlen(s); n && strchr(BLANKS, s[n - 1]);)
        s[--n] = 0;
    return s;
}

/* Cuts what follows a ';' behind a blank. */
static void cut_comment(char *value)
{
    for (char *p = strchr(value, ';'); p; p = strchr(p + 1, ';'))
        if (p == value || strchr(BLANKS, p[-1])) {
            *p = 0;
            return;
        }
}

static bool has_control(const char *s)
{
    for (; *s; s++)
        if (((unsigned char)*s < 0x20 && *s != '\t' && *s != '\r') || *s == 0x7f)
            return true;
    return false;
}

static int tell(struct reader *r, const char *key, char *value, bool continued,
                struct sc_error *err)
{
    if (value)
        cut_comment(value);
    const struct sc_ini_row row = {.line = r->line,
                                   .section = r->section,
                                   .key = key,
                                   .value = value ? trim(value) : NULL,
                                   .continued = continued};
    return r->ini->row(&row, r->ini->arg, err);
}

static int bad(struct reader *r, enum sc_ini_why why, const char *what, struct sc_error *err)
{
    r->bad = (struct sc_ini_bad){.line = r->line, .why = why};
    return sc_error_set(err, SC_E_INVAL, "%s line %u: %s", r->ini->file, r->line, what);
}

static int junk(struct reader *r, struct sc_error *err)
{
    return bad(r, SC_INI_JUNK, "neither 'key = value' nor [section]", err);
}

static int section(struct reader *r, char *text, struct sc_error *err)
{
    char *end = strchr(text, ']');
    if (!end || (*trim(end + 1) && !strchr("#;", *trim(end + 1))))
        return junk(r, err);
    *end = 0;
    r->section = text + 1;
    r->key = NULL;
    return tell(r, NULL, NULL, false, err);
}

static int key(struct reader *r, char *text, struct sc_error *err)
{
    char *value = strpbrk(text, "=:");
    if (!value)
        return junk(r, err);
    *value++ = 0;
    r->key = trim(text);
    return tell(r, r->key, value, false, err);
}

static int line(struct reader *r, char *text, size_t len, struct sc_error *err)
{
    bool indented = *text == ' ' || *text == '\t';
    if (strlen(text) != len)
        return bad(r, SC_INI_CONTROL, "a zero byte", err);
    text += strspn(text, BLANKS);
    if (!*text || strchr("#;", *text)) /* most lines of php.ini */
        return 0;
    text = trim(text);
    if (has_control(text))
        return bad(r, SC_INI_CONTROL, "a control byte", err);
    if (len > SC_INI_LINE_MAX && !r->ini->long_lines)
        return bad(r, SC_INI_LONG, "longer than 4096 bytes", err);
    if (indented && r->key && !r->ini->plain_indent)
        return tell(r, r->key, text, true, err);
    return *text == '[' ? section(r, text, err) : key(r, text, err);
}

int sc_ini_read(const struct sc_ini *ini, const char *text, size_t len, struct sc_ini_bad *ret_bad,
                struct sc_error *err)
{
    SC_FREE char *copy = malloc(len + 1);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for %s", ini->file);
    memcpy(copy, text, len);
    copy[len] = 0;
    struct reader r = {.ini = ini, .section = ""};
    char *at = strncmp(copy, BOM, strlen(BOM)) == 0 ? copy + strlen(BOM) : copy;
    int rc = 0;
    while (rc == 0 && at < copy + len) {
        char *end = memchr(at, '\n', (size_t)(copy + len - at));
        end = end ? end : copy + len;
        *end = 0;
        r.line++;
        rc = line(&r, at, (size_t)(end - at), err);
        at = end + 1;
    }
    if (ret_bad)
        *ret_bad = r.bad;
    return rc < 0 ? rc : 0;
}
