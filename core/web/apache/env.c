/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/apache/env.h"

#include <string.h>

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is(const char *name, const char *known)
{
    size_t n = strlen(known);
    return strncmp(name, known, n) == 0 && (name[n] == '=' || name[n] == 0);
}

bool sc_web_env_is_plain(const char *name)
{
    static const char *const kinds[] = {"HTTP_", "SSL_", "REDIRECT_"};
    static const char *const names[] = {
        "AUTH_TYPE",
        "CONTENT_LENGTH",
        "CONTENT_TYPE",
        "CONTEXT_DOCUMENT_ROOT",
        "CONTEXT_PREFIX",
        "DATE_GMT",
        "DATE_LOCAL",
        "DOCUMENT_NAME",
        "DOCUMENT_ARGS",
        "DOCUMENT_ROOT",
        "DOCUMENT_URI",
        "DOCUMENT_PATH_INFO",
        "ERROR_NOTES",
        "GATEWAY_INTERFACE",
        "HTTPS",
        "LAST_MODIFIED",
        "PATH",
        "QUERY_STRING",
        "REMOTE_ADDR",
        "REMOTE_HOST",
        "REMOTE_IDENT",
        "REMOTE_PORT",
        "REMOTE_USER",
        "REQUEST_METHOD",
        "REQUEST_SCHEME",
        "REQUEST_URI",
        "SCRIPT_NAME",
        "SCRIPT_FILENAME",
        "SCRIPT_URI",
        "SCRIPT_URL",
        "SERVER_ADDR",
        "SERVER_ADMIN",
        "SERVER_NAME",
        "SERVER_PORT",
        "SERVER_PROTOCOL",
        "SERVER_SIGNATURE",
        "SERVER_SOFTWARE",
        "TZ",
        "UNIQUE_ID",
        "USER_NAME",
        "QUERY_STRING_UNESCAPED",
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (begins(name, kinds[i]))
            return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (is(name, names[i]))
            return true;
    return false;
}

bool sc_web_env_is_for_all(const char *name)
{
    static const char *const names[] = {"LANG", "PATH", "TEMP", "TMP", "TMPDIR", "TZ"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return begins(name, "LC_");
}

void sc_web_env_plain(char *const *from, char **to, size_t size)
{
    size_t n = 0;
    for (; from && *from && n + 1 < size; from++)
        if (sc_web_env_is_plain(*from))
            to[n++] = *from;
    to[n] = NULL;
}
