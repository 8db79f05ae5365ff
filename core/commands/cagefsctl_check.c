/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions before the work: can this server do it, and what would a site see. */
#include "core/commands/cagefsctl.h"

#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/check/check.h"

static const char *result_name(enum sc_check_result result)
{
    switch (result) {
    case SC_CHECK_OK:
        return "OK";
    case SC_CHECK_WARNING:
        return "WARNING";
    case SC_CHECK_SKIPPED:
        return "SKIPPED";
    case SC_CHECK_FAILED:
        break;
    }
    return "FAILED";
}

static json_t *checks_json(const struct sc_checks *checks)
{
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < checks->n; i++) {
        const struct sc_check_row *r = &checks->v[i];
        json_t *o = json_pack("{s:o, s:s, s:o}", "name", sc_json_text(r->name), "result",
                              result_name(r->result), "text", sc_json_text(r->text));
        if (r->domain)
            bad |= json_object_set_new(o, "domain", sc_json_text(r->domain)) |
                   json_object_set_new(o, "handler", json_string(r->handler)) |
                   json_object_set_new(o, "covered", json_boolean(r->covered));
        bad |= json_array_append_new(list, o);
    }
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

static void checks_text(struct sc_out *o, const struct sc_checks *checks)
{
    for (size_t i = 0; i < checks->n; i++) {
        const struct sc_check_row *r = &checks->v[i];
        sc_out_fmt(o, "%-7s  %s", result_name(r->result), r->name);
        if (r->domain) {
            sc_out_fmt(o, " ");
            sc_out_word(o, r->domain);
        }
        sc_out_fmt(o, ": ");
        sc_out_word(o, r->text);
        sc_out_fmt(o, "\n");
    }
}

int sc_ctl_check(struct sc_ctl *c, struct sc_error *err)
{
    SC_CLEANUP(sc_checks_done) struct sc_checks checks = {0};
    int rc = sc_engine_check(c->names, c->n, &checks, err);
    if (rc < 0)
        return rc;
    if (c->out->json)
        sc_out_set_take(c->out, "checks", checks_json(&checks));
    else
        checks_text(c->out, &checks);

    SC_BUF struct sc_buf bad = SC_BUF_INIT;
    size_t n = 0;
    for (size_t i = 0; i < checks.n; i++)
        if (checks.v[i].result == SC_CHECK_FAILED)
            sc_buf_fmt(&bad, "%s%s%s%s", n++ ? ", " : "", checks.v[i].name,
                       checks.v[i].domain ? " " : "", checks.v[i].domain ? checks.v[i].domain : "");
    if (n == 0)
        return 0;
    return sc_error_is(err, SC_IS_CHECK_FAILED,
                       sc_error_set(err, SC_E_PLATFORM, "%zu of %zu checks failed: %s", n, checks.n,
                                    bad.data ? bad.data : ""));
}

int sc_ctl_plan(struct sc_ctl *c, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_engine_plan(c->server, c->names[0], &text, c->watch, err);
    if (rc < 0)
        return rc;
    sc_out_fmt(c->out, "%s", text.data ? text.data : "");
    sc_out_set_take(c->out, "domain", sc_json_text(c->names[0]));
    sc_out_set_take(c->out, "text", sc_json_text(text.data ? text.data : ""));
    return 0;
}
