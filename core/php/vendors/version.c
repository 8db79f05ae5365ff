/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/php/vendors/version.h"

#include <ctype.h>
#include <string.h>

const char *sc_php_sapi_name(enum sc_php_sapi sapi)
{
    static const char *const names[SC_PHP_SAPIS] = {"php-cgi", "php", "php-fpm", "lsphp"};
    return names[sapi];
}

bool sc_php_name_valid(const char *name)
{
    if (strcmp(name, SC_PHP_NATIVE) == 0)
        return true;
    size_t major = strspn(name, "0123456789");
    if (major < 1 || major > 2 || name[major] != '.')
        return false;
    size_t minor = strspn(name + major + 1, "0123456789");
    return minor >= 1 && minor <= 2 && name[major + 1 + minor] == 0;
}

void sc_php_key(const char *name, char *key)
{
    size_t n = 0;
    for (; *name && n < SC_PHP_NAME_MAX; name++)
        if (*name != '.')
            key[n++] = *name;
    key[n] = 0;
}

bool sc_php_module_valid(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > SC_PHP_MODULE_MAX || strstr(name, ".."))
        return false;
    for (size_t i = 0; i < n; i++) {
        bool inner = i > 0 && i + 1 < n && strchr("-.+", name[i]);
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && !inner)
            return false;
    }
    return true;
}
