/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/enter/inside.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define VIEWS_OWN "/.sitecage" /* only views have it (core/cage/masks.h), and root alone makes it */

struct sc_site_ref sc_inside_look_up(const struct sc_table *t, const char *site)
{
    if (site[0] == '/')
        return sc_table_docroot(t, site);
    char name[256];
    size_t n = strlen(site);
    if (n >= sizeof(name))
        return (struct sc_site_ref){0};
    for (size_t i = 0; i <= n; i++)
        name[i] = (char)tolower((unsigned char)site[i]);
    if (n > 1 && name[n - 1] == '.')
        name[n - 1] = 0;
    return sc_table_name(t, name);
}

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || (c && strchr("./_-", c));
}

/* The word at `at`, also in quotes; "" where there is none, or it is too long. */
static void word_at(const char *at, char out[256])
{
    size_t n = 0;
    at += strspn(at, " \t");
    at += *at == '"' || *at == '\'';
    while (is_word_byte(at[n]))
        n++;
    n = n < 256 ? n : 0;
    memcpy(out, at, n);
    out[n] = 0;
}

void sc_inside_words(const struct sc_table *t, unsigned id, const char *command, char *out,
                     size_t size)
{
    static const char me[] = "cagefs_enter_site";
    size_t len = 0;
    char word[256];
    out[0] = 0;
    for (const char *at = command; (at = strstr(at, me));) {
        at += sizeof(me) - 1;
        word_at(at, word);
        size_t n = strlen(word);
        if (n && len + n + 2 <= size && sc_inside_look_up(t, word).id == id)
            len += (size_t)snprintf(out + len, size - len, "%s%s", len ? " " : "", word);
    }
}

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; n && (at = strstr(at, word)); at++)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return !strchr(word, ' ');
    return false;
}

bool sc_inside_is(const char *site)
{
    struct stat st;
    const char *words = getenv(SC_INSIDE_VAR);
    return words && has_word(words, site) && lstat(VIEWS_OWN, &st) == 0 && st.st_uid == 0;
}
