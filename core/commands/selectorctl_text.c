/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What selectorctl prints: the columns of CloudLinux', and JSON as cloudlinux-selector's. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "core/commands/out.h"
#include "core/commands/selectorctl.h"

static const char *or_native(const char *path)
{
    return path ? path : "-";
}

/* The program that stands for a version: php-cgi, or what there is. */
static const char *program(const struct sc_php *php)
{
    for (size_t i = 0; i < SC_PHP_SAPIS; i++)
        if (php->bin[i].path)
            return php->bin[i].path;
    return "-";
}

void sc_select_text_list(const struct sc_php_catalogue *c, struct sc_buf *out)
{
    for (size_t i = 0; i < c->n; i++)
        sc_buf_fmt(out, "%s %s %s\n", c->v[i].name, c->v[i].full, program(&c->v[i]));
}

static void native_name(const struct sc_php_catalogue *c, bool with, struct sc_buf *out)
{
    const char *full = c->native.full;
    sc_buf_str(out, SC_PHP_NATIVE);
    if (!with || !full)
        return;
    size_t major = strcspn(full, ".");
    size_t len = full[major] ? major + 1 + strcspn(full + major + 1, ".") : major;
    sc_buf_fmt(out, "(%.*s)", (int)len, full);
}

static bool known(const struct sc_php_catalogue *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->v[i].name, name) == 0)
            return true;
    return false;
}

void sc_select_text_summary(const struct sc_php_catalogue *c, const char *current,
                            const char *selected, bool native_version, struct sc_buf *out)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct sc_php *php = &c->v[i];
        sc_buf_fmt(out, "%s %s %s", php->name, php->disabled ? "-" : "e",
                   strcmp(php->name, current) == 0 ? "d" : "-");
        if (selected)
            sc_buf_fmt(out, " %s", strcmp(php->name, selected) == 0 ? "s" : "-");
        sc_buf_str(out, "\n");
    }
    /* a version that is not there any more: the native one runs */
    native_name(c, native_version, out);
    sc_buf_fmt(out, " e %s", known(c, current) ? "-" : "d");
    if (selected)
        sc_buf_fmt(out, " %s", known(c, selected) ? "-" : "s");
    sc_buf_str(out, "\n");
}

void sc_select_text_current(struct sc_php_catalogue *c, const char *version, bool native_version,
                            struct sc_buf *out)
{
    const struct sc_php *php = known(c, version) ? sc_php_find(c, version) : NULL;
    if (php) {
        sc_buf_fmt(out, "%s %s %s\n", php->name, php->full, program(php));
        return;
    }
    native_name(c, native_version, out);
    if (native_version && c->native.full)
        sc_buf_fmt(out, " native(%s)", c->native.full);
    else
        sc_buf_str(out, " native");
    const char *cli = c->native.bin[SC_PHP_CLI].path;
    sc_buf_fmt(out, " %s\n", or_native(cli ? cli : program(&c->native)));
}

void sc_select_text_extensions(const struct sc_php *php, struct sc_buf *out)
{
    for (size_t i = 0; i < php->n_modules; i++) {
        const struct sc_php_module *m = &php->modules[i];
        sc_buf_fmt(out, "%s %s\n", m->fixed ? "~" : m->on ? "+" : "-", m->name);
    }
    sc_buf_add(out, "", 0);
}

void sc_select_text_user_extensions(const struct sc_php *php, const struct sc_php_names *on,
                                    bool all, struct sc_buf *out)
{
    for (size_t i = 0; i < php->n_modules; i++) {
        const struct sc_php_module *m = &php->modules[i];
        bool yes = sc_php_names_has(on, m->name);
        if (m->fixed || (!all && !yes))
            continue;
        sc_buf_fmt(out, "%s%s\n", !all ? "" : yes ? "+ " : "- ", m->name);
    }
    sc_buf_add(out, "", 0);
}

/* ---- JSON ---- */

static json_t *finish(json_t *doc)
{
    if (doc && json_object_set_new(doc, "timestamp", json_integer((json_int_t)time(NULL))) < 0) {
        json_decref(doc);
        return NULL;
    }
    return doc;
}

json_t *sc_select_json_versions(const struct sc_php_catalogue *c, const char *current,
                                const char *selected)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i <= c->n; i++) {
        const struct sc_php *php = i < c->n ? &c->v[i] : &c->native;
        if (!php->full)
            continue;
        json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:o}", "version", php->name, "name_modifier",
                                "", "status", php->disabled ? "disabled" : "enabled",
                                "full_version", php->full, "path", sc_json_text(program(php)));
        if (json_array_append_new(list, one) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    json_t *doc = json_pack("{s:s, s:o, s:s, s:b}", "result", "success", "available_versions", list,
                            "default_version", known(c, current) ? current : SC_PHP_NATIVE,
                            "selector_enabled", !c->off);
    if (doc && selected)
        (void)json_object_set_new(doc, "selected_version",
                                  json_string(known(c, selected) ? selected : SC_PHP_NATIVE));
    return finish(doc);
}

json_t *sc_select_json_extensions(const struct sc_php *php, const struct sc_php_names *on)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < php->n_modules; i++) {
        const struct sc_php_module *m = &php->modules[i];
        bool yes = on ? sc_php_names_has(on, m->name) : m->on;
        json_t *one = json_pack("{s:s, s:s, s:s}", "name", m->name, "description", "", "state",
                                m->fixed ? "build-in"
                                : yes    ? "enabled"
                                         : "disabled"); /* spelled like that */
        if (json_array_append_new(list, one) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return finish(json_pack("{s:s, s:s, s:o}", "result", "success", "version", php->name,
                            "extensions", list));
}

json_t *sc_select_json_error(const char *message, const char *code)
{
    return finish(json_pack("{s:s, s:o, s:s, s:{}}", "result", "error", "message",
                            sc_json_text(message), "code", code, "context"));
}
