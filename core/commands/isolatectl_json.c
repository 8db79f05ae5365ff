/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The users' JSON, byte for byte as the specification of isolatectl prints it. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/commands/isolatectl.h"
#include "core/commands/out.h"

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

void sc_isolate_answer_sites(const struct sc_user_sites *sites, struct sc_buf *out)
{
    sc_buf_str(out, "{\"result\": \"success\", \"enabled_sites\": [");
    for (size_t i = 0; i < sites->n; i++) {
        sc_buf_str(out, i ? ", " : "");
        add_string(out, sites->v[i].name);
    }
    sc_buf_str(out, "]}\n");
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

void sc_isolate_answer_limits(const char *domain, const struct sc_limits *limits, bool lines,
                              struct sc_buf *out)
{
    sc_buf_str(out, "{\n\"result\": \"success\",\n\"domain\": ");
    add_string(out, domain);
    sc_buf_str(out, ",\n\"limits\": ");
    add_limits(limits, lines, out);
    sc_buf_str(out, "\n}\n");
}

void sc_isolate_answer_error(const char *message, struct sc_buf *out)
{
    sc_buf_str(out, "{\"result\": \"error\", \"message\": ");
    add_string(out, message);
    sc_buf_str(out, "}\n");
}
