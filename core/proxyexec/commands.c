/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/proxyexec/commands.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/domain_name.h"
#include "core/base/vec.h"

void sc_proxy_commands_done(struct sc_proxy_commands *c)
{
    for (size_t i = 0; i < c->n; i++)
        SC_FREE_ALL(c->v[i].alias, c->v[i].wrapper, c->v[i].user, c->v[i].path);
    free(c->v);
    *c = (struct sc_proxy_commands){0};
}

/* An alias or the name of a wrapper: one component of a path, plain letters. */
static bool plain_name(const char *s, size_t max)
{
    if (!*s || *s == '.' || *s == '-' || strlen(s) > max)
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr("_.-", *s))
            return false;
    return true;
}

static bool clean_path(const char *s)
{
    if (*s != '/' || strlen(s) > 4095)
        return false;
    for (const char *p = s; *p; p++)
        if ((unsigned char)*p <= 0x20 || *p == 0x7f)
            return false;
    while (*s) {
        size_t n = strcspn(++s, "/");
        if (n == 0 || (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.'))
            return false;
        s += n;
    }
    return true;
}

static char *trim(char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    size_t n = strlen(s);
    while (n && strchr(" \t\r", s[n - 1]))
        s[--n] = 0;
    return s;
}

static int add(struct sc_proxy_commands *c, const struct sc_proxy_command *given,
               struct sc_error *err)
{
    if (!SC_VEC_ROOM(c->v, c->n))
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    struct sc_proxy_command *to = &c->v[c->n++];
    *to = (struct sc_proxy_command){
        .alias = strdup(given->alias),
        .wrapper = given->wrapper ? strdup(given->wrapper) : NULL,
        .noproceed = given->noproceed,
        .user = given->user ? strdup(given->user) : NULL,
        .path = strdup(given->path),
    };
    if (!to->alias || !to->path || (given->wrapper && !to->wrapper) || (given->user && !to->user))
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    return 0;
}

/* `line` is trimmed, not empty, no comment. */
static int parse_line(char *line, struct sc_proxy_commands *c, struct sc_error *err)
{
    char *right = strchr(line, '=');
    if (!right)
        return sc_error_set(err, SC_E_INVAL, "expected ALIAS[:WRAPPER]=[USER:]PATH");
    *right++ = 0;
    struct sc_proxy_command k = {.alias = trim(line), .path = trim(right)};
    char *colon = strchr(k.alias, ':');
    if (colon) {
        *colon = 0;
        k.wrapper = colon + 1;
        if (!plain_name(k.wrapper, 255))
            return sc_error_set(err, SC_E_INVAL, "\"%s\" is no name of a wrapper", k.wrapper);
        k.noproceed = strcmp(k.wrapper, "noproceed") == 0;
        if (k.noproceed)
            k.wrapper = NULL;
    }
    if (!plain_name(k.alias, SC_PROXY_ALIAS_MAX))
        return sc_error_set(err, SC_E_INVAL, "\"%s\" is no alias: 1-%u letters, digits, _ . -",
                            k.alias, SC_PROXY_ALIAS_MAX);
    if (k.path[0] != '/' && (colon = strchr(k.path, ':')) != NULL) {
        *colon = 0;
        k.user = k.path;
        k.path = colon + 1;
        if (!sc_owner_valid(k.user))
            return sc_error_set(err, SC_E_INVAL, "\"%s\" is no user name", k.user);
    }
    if (!clean_path(k.path))
        return sc_error_set(err, SC_E_INVAL,
                            "\"%s\" is no path of a program: absolute, without spaces, \"//\" and "
                            "\"..\"",
                            k.path);
    if (sc_proxy_commands_alias(c, k.alias))
        return sc_error_set(err, SC_E_INVAL, "the alias %s is there already", k.alias);
    if (c->n >= SC_PROXY_COMMANDS_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "more than %u commands", SC_PROXY_COMMANDS_MAX);
    return add(c, &k, err);
}

int sc_proxy_commands_parse(const char *text, size_t len, const char *name,
                            struct sc_proxy_commands *c, struct sc_error *err)
{
    if (len > SC_PROXY_COMMANDS_SIZE_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "%s is larger than %u bytes", name,
                            SC_PROXY_COMMANDS_SIZE_MAX);
    if (len && memchr(text, 0, len))
        return sc_error_set(err, SC_E_INVAL, "%s: has a NUL byte: it is no text", name);
    SC_FREE char *copy = strndup(text ? text : "", len);
    if (!copy)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    char *rest = copy, *line;
    for (unsigned nr = 1; (line = strsep(&rest, "\n")) != NULL; nr++) {
        line = trim(line);
        int rc = *line && *line != '#' ? parse_line(line, c, err) : 0;
        if (rc < 0)
            return sc_error_wrap(err, "%s:%u", name, nr);
    }
    return 0;
}

static int is_commands_file(const struct dirent *e)
{
    static const char suffix[] = ".proxy.commands";
    size_t n = strlen(e->d_name), k = sizeof(suffix) - 1;
    if (strcmp(e->d_name, "proxy.commands") == 0)
        return 1;
    return n > k && e->d_name[0] != '.' && strcmp(e->d_name + n - k, suffix) == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_file(const char *dir, const char *name, uid_t owner, struct sc_proxy_commands *c,
                     struct sc_error *err)
{
    SC_FREE char *path = NULL;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    if (asprintf(&path, "%s/%s", dir, name) < 0) {
        path = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    }
    int rc = sc_read_trusted_file(path, owner, SC_PROXY_COMMANDS_SIZE_MAX, &text, err);
    return rc < 0 ? rc : sc_proxy_commands_parse(text.data, text.len, path, c, err);
}

int sc_proxy_commands_load(const char *dir, uid_t owner, struct sc_proxy_commands *ret,
                           struct sc_error *err)
{
    struct dirent **names = NULL;
    int n = scandir(dir, &names, is_commands_file, by_name);
    if (n < 0 && errno != ENOENT)
        return sc_error_sys(err, errno, "cannot read %s", dir);
    SC_CLEANUP(sc_proxy_commands_done) struct sc_proxy_commands c = {0};
    int rc = n > 0 ? sc_check_owned(dir, owner, err) : 0;
    for (int i = 0; i < n; i++) {
        if (rc == 0)
            rc = load_file(dir, names[i]->d_name, owner, &c, err);
        free(names[i]);
    }
    free(names);
    if (rc < 0)
        return rc;
    SC_MOVE(ret, &c);
    return 0;
}

const struct sc_proxy_command *sc_proxy_commands_alias(const struct sc_proxy_commands *c,
                                                       const char *alias)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->v[i].alias, alias) == 0)
            return &c->v[i];
    return NULL;
}

const struct sc_proxy_command *sc_proxy_commands_path(const struct sc_proxy_commands *c,
                                                      const char *path)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->v[i].noproceed || c->v[i].wrapper)
            continue;
        if (strcmp(c->v[i].path, path) == 0)
            return &c->v[i];
    }
    for (size_t i = 0; i < c->n; i++) {
        if (c->v[i].noproceed || c->v[i].wrapper)
            continue;
        SC_FREE char *real = realpath(c->v[i].path, NULL);
        if (real && strcmp(real, path) == 0)
            return &c->v[i];
    }
    return NULL;
}
