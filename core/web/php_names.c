/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/php_names.h"

#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PATTERN_MAX 1024

static const char *const samples[] = {"x.php",  "x.phtml", "x.phar", "x.php3", "x.php4", "x.php5",
                                      "x.php6", "x.php7",  "x.php8", "x.pht",  "x.phps", "x.inc",
                                      "x.PHP",  "x.html",  "x.txt",  "x.php.x"};
#define N (sizeof(samples) / sizeof(samples[0]))
_Static_assert((1u << N) - 1 == SC_PHP_NAMES_ALL, "a bit for each");

unsigned sc_php_names_glob(const char *pattern)
{
    unsigned names = 0;
    for (size_t i = 0; i < N; i++)
        names |= (unsigned)(fnmatch(pattern, samples[i], 0) == 0) << i;
    return names;
}

/* Perl's "(?:" is a group, "\d" a digit; "(?i)" at the beginning: either case. False: something else of Perl's. */
static bool as_posix(const char *pattern, char out[2 * PATTERN_MAX], int *flags)
{
    size_t n = 0;
    *flags = REG_EXTENDED | REG_NOSUB;
    if (strncmp(pattern, "(?i)", 4) == 0) {
        *flags |= REG_ICASE;
        pattern += 4;
    }
    if (strlen(pattern) >= PATTERN_MAX / 4)
        return false;
    for (const char *p = pattern; *p; p++) {
        if (p[0] == '(' && p[1] == '?' && p[2] != ':')
            return false;
        if (p[0] == '\\' && p[1] == 'd')
            n += (size_t)sprintf(out + n, "[0-9]");
        else
            out[n++] = *p;
        if (p[0] == '(' && p[1] == '?')
            p += 2;
        else if (p[0] == '\\' && p[1] == 'd')
            p++;
        else if (p[0] == '\\' && p[1])
            out[n++] = *++p;
    }
    out[n] = 0;
    return true;
}

unsigned sc_php_names_regex(const char *pattern, bool slash)
{
    char text[2 * PATTERN_MAX], path[32];
    regex_t r;
    int flags;
    unsigned names = 0;
    if (!as_posix(pattern, text, &flags) || regcomp(&r, text, flags) != 0)
        return SC_PHP_NAMES_ALL;
    for (size_t i = 0; i < N; i++) {
        snprintf(path, sizeof(path), "/%s", samples[i]);
        bool is = regexec(&r, samples[i], 0, NULL, 0) == 0 ||
                  (slash && regexec(&r, path, 0, NULL, 0) == 0);
        names |= (unsigned)is << i;
    }
    regfree(&r);
    return names;
}

static bool has_ext(const char *name, const char *ext)
{
    size_t n = strlen(ext);
    for (const char *p = strchr(name, '.'); p; p = strchr(p + 1, '.'))
        if (strncasecmp(p + 1, ext, n) == 0 && (p[1 + n] == 0 || p[1 + n] == '.'))
            return true;
    return false;
}

unsigned sc_php_names_exts(char *const *words, size_t n)
{
    unsigned names = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < N; i++)
            names |= (unsigned)has_ext(samples[i], words[k] + (*words[k] == '.')) << i;
    return names;
}

unsigned sc_php_names_path(const char *path)
{
    return path[0] == '/' && path[1] == 0 ? SC_PHP_NAMES_ALL : 0;
}

const char *sc_php_names_one(unsigned names)
{
    for (size_t i = 0; i < N; i++)
        if (names & 1u << i)
            return samples[i];
    return "";
}
