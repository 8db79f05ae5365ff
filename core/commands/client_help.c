/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/client_help.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/io.h"

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static enum sc_help_is find_topic(const struct sc_help *help, const char *word, const char **ret)
{
    for (const struct sc_help_topic *t = help->topics; t->name; t++)
        if (strcmp(t->name, word) == 0) {
            *ret = t->text;
            return SC_HELP_TEXT;
        }
    *ret = word;
    return SC_HELP_UNKNOWN;
}

static enum sc_help_is all_of_it(const struct sc_help *help, const char **ret)
{
    *ret = help->usage;
    return SC_HELP_TEXT;
}

enum sc_help_is sc_help_asked(const struct sc_help *help, char *const *args, const char **ret)
{
    size_t n = 0;
    while (args[n])
        n++;
    if (n == 1 && (strcmp(args[0], "--version") == 0 || strcmp(args[0], "version") == 0 ||
                   strcmp(args[0], "-V") == 0)) {
        *ret = help->version;
        return SC_HELP_TEXT;
    }
    if (n && (strcmp(args[0], "help") == 0 || is_help(args[0])))
        return n > 1 ? find_topic(help, args[1], ret) : all_of_it(help, ret);
    if (n < 2 || !is_help(args[n - 1]))
        return SC_HELP_NONE;
    return find_topic(help, args[0], ret) == SC_HELP_TEXT ? SC_HELP_TEXT : all_of_it(help, ret);
}

void sc_help_unknown(const struct sc_help *help, const char *word, char *ret, size_t size)
{
    size_t len = 0;
    const char *between = "";
    int n = snprintf(ret, size, "there is no help about '%.60s': topics are ", word);
    for (const struct sc_help_topic *t = help->topics; t->name && n >= 0; t++) {
        len += (size_t)n;
        if (len >= size)
            return;
        n = snprintf(ret + len, size - len, "%s%s", between, t->name);
        between = ", ";
    }
}

int sc_help_say(const char *text)
{
    return sc_help_say_error(text, "");
}

int sc_help_say_error(const char *text, const char *message)
{
    if (sc_write_all(STDOUT_FILENO, text, strlen(text)) == 0)
        return 0;
    const int why = errno;
    for (const char *p = message; *p; p++)
        fputc(iscntrl((unsigned char)*p) ? '?' : *p, stderr);
    fprintf(stderr, "%sstandard output could not be written: %s\n", *message ? "; " : "",
            strerror(why));
    return 1;
}
