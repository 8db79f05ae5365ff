/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache_code.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include "core/web/apache/path.h"

/* Which word is the script (mod_wsgi.c, mod_lua.c: their tables of commands). */
static const struct {
    const char *name;
    size_t script;
} scripts[] = {
    {"WSGIScriptAlias", 2},    {"WSGIScriptAliasMatch", 2}, {"WSGIHandlerScript", 2},
    {"WSGIDispatchScript", 1}, {"WSGIImportScript", 1},     {"WSGIAccessScript", 1},
    {"WSGIAuthUserScript", 1}, {"WSGIAuthGroupScript", 1},  {"LuaMapHandler", 2},
    {"LuaQuickHandler", 1},    {"LuaAuthzProvider", 2},
};

static bool begins(const char *text, const char *with)
{
    return strncasecmp(text, with, strlen(with)) == 0;
}

/* PerlResponseHandler, PythonFixupHandler … */
static bool is_in_words(const char *directive)
{
    static const char end[] = "Handler";
    size_t n = strlen(directive), m = sizeof(end) - 1;
    return (begins(directive, "Perl") || begins(directive, "Python")) && n > m &&
           strcasecmp(directive + n - m, end) == 0;
}

bool sc_apache_runs_code(char *const *w, size_t n, const char **ret_script)
{
    *ret_script = NULL;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
        if (strcasecmp(w[0], scripts[i].name) == 0) {
            *ret_script = n > scripts[i].script ? w[scripts[i].script] : w[0];
            return true;
        }
    if (begins(w[0], "LuaHook") && n > 1) {
        *ret_script = w[1];
        return true;
    }
    return is_in_words(w[0]);
}

bool sc_apache_script_is_servers(const char *script)
{
    static const char *const tops[] = {"/usr", "/opt", "/etc"};
    char clean[PATH_MAX];
    if (strpbrk(script, "$%") || strlen(script) >= sizeof(clean) ||
        sc_web_path_clean(script, clean) == 0)
        return false;
    for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
        if (sc_web_path_within(clean, tops[i]))
            return true;
    return false;
}
