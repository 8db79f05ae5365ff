/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/isolatectl_learn.h"

#include <jansson.h>

#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/commands/learn_json.h"
#include "core/commands/out.h"
#include "core/engine/user_learn.h"

static void on_notice(const char *text, void *arg)
{
    json_t *notices = arg;
    if (json_array_size(notices) < SC_OUT_NOTICES_MAX)
        (void)json_array_append_new(notices, sc_json_text(text));
}

static int begin(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c, json_t *all,
                 struct sc_error *err)
{
    json_auto_t *notices = json_array();
    const struct sc_watch w = {.notice = on_notice, .arg = notices};
    int64_t until = 0;
    int rc = sc_engine_user_learn(s, uid, c->domains[0], c->days ? c->days : SC_LEARN_DAYS,
                                  c->anyway, &w, &until, err);
    if (rc < 0)
        return rc;
    int bad = json_object_set_new(all, "learning", json_true());
    bad |= json_object_set_new(all, "until", json_integer(until));
    if (json_array_size(notices))
        bad |= json_object_set(all, "notices", notices);
    return bad ? sc_error_set(err, SC_E_NOMEM, "out of memory") : 0;
}

static int stop(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c, json_t *all,
                struct sc_error *err)
{
    int rc = sc_engine_user_learn_stop(s, uid, c->domains[0], err);
    if (rc == 0 && json_object_set_new(all, "learning", json_false()) < 0)
        rc = sc_error_set(err, SC_E_NOMEM, "out of memory");
    return rc;
}

static int report(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c, const char *name,
                  json_t *all, struct sc_error *err)
{
    SC_CLEANUP(sc_learn_report_done) struct sc_learn_report r = {0};
    int rc = sc_engine_user_learn_report(s, uid, c->domains[0], &r, err);
    if (rc == 0 && sc_learn_json_set(all, name, &r) < 0)
        rc = sc_error_set(err, SC_E_NOMEM, "out of memory");
    return rc;
}

int sc_isolate_learn(struct sc_server *s, uid_t uid, const struct sc_isolate_call *c,
                     struct sc_buf *out, struct sc_error *err)
{
    char name[256] = "";
    (void)sc_domain_canon(c->domains[0], name, NULL); /* the engine says what is wrong with it */
    json_auto_t *all = json_pack("{s:s, s:s}", "result", "success", "domain", name);
    if (!all)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    int rc = c->verb == SC_ISOLATE_LEARN        ? begin(s, uid, c, all, err)
             : c->verb == SC_ISOLATE_LEARN_STOP ? stop(s, uid, c, all, err)
                                                : report(s, uid, c, name, all, err);
    SC_FREE char *text = rc == 0 ? json_dumps(all, JSON_ENSURE_ASCII) : NULL;
    if (rc == 0 && !text)
        rc = sc_error_set(err, SC_E_NOMEM, "out of memory");
    if (rc == 0)
        sc_buf_fmt(out, "%s\n", text);
    return rc;
}
