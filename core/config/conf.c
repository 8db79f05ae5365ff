/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/base/ini.h"
#include "core/inventory/adapters.h"

static const char *const home_names[SC_HOMES] = {
    [SC_HOME_UNSET] = "", [SC_HOME_SHARED] = "shared", [SC_HOME_PRIVATE] = "private"};

const char *sc_home_name(enum sc_home home)
{
    return home_names[home];
}

enum sc_home sc_home_from_name(const char *name)
{
    for (int i = SC_HOME_SHARED; i < SC_HOMES; i++)
        if (strcmp(home_names[i], name) == 0)
            return (enum sc_home)i;
    return SC_HOME_UNSET;
}

struct parse {
    const char *name;
    unsigned line;
    unsigned seen, seen_api; /* a bit for each key */
    struct sc_conf conf;
    struct sc_error *err;
};

static int bad_value(struct parse *p, const char *key, const char *value, const char *allowed)
{
    return sc_error_set(p->err, SC_E_INVAL, "%s line %u: %s = '%s' is not allowed: give %s",
                        p->name, p->line, key, value, allowed);
}

static int parse_panel(struct parse *p, const char *key, const char *value)
{
    SC_BUF struct sc_buf names = SC_BUF_INIT;
    sc_buf_str(&names, "auto");
    bool ok = !strcmp(value, "auto") || sc_adapter_named(value);
    size_t n;
    const struct sc_adapter *table = sc_adapters(&n);
    for (size_t i = 0; i < n; i++)
        sc_buf_fmt(&names, ", %s", table[i].name);
    if (!ok || strlen(value) >= sizeof(p->conf.panel))
        return bad_value(p, key, value, names.data ? names.data : "auto");
    strcpy(p->conf.panel, value);
    return 0;
}

/* A number of decimal digits alone; -1 when it is none or is above `max`. *ret_rest is what
 * follows. */
static long long parse_number(const char *s, long long max, const char **ret_rest)
{
    long long v = 0;
    size_t digits = strspn(s, "0123456789");
    for (size_t i = 0; i < digits; i++) {
        v = v * 10 + (s[i] - '0');
        if (v > max)
            return -1;
    }
    *ret_rest = s + digits;
    return digits ? v : -1;
}

static int parse_count(struct parse *p, const char *key, const char *value, unsigned max,
                       const char *allowed, unsigned *ret)
{
    const char *rest = "";
    long long v = parse_number(value, max, &rest);
    if (v < 1 || *rest)
        return bad_value(p, key, value, allowed);
    *ret = (unsigned)v;
    return 0;
}

/* Bytes, with an optional K, M or G; -1 when it is none, or is not from `min` to 64G. */
static long long read_size(const char *value, long long min)
{
    const long long max = 64LL << 30;
    const char *rest = "";
    long long v = parse_number(value, max, &rest);
    int shift = 0;
    if (*rest && !rest[1])
        shift = *rest == 'K' ? 10 : *rest == 'M' ? 20 : *rest == 'G' ? 30 : 0;
    return v < 0 || (*rest && !shift) || v > (max >> shift) || v << shift < min ? -1 : v << shift;
}

static int parse_size(struct parse *p, const char *key, const char *value)
{
    long long v = read_size(value, 1LL << 20);
    if (v < 0)
        return bad_value(p, key, value, "bytes with an optional K, M or G, from 1M to 64G");
    p->conf.shm_size = (uint64_t)v;
    return 0;
}

static int parse_history(struct parse *p, const char *key, const char *value)
{
    long long v = strcmp(value, "off") == 0 ? 0 : read_size(value, 8LL << 20);
    if (v < 0)
        return bad_value(p, key, value, "off, or bytes with an optional K, M or G, from 8M to 64G");
    p->conf.history_size = (uint64_t)v;
    return 0;
}

static int parse_switch(struct parse *p, const char *key, const char *value, bool *ret)
{
    bool on = !strcmp(value, "on");
    if (!on && strcmp(value, "off"))
        return bad_value(p, key, value, "on or off");
    *ret = on;
    return 0;
}

static int parse_url(struct parse *p, const char *key, const char *value)
{
    /* such a value may hold a password: it is not shown */
    if (strchr(value, '@'))
        return sc_error_set(p->err, SC_E_INVAL,
                            "%s line %u: %s must not have a user name or password ('@') in it: use "
                            "the keys user and secret_file",
                            p->name, p->line, key);
    if (strncmp(value, "https://", 8) || !value[8] || value[8] == '/')
        return bad_value(p, key, value,
                         "an address that begins with https://, such as "
                         "https://server.example:2087");
    strcpy(p->conf.api.url, value);
    return 0;
}

static int parse_user(struct parse *p, const char *key, const char *value)
{
    if (!*value || strchr(value, ':'))
        return bad_value(p, key, value, "a user name without ':'");
    strcpy(p->conf.api.user, value);
    return 0;
}

static int parse_prefix(struct parse *p, const char *key, const char *value)
{
    if (!value[strspn(value, "/")])
        return bad_value(p, key, value, "what all keys begin with, such as /sitecage/");
    strcpy(p->conf.api.prefix, value);
    return 0;
}

static int parse_path(struct parse *p, const char *key, const char *value, char *ret)
{
    if (*value != '/' || !value[1])
        return bad_value(p, key, value, "a file's full path, beginning with '/'");
    strcpy(ret, value);
    return 0;
}

/* The key's place in the list; SC_E_INVAL when it is not there or was given before. */
static int find_key(struct parse *p, const char *const *keys, int n, const char *key,
                    unsigned *seen)
{
    for (int k = 0; k < n; k++) {
        if (strcmp(keys[k], key))
            continue;
        if (*seen & 1u << k)
            return sc_error_set(p->err, SC_E_INVAL,
                                "%s line %u: %s is given twice (a line that starts with white "
                                "space continues the one above)",
                                p->name, p->line, key);
        *seen |= 1u << k;
        return k;
    }
    SC_BUF struct sc_buf names = SC_BUF_INIT;
    for (int k = 0; k < n; k++)
        sc_buf_fmt(&names, "%s%s", k ? ", " : "", keys[k]);
    return sc_error_set(p->err, SC_E_INVAL, "%s line %u: unknown key %s%s: allowed are %s", p->name,
                        p->line, key, seen == &p->seen_api ? " in [api]" : "",
                        names.data ? names.data : "others");
}

static int parse_api_key(struct parse *p, const char *key, const char *value)
{
    static const char *const keys[] = {"url",       "user",     "secret_file", "ca_file",
                                       "cert_file", "key_file", "prefix"};
    int k = find_key(p, keys, (int)(sizeof(keys) / sizeof(keys[0])), key, &p->seen_api);
    if (k < 0)
        return k;
    if (strlen(value) >= SC_CONF_VALUE_MAX)
        return sc_error_set(p->err, SC_E_INVAL, "%s line %u: %s is too long", p->name, p->line,
                            key);
    switch (k) {
    case 0:
        return parse_url(p, key, value);
    case 1:
        return parse_user(p, key, value);
    case 2:
        return parse_path(p, key, value, p->conf.api.secret_file);
    case 3:
        return parse_path(p, key, value, p->conf.api.ca_file);
    case 4:
        return parse_path(p, key, value, p->conf.api.cert_file);
    case 5:
        return parse_path(p, key, value, p->conf.api.key_file);
    default:
        return parse_prefix(p, key, value);
    }
}

static int parse_metrics(struct parse *p, const char *key, const char *value)
{
    if (strcmp(value, "auto") != 0 && strcmp(value, "off") != 0 &&
        (*value != '/' || !value[1] || strlen(value) >= sizeof(p->conf.metrics)))
        return bad_value(p, key, value, "auto, off, or a file's full path, beginning with '/'");
    strcpy(p->conf.metrics, value);
    return 0;
}

static int parse_home(struct parse *p, const char *key, const char *value)
{
    enum sc_home home = sc_home_from_name(value);
    if (home == SC_HOME_UNSET)
        return bad_value(p, key, value, "private or shared");
    p->conf.home = home;
    return 0;
}

static int parse_key(struct parse *p, const char *section, const char *key, const char *value)
{
    static const char *const keys[] = {"panel",     "panel_timeout", "keeper_idle", "shm_size",
                                       "debug",     "apache_module", "home",        "home_choice",
                                       "fpm_sites", "history_size",  "metrics"};
    if (!strcmp(section, "api"))
        return parse_api_key(p, key, value);
    int k = find_key(p, keys, (int)(sizeof(keys) / sizeof(keys[0])), key, &p->seen);
    switch (k) {
    case 0:
        return parse_panel(p, key, value);
    case 1:
        return parse_count(p, key, value, 300, "seconds from 1 to 300", &p->conf.panel_timeout);
    case 2:
        return parse_count(p, key, value, 86400, "seconds from 1 to 86400", &p->conf.keeper_idle);
    case 3:
        return parse_size(p, key, value);
    case 4:
        return parse_switch(p, key, value, &p->conf.debug);
    case 5:
        return parse_switch(p, key, value, &p->conf.apache_module);
    case 6:
        return parse_home(p, key, value);
    case 7:
        return parse_switch(p, key, value, &p->conf.home_choice);
    case 8:
        return parse_count(p, key, value, 100000, "a number from 1 to 100000", &p->conf.fpm_sites);
    case 9:
        return parse_history(p, key, value);
    case 10:
        return parse_metrics(p, key, value);
    default:
        return k;
    }
}

static int on_row(const struct sc_ini_row *row, void *arg, struct sc_error *err)
{
    struct parse *p = arg;
    p->err = err;
    p->line = row->line;
    if (row->key)
        return parse_key(p, row->section, row->key, row->value);
    if (strcmp(row->section, "sitecage") == 0 || strcmp(row->section, "api") == 0)
        return 0;
    return sc_error_set(err, SC_E_INVAL,
                        "%s line %u: unknown section [%s]: use [sitecage] or [api]", p->name,
                        p->line, row->section);
}

int sc_conf_parse(const char *text, size_t len, const char *name, struct sc_conf *ret,
                  struct sc_error *err)
{
    struct parse p = {.name = name, .conf = SC_CONF_DEFAULT};
    const struct sc_ini ini = {.file = name, .row = on_row, .arg = &p};
    int rc = sc_ini_read(&ini, text, len, NULL, err);
    if (rc == 0)
        *ret = p.conf;
    return rc;
}

int sc_conf_load(const char *path, uid_t owner, struct sc_conf *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_error e = SC_ERROR_INIT;
    int rc = sc_read_trusted_file(path, owner, SC_CONF_SIZE_MAX, &text, &e);
    if (rc == SC_E_NOTFOUND)
        sc_buf_add(&text, "", 0);
    else if (rc < 0) {
        if (err)
            *err = e;
        return rc;
    }
    return sc_conf_parse(text.data ? text.data : "", text.len, path, ret, err);
}
