/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/adapter/answer.h"

#include <string.h>

#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "core/inventory/inventory.h"
#include "hooks/adapter/question.h"
#include "hooks/adapter/users.h"

/* Why the panel's answer has no such domain: an odd entry of that name, or one that may hide it. */
static int no_domain(const struct sc_domains *d, const char *name, struct sc_error *err)
{
    const struct sc_odd *named = NULL, *hides = NULL;
    for (size_t i = 0; i < d->odds.n; i++) {
        const struct sc_odd *o = &d->odds.v[i];
        named = !named && o->name && strcmp(o->name, name) == 0 ? o : named;
        hides = !hides && o->hides ? o : hides;
    }
    if (named)
        return sc_error_set(err, SC_E_NOTFOUND, "domain '%s'" SC_INVENTORY_PASSED_OVER "%s", name,
                            named->text);
    if (hides)
        return sc_error_set(err, SC_E_NOTFOUND,
                            "domain '%s'" SC_INVENTORY_PASSED_OVER
                            "not all of it is understood: %s",
                            name, hides->text);
    return sc_error_set(err, SC_E_NOTFOUND, "domain '%s' does not exist", name);
}

void sc_caller_note(const struct sc_caller *c, const char *text)
{
    if (c->notes && *text)
        sc_buf_fmt(c->notes, "passed over: %s\n", text);
}

/* What names no owner may be another's: then a user is told of nothing odd. */
static void filter(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *d)
{
    sc_domains_filter(d, q->owner, q->name);
    for (size_t i = 0; c->user && i < d->odds.n; i++)
        if (!d->odds.v[i].owner) {
            sc_odds_done(&d->odds);
            return;
        }
}

/* The owner's domains, all of them: those that have been asked for, or asked for now. */
static int whole_account(const struct sc_adapter_ops *ops, const struct sc_caller *c,
                         const struct sc_question *asked, struct sc_domains *d,
                         struct sc_error *err)
{
    const struct sc_domain *one = sc_domains_find(d, asked->name);
    SC_FREE char *owner = one ? strdup(one->owner) : NULL;
    if (!owner)
        return one ? sc_error_set(err, SC_E_NOMEM, "out of memory for an owner") : 0;
    const struct sc_question q = {.owner = owner};
    if (!asked->owner && ops->all_as_one) {
        filter(c, &q, d);
        return 0;
    }
    SC_DOMAINS struct sc_domains all = SC_DOMAINS_INIT;
    int rc = ops->domains(c, &q, &all, err);
    if (rc < 0)
        return rc;
    filter(c, &q, &all);
    sc_domains_done(d);
    *d = all;
    all = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}

static int ask(const struct sc_adapter_ops *ops, const struct sc_caller *c,
               const struct sc_asked *a, struct sc_domains *d, struct sc_error *err)
{
    struct sc_question q = a->q;
    bool all = a->account && ops->all_as_one && !q.owner;
    if (all)
        q.name = NULL;
    int rc = ops->domains(c, &q, d, err);
    if (rc < 0)
        return rc;
    if (!all)
        filter(c, &q, d);
    return a->account ? whole_account(ops, c, &a->q, d, err) : 0;
}

static int domains(const struct sc_adapter_ops *ops, const struct sc_caller *c,
                   const struct sc_asked *a, struct sc_buf *out, struct sc_error *err)
{
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error why = SC_ERROR_INIT;
    int rc = ask(ops, c, a, &d, &why);
    for (size_t i = 0; i < d.odds.n; i++)
        sc_caller_note(c, d.odds.v[i].text);
    /* To a user, another's domain is one that does not exist. */
    bool there = a->account ? sc_domains_find(&d, a->q.name) != NULL : d.n > 0;
    if (a->q.name && (rc == SC_E_NOTFOUND || (rc == 0 && !there) || (rc == SC_E_DENIED && c->user)))
        return no_domain(&d, a->q.name, err);
    if (rc < 0)
        return sc_error_set(err, rc, "%s", why.text);
    return sc_domains_to_json(&d, out, err);
}

static int users(const struct sc_adapter_ops *ops, const struct sc_caller *c,
                 const struct sc_asked *a, struct sc_buf *out, struct sc_error *err)
{
    SC_JSON json_t *all = NULL, *kept = NULL;
    int rc = ops->users(c, &a->q, &all, err);
    if (rc == 0)
        rc = sc_users_filter(all, a, &kept, err);
    if (rc == 0 && a->one_user && json_array_size(kept) == 0)
        rc = sc_error_set(err, SC_E_NOTFOUND, "user '%s' does not exist",
                          a->q.username ? a->q.username : a->q.unix_id);
    return rc < 0 ? rc : sc_envelope_ok(kept, NULL, out, err);
}

static int panel_info(const struct sc_adapter_ops *ops, const struct sc_caller *c,
                      struct sc_buf *out, struct sc_error *err)
{
    SC_JSON json_t *info = NULL;
    int rc = ops->panel_info(c, &info, err);
    return rc < 0 ? rc : sc_envelope_ok(info, NULL, out, err);
}

static int answer(const struct sc_adapter_ops *ops, const struct sc_caller *c, int argc,
                  char **argv, struct sc_buf *out, struct sc_error *err)
{
    struct sc_asked a;
    int rc = sc_question_parse(c, argc, argv, &a, err);
    if (rc < 0)
        return rc;
    switch (a.kind) {
    case SC_ASK_DOMAINS:
        return domains(ops, c, &a, out, err);
    case SC_ASK_USERS:
        return users(ops, c, &a, out, err);
    case SC_ASK_PANEL_INFO:
        break;
    }
    return panel_info(ops, c, out, err);
}

int sc_adapter_answer(const struct sc_adapter_ops *ops, const struct sc_caller *c, int argc,
                      char **argv, struct sc_buf *out)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf ok = {.limit = out->limit};
    if (answer(ops, c, argc, argv, &ok, &err) < 0) {
        sc_envelope_error(&err, out);
        return 1;
    }
    /* Moved, not copied: it can be large, and `out` is empty but for what callers put there. */
    if (out->len == 0) {
        sc_buf_free(out);
        *out = ok;
        ok = (struct sc_buf)SC_BUF_INIT;
    } else {
        sc_buf_add(out, ok.data, ok.len);
    }
    return 0;
}
