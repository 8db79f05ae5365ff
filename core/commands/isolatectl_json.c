/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The users' JSON, byte for byte as the specification of isolatectl prints it. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/error_code.h"
#include "core/commands/explain_json.h"
#include "core/commands/isolatectl.h"
#include "core/commands/history_json.h"
#include "core/commands/out.h"
#include "core/commands/stats_json.h"

static void add_string(struct sc_buf *out, const char *s)
{
    json_t *j = sc_json_text(s);
    SC_FREE char *text = j ? json_dumps(j, JSON_ENSURE_ASCII | JSON_ENCODE_ANY) : NULL;
    json_decref(j);
    if (text)
        sc_buf_str(out, text);
    else
        out->failed = 1;
}

static void add_limits(const struct sc_limits *l, bool lines, struct sc_buf *out)
{
    bool first = true;
    sc_buf_str(out, "{");
    for (unsigned i = 0; i < SC_LIMIT_COUNT; i++) {
        if (!(l->set >> i & 1))
            continue;
        sc_buf_fmt(out, "%s%s\"%s\": %" PRIu64, first ? "" : ",",
                   lines   ? "\n"
                   : first ? ""
                           : " ",
                   sc_limit_name((enum sc_limit)i), l->value[i]);
        first = false;
    }
    sc_buf_str(out, lines && !first ? "\n}" : "}");
}

/* Nothing where there are none. */
static void add_notices(const struct sc_user_sites *sites, const char *before, struct sc_buf *out)
{
    for (size_t i = 0; i < sites->n_notices; i++) {
        sc_buf_fmt(out, "%s", i ? ", " : before);
        sc_buf_str(out, i ? "" : "\"notices\": [");
        add_string(out, sites->notices[i]);
    }
    sc_buf_str(out, sites->n_notices ? "]" : "");
}

/* Those that are not private; nothing where all are. */
static void add_homes(const struct sc_user_sites *sites, struct sc_buf *out)
{
    bool any = false;
    for (size_t i = 0; i < sites->n; i++) {
        const struct sc_user_site *s = &sites->v[i];
        if (!s->home || strcmp(s->home, "shared") != 0)
            continue;
        sc_buf_str(out, any ? ", " : ", \"homes\": {");
        add_string(out, s->name);
        sc_buf_str(out, ": \"shared\"");
        any = true;
    }
    sc_buf_str(out, any ? "}" : "");
}

void sc_isolate_answer_sites(const struct sc_user_sites *sites, struct sc_buf *out)
{
    sc_buf_str(out, "{\"result\": \"success\", \"enabled_sites\": [");
    for (size_t i = 0; i < sites->n; i++) {
        sc_buf_str(out, i ? ", " : "");
        add_string(out, sites->v[i].name);
    }
    for (size_t i = 0; i < sites->n_ending; i++) {
        sc_buf_str(out, i ? ", " : "], \"ending_sites\": [");
        add_string(out, sites->ending[i]);
    }
    sc_buf_str(out, "]");
    add_homes(sites, out);
    add_notices(sites, ", ", out);
    sc_buf_str(out, "}\n");
}

void sc_isolate_answer_list(const struct sc_user_sites *sites, const char *domain,
                            struct sc_buf *out)
{
    bool first = true;
    sc_buf_str(out, "{\n\"result\": \"success\",\n\"domains\": [");
    for (size_t i = 0; i < sites->n; i++) {
        const struct sc_user_site *s = &sites->v[i];
        if (domain && strcmp(domain, s->name) != 0)
            continue;
        sc_buf_fmt(out, "%s\n{\n\"name\": ", first ? "" : ",");
        add_string(out, s->name);
        sc_buf_fmt(out, ",\n\"lve_id\": %u,\n\"limits\": ", s->id);
        add_limits(&s->limits, false, out);
        sc_buf_str(out, "\n}");
        first = false;
    }
    sc_buf_str(out, first ? "]\n}\n" : "\n]\n}\n");
}

void sc_isolate_answer_limits(const char *domain, const struct sc_limits *limits,
                              const struct sc_user_sites *told, bool lines, struct sc_buf *out)
{
    sc_buf_str(out, "{\n\"result\": \"success\",\n\"domain\": ");
    add_string(out, domain);
    sc_buf_str(out, ",\n\"limits\": ");
    add_limits(limits, lines, out);
    add_notices(told, ",\n", out);
    sc_buf_str(out, "\n}\n");
}

/* scope's period is how far back usage, peak and faults reach; what was asked for is in each series. */
void sc_isolate_answer_stats(uid_t uid, const struct sc_user_stats *stats,
                             const struct sc_site_histories *history, struct sc_buf *out)
{
    char period[32];
    snprintf(period, sizeof(period), "%llds", (long long)stats->window);
    json_t *domains = json_array();
    int bad = 0;
    for (size_t i = 0; i < stats->n; i++) {
        const struct sc_user_stats_row *r = &stats->v[i];
        json_t *one = json_pack("{s:o, s:I, s:I}", "name", sc_json_text(r->name), "lve_id",
                                (json_int_t)r->id, "owner_uid", (json_int_t)uid);
        bad |= one ? sc_stats_json_set(one, &r->stats) : -1;
        bad |= one && history ? sc_history_json_set(one, &history->v[i]) : 0;
        bad |= json_array_append_new(domains, one);
    }
    json_t *all = json_pack(
        "{s:s, s:{s:I, s:s, s:s}, s:o}", "result", "success", "scope", "owner_uid", (json_int_t)uid,
        "period", period, "note",
        "usage and peak are since the group of each site was made, at most for this period, "
        "whichever was asked for; what this server counts only under a limit is 0 without one",
        "domains", domains);
    SC_FREE char *text = all && !bad ? json_dumps(all, JSON_ENSURE_ASCII) : NULL;
    json_decref(all);
    if (text)
        sc_buf_fmt(out, "%s\n", text);
    else
        out->failed = 1;
}

void sc_isolate_answer_explain(const struct sc_explanation *e, struct sc_buf *out)
{
    json_t *all = json_pack("{s:s}", "result", "success");
    int bad = all ? sc_explain_json_set(all, e) : -1;
    SC_FREE char *text = !bad ? json_dumps(all, JSON_ENSURE_ASCII) : NULL;
    json_decref(all);
    if (text)
        sc_buf_fmt(out, "%s\n", text);
    else
        out->failed = 1;
}

void sc_isolate_answer_error(const struct sc_error *e, const char *meant, struct sc_buf *out)
{
    sc_buf_str(out, "{\"result\": \"error\", \"message\": ");
    add_string(out, e->text);
    sc_buf_fmt(out, ", \"code\": \"%s\"", sc_error_word(e));
    if (meant && *meant) {
        char hint[SC_DOMAIN_MEANT_MAX + 32];
        snprintf(hint, sizeof(hint), "did you mean %s?", meant);
        sc_buf_str(out, ", \"hint\": ");
        add_string(out, hint);
    }
    sc_buf_str(out, "}\n");
}

void sc_isolate_answer_setting(const char *domain, const struct sc_user_setting_now *now,
                               struct sc_buf *out)
{
    json_auto_t *entry = json_loadb(now->entry.data, now->entry.len, 0, NULL);
    json_t *paths = json_incref(json_object_get(entry, "paths"));
    json_t *home = json_incref(json_object_get(entry, "home"));
    json_auto_t *doc = json_pack("{s:s, s:o, s:b, s:o, s:o}", "result", "success", "domain",
                                 sc_json_text(domain), "isolated", (int)now->isolated, "home",
                                 home ? home : json_null(), "paths", paths ? paths : json_object());
    SC_FREE char *text = doc ? json_dumps(doc, JSON_ENSURE_ASCII) : NULL;
    if (text)
        sc_buf_fmt(out, "%s\n", text);
    else
        out->failed = 1;
}
