/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/adapter/variable.h"

#include <stdbool.h>
#include <string.h>

static bool is_name(const char *value)
{
    return *value && strnlen(value, SC_HOOK_WORD_MAX) < SC_HOOK_WORD_MAX;
}

const char *sc_hook_variable(char *const *env, const char *name)
{
    const char *found = NULL;
    size_t len = strlen(name);
    for (; env && *env; env++) {
        if (strncmp(*env, name, len) != 0 || (*env)[len] != '=')
            continue;
        const char *value = *env + len + 1;
        if (found && strcmp(found, value) != 0)
            return NULL;
        found = value;
    }
    return found && is_name(found) ? found : NULL;
}
