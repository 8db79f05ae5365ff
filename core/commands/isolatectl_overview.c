/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/isolatectl_overview.h"

#include "core/base/cleanup.h"
#include "core/commands/overview_json.h"

int sc_isolate_overview(struct sc_server *s, uid_t uid, unsigned site, const char *domain,
                        struct sc_buf *out, struct sc_error *err)
{
    SC_CLEANUP(sc_overview_server_done) struct sc_overview_server server = {0};
    SC_CLEANUP(sc_overview_done) struct sc_overview o = {0};
    const struct sc_overview_of of = {.uid = uid, .only = site, .domain = domain};
    int rc = sc_overview_server_look(s, &server, err);
    if (rc == 0)
        rc = sc_overview_look(s, &server, &of, &o, err);
    if (rc < 0)
        return rc;
    json_t *all = json_pack("{s:s}", "result", "success");
    int bad = all ? sc_overview_json_set_server(all, &server) : -1;
    bad |= all ? sc_overview_json_set(all, &server, &o, site != 0) : -1;
    SC_FREE char *text = !bad ? json_dumps(all, JSON_ENSURE_ASCII | JSON_COMPACT) : NULL;
    json_decref(all);
    if (!text)
        return sc_error_set(err, SC_E_NOMEM, "out of memory");
    sc_buf_fmt(out, "%s\n", text);
    return 0;
}
