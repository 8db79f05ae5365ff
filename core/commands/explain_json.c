/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/explain_json.h"

#include "core/commands/out.h"

static json_t *time_json(int64_t s)
{
    return s ? json_integer((json_int_t)s) : json_null();
}

json_t *sc_failing_json(const struct sc_failing *f)
{
    return f->since ? json_pack("{s:I, s:I, s:s}", "since", (json_int_t)f->since, "attempts",
                                (json_int_t)f->n, "reason", f->text)
                    : json_null();
}

json_t *sc_failures_json(const struct sc_explained_failures *l)
{
    json_t *all = json_array();
    int bad = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct sc_explained_failure *f = &l->v[i];
        bad |= json_array_append_new(
            all, json_pack("{s:o, s:o, s:I, s:o, s:s, s:s}", "first", time_json(f->first), "last",
                           time_json(f->last), "count", (json_int_t)f->n, "status",
                           f->status ? json_integer((json_int_t)f->status) : json_null(), "code",
                           f->code ? f->code : "unknown", "reason", f->text));
    }
    if (!bad)
        return all;
    json_decref(all);
    return NULL;
}

static json_t *path_json(const struct sc_path_answer *p)
{
    return json_pack("{s:o, s:o, s:b, s:b, s:b, s:s, s:o, s:o, s:o, s:o, s:o}", "path",
                     sc_json_text(p->asked), "leads_to", sc_json_text(p->place), "read",
                     (int)p->read, "write", (int)p->write, "exists", (int)p->there, "rule", p->rule,
                     "reason", sc_json_text(p->reason), "grant", sc_json_text(p->grant),
                     "domains_json", sc_json_text(p->mine), "command", sc_json_text(p->command),
                     "nothing_opens_it", sc_json_text(p->no_grant));
}

int sc_explain_json_set(json_t *o, const struct sc_explanation *e)
{
    int bad = json_object_set_new(o, "domain", sc_json_text(e->domain));
    bad |= json_object_set_new(o, "isolated", json_boolean(e->isolated));
    bad |= json_object_set_new(o, "stale", sc_json_text(e->stale));
    bad |= json_object_set_new(o, "failing", sc_failing_json(&e->failing));
    bad |= json_object_set_new(o, "failures", sc_failures_json(&e->failures));
    if (e->path.asked)
        bad |= json_object_set_new(o, "path", path_json(&e->path));
    return bad ? -1 : 0;
}
