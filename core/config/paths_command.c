/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config/paths_command.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"

static bool is_plain(unsigned char c)
{
    return isalnum(c) || c >= 0x80 || strchr("_./+@%:,=-", c);
}

static bool needs_quotes(const char *text)
{
    for (; *text; text++)
        if (!is_plain((unsigned char)*text))
            return true;
    return false;
}

static void add_word(struct sc_buf *out, const char *text)
{
    bool quotes = needs_quotes(text);
    sc_buf_str(out, quotes ? "'" : "");
    for (; *text; text++)
        if (*text == '\'')
            sc_buf_str(out, "'\\''");
        else
            sc_buf_add(out, text, 1);
    sc_buf_str(out, quotes ? "'" : "");
}

static bool fits_a_line(const char *text)
{
    json_auto_t *j = json_string(text);
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return j != NULL;
}

char *sc_paths_command(const char *domain, const char *home, const char *rel, bool rw)
{
    SC_BUF struct sc_buf path = SC_BUF_INIT;
    struct sc_buf out = SC_BUF_INIT;
    sc_buf_fmt(&path, "%s/%s", home, rel);
    if (path.failed || !fits_a_line(path.data))
        return NULL;
    sc_buf_fmt(&out, "isolatectl paths add %s ", domain);
    add_word(&out, path.data);
    sc_buf_str(&out, rw ? " rw" : " ro");
    if (!out.failed)
        return out.data;
    sc_buf_free(&out);
    return NULL;
}
