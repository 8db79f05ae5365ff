/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/php_names.h"

#include <stdio.h>
#include <string.h>

struct named {
    const char *name;
    enum sc_named is;
};

/* https://www.php.net/manual/en/ini.list.php */
static const struct named settings[] = {
    {"session.save_path", SC_NAMED_OWN},  {"upload_tmp_dir", SC_NAMED_OWN},
    {"sys_temp_dir", SC_NAMED_OWN},       {"soap.wsdl_cache_dir", SC_NAMED_OWN},
    {"opcache.file_cache", SC_NAMED_OWN}, {"error_log", SC_NAMED_LOG},
    {"mail.log", SC_NAMED_LOG},           {"auto_prepend_file", SC_NAMED_READ},
    {"auto_append_file", SC_NAMED_READ},  {"browscap", SC_NAMED_READ},
    {"include_path", SC_NAMED_SEVERAL},
};

static const struct named variables[] = {
    {"TMPDIR", SC_NAMED_OWN}, {"TMP", SC_NAMED_OWN}, {"TEMP", SC_NAMED_OWN}};

static enum sc_named find(const struct named *v, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(v[i].name, name, len) == 0 && !v[i].name[len])
            return v[i].is;
    return SC_NAMED_NOTHING;
}

enum sc_named sc_php_setting(const char *name)
{
    return find(settings, sizeof(settings) / sizeof(settings[0]), name, strlen(name));
}

enum sc_named sc_fpm_key(const char *key)
{
    static const char *const values[] = {"php_value[", "php_admin_value["};
    size_t len = strlen(key);
    if (len == 0 || key[len - 1] != ']')
        return SC_NAMED_NOTHING;
    if (strncmp(key, "env[", 4) == 0)
        return find(variables, sizeof(variables) / sizeof(variables[0]), key + 4, len - 5);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        size_t n = strlen(values[i]);
        if (strncmp(key, values[i], n) == 0)
            return find(settings, sizeof(settings) / sizeof(settings[0]), key + n, len - n - 1);
    }
    return SC_NAMED_NOTHING;
}

const char *sc_php_path(const char *value)
{
    const char *last = strrchr(value, ';');
    return last && last[1] == '/' ? last + 1 : value;
}
