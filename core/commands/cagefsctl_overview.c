/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All domains of accounts, isolated or not: for pages, and for who looks for what is not isolated. */
#include "core/commands/cagefsctl.h"

#include "core/base/cleanup.h"
#include "core/commands/overview_json.h"

static json_t *accounts_json(const struct sc_overview_server *server, const struct sc_overviews *l)
{
    json_t *list = json_array();
    int bad = 0;
    for (size_t i = 0; i < l->n; i++) {
        json_t *one = json_object();
        bad |= sc_overview_json_set(one, server, &l->v[i], false);
        bad |= json_array_append_new(list, one);
    }
    if (!bad)
        return list;
    json_decref(list);
    return NULL;
}

static int answer_json(struct sc_out *o, const struct sc_overview_server *server,
                       const struct sc_overviews *l, struct sc_error *err)
{
    json_t *head = json_object(), *value;
    const char *key;
    int bad = sc_overview_json_set_server(head, server);
    json_object_foreach(head, key, value) sc_out_set_take(o, key, json_incref(value));
    json_decref(head);
    sc_out_set_take(o, "accounts", accounts_json(server, l));
    return bad ? sc_error_set(err, SC_E_NOMEM, "out of memory") : 0;
}

static void site_text(struct sc_out *o, const struct sc_status_row *r)
{
    const char *reason;
    enum sc_site_state state = sc_site_state(r, &reason);
    sc_out_fmt(o, "  %-12s  ", sc_site_state_name(state));
    sc_out_word(o, r->domain);
    sc_out_fmt(o, "  ");
    sc_out_word(o, r->docroot && *r->docroot ? r->docroot : "-");
    sc_out_fmt(o, "\n");
    if (!reason)
        return;
    sc_out_fmt(o, "                ");
    sc_out_word(o, reason);
    sc_out_fmt(o, "\n");
}

static void account_text(struct sc_out *o, const struct sc_overview *a)
{
    size_t isolated = 0;
    for (size_t i = 0; i < a->st.n; i++)
        isolated += a->st.v[i].isolated;
    sc_out_fmt(o, "\n");
    sc_out_word(o, a->user);
    sc_out_fmt(o, ": %zu of %zu domains isolated%s\n", isolated, a->st.n,
               a->allowed ? "" : "; isolation is not allowed for this user");
    for (size_t i = 0; i < a->st.n; i++)
        site_text(o, &a->st.v[i]);
}

int sc_ctl_overview(struct sc_ctl *c, struct sc_error *err)
{
    SC_CLEANUP(sc_overview_server_done) struct sc_overview_server server = {0};
    SC_CLEANUP(sc_overviews_done) struct sc_overviews l = {0};
    int rc = sc_overview_server_look(c->server, &server, err);
    if (rc == 0)
        rc = sc_overview_accounts(c->server, &server, c->names, c->n, &l, err);
    if (rc < 0)
        return rc;
    if (c->out->json)
        return answer_json(c->out, &server, &l, err);
    sc_out_fmt(c->out, "Feature: %s, mode %s\n", server.enabled ? "enabled" : "disabled",
               sc_policy_mode_name(server.mode));
    for (size_t i = 0; i < l.n; i++)
        account_text(c->out, &l.v[i]);
    if (l.n == 0)
        sc_out_fmt(c->out, "\nNo accounts with domains\n");
    return 0;
}
