/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An account, and what holds for all. Of one domain: overview_site_json.c. */
#include "core/commands/overview_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/commands/out.h"
#include "core/commands/overview_site_json.h"

#define VERSION 1 /* of the document */

/* ---- the server ---- */

static json_t *limits_json(const struct sc_limits_caps *caps)
{
    json_t *held = json_array();
    for (unsigned i = 0; i < SC_LIMIT_COUNT; i++)
        if (caps->held >> i & 1)
            (void)json_array_append_new(held, json_string(sc_limit_name((enum sc_limit)i)));
    return held;
}

static json_t *missing_json(const struct sc_limits_caps *caps)
{
    json_t *missing = json_object();
    for (unsigned i = 0; i < SC_LIMIT_COUNT; i++)
        if (caps->missing[i])
            (void)json_object_set_new(missing, sc_limit_name((enum sc_limit)i),
                                      sc_json_text(caps->missing[i]));
    return missing;
}

static json_t *modules_json(const struct sc_php *php)
{
    json_t *list = json_array();
    for (size_t i = 0; i < php->n_modules; i++) {
        const struct sc_php_module *m = &php->modules[i];
        (void)json_array_append_new(list,
                                    json_pack("{s:o, s:b, s:b}", "name", sc_json_text(m->name),
                                              "on", (int)m->on, "fixed", (int)m->fixed));
    }
    return list;
}

static json_t *versions_json(const struct sc_php_catalogue *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i <= c->n; i++) {
        const struct sc_php *php = i < c->n ? &c->v[i] : &c->native;
        if (!php->full)
            continue;
        (void)json_array_append_new(list, json_pack("{s:s, s:o, s:b, s:b, s:o}", "name", php->name,
                                                    "full", sc_json_text(php->full), "disabled",
                                                    (int)php->disabled, "choose_extensions",
                                                    (int)(php != &c->native), "extensions",
                                                    modules_json(php)));
    }
    return list;
}

static json_t *php_json(const struct sc_overview_server *o)
{
    return !o->php_known ? json_null()
                         : json_pack("{s:b, s:s, s:o}", "selector", (int)!o->php.off, "default",
                                     o->php.current, "versions", versions_json(&o->php));
}

static json_t *units_json(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "cpu",
                     "hundredths of a percent of one core", "pmem", "bytes", "io", "KiB/s", "nproc",
                     "processes", "iops", "operations/s", "ep", "entry processes", "vmem", "bytes");
}

int sc_overview_json_set_server(json_t *to, const struct sc_overview_server *o)
{
    json_t *server =
        json_pack("{s:b, s:s, s:o, s:o, s:s, s:b, s:o}", "feature", (int)o->enabled, "mode",
                  sc_policy_mode_name(o->mode), "limits", limits_json(&o->limits), "limits_missing",
                  missing_json(&o->limits), "home_default", sc_home_name(o->home), "home_choice",
                  (int)o->home_choice, "php", php_json(o));
    int bad = json_object_set_new(to, "overview", json_integer(VERSION));
    bad |= json_object_set_new(to, "server", server);
    bad |= json_object_set_new(to, "units", units_json());
    return bad ? -1 : 0;
}

/* ---- an account ---- */

struct why_not {
    const char *code;
    char text[320];
};

static void look_why_not(const struct sc_overview_server *server, const struct sc_overview *o,
                         bool inside, struct why_not *ret)
{
    *ret = (struct why_not){.code = NULL};
    if (!server->enabled) {
        ret->code = SC_IS_NOT_ENABLED;
        snprintf(ret->text, sizeof(ret->text),
                 "CloudLinux Isolates is not enabled; ask the administrator of this server");
    } else if (!o->allowed) {
        ret->code = SC_IS_NOT_ALLOWED;
        snprintf(ret->text, sizeof(ret->text),
                 "CloudLinux Isolates is not allowed for user %s; ask the administrator of this "
                 "server",
                 o->user);
    } else if (inside) {
        ret->code = SC_IS_INSIDE_SITE;
        snprintf(ret->text, sizeof(ret->text),
                 "this cannot be changed from inside an isolated site; use the panel or a shell of "
                 "the account");
    }
}

static int add_text(json_t *list, const char *before, const char *text)
{
    SC_FREE char *line = NULL;
    if (asprintf(&line, "%s%s", before, text) < 0)
        line = NULL;
    return json_array_append_new(list, line ? sc_json_text(line) : NULL);
}

static int add_notes(json_t *list, const struct sc_status_note *note)
{
    int bad = 0;
    for (const char *p = note->text.data; p && *p;) {
        size_t n = strcspn(p, "\n");
        SC_FREE char *line = strndup(p, n);
        bad |= json_array_append_new(list, line ? sc_json_text(line) : NULL);
        p += n + (p[n] == '\n');
    }
    return bad;
}

static json_t *notices_json(const struct sc_overview *o)
{
    json_t *list = json_array();
    int bad = 0;
    if (o->panel_error)
        bad |= add_text(list,
                        "the panel cannot be asked, so domains may be missing: ", o->panel_error);
    if (o->stale)
        bad |= add_text(list, "the last change of this account is not in force: ", o->stale);
    for (size_t i = 0; i < o->st.n_notes; i++)
        bad |= add_notes(list, &o->st.notes[i]);
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

int sc_overview_json_set(json_t *to, const struct sc_overview_server *server,
                         const struct sc_overview *o, bool inside)
{
    struct why_not why;
    look_why_not(server, o, inside, &why);
    int bad = json_object_set_new(to, "user", sc_json_text(o->user));
    bad |= json_object_set_new(to, "uid", json_integer((json_int_t)o->uid));
    bad |= json_object_set_new(to, "home", sc_json_text(o->home));
    bad |= json_object_set_new(to, "inside",
                               inside && o->st.n ? sc_json_text(o->st.v[0].domain) : json_null());
    bad |= json_object_set_new(to, "may_change", json_boolean(!why.code));
    bad |= json_object_set_new(to, "why_not", sc_json_text(why.code ? why.text : NULL));
    bad |= json_object_set_new(to, "why_not_code", sc_json_text(why.code));
    bad |= json_object_set_new(to, "locked", json_boolean(o->locked));
    bad |= json_object_set_new(to, "names_from", json_string(o->from_panel ? "panel" : "database"));
    bad |= json_object_set_new(to, "notices", notices_json(o));
    bad |= json_object_set_new(to, "sites", sc_overview_sites_json(o));
    return bad ? -1 : 0;
}
