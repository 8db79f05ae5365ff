/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "core/inventory/printed.h"
#include "cpanel/api.h"

/* 1, "1" and true; numbers come as either. */
static bool truth(const json_t *v)
{
    const char *s = json_string_value(v);
    return json_is_true(v) || json_integer_value(v) == 1 || (s && strcmp(s, "1") == 0);
}

/* The panel's words about a failure, or what may stand for them. */
static const char *reason(const json_t *v)
{
    const char *s = json_string_value(v);
    if (!s)
        s = json_string_value(json_array_get(v, 0));
    return s && *s ? s : "it gives no reason";
}

static int failed(struct sc_error *err, const char *who, const json_t *why)
{
    return sc_error_set(err, SC_E_PANEL, "%s: the call failed: %.300s", who, reason(why));
}

static int unwrap(const char *who, const json_t *doc, const json_t **ret, struct sc_error *err)
{
    const json_t *meta = json_object_get(doc, "metadata"), *data = json_object_get(doc, "data");
    const json_t *call = doc, *api2 = json_object_get(doc, "cpanelresult");
    if (json_object_get(meta, "result")) { /* WHM API 1 */
        if (!truth(json_object_get(meta, "result")))
            return failed(err, who, json_object_get(meta, "reason"));
        if (!json_object_get(data, "uapi")) {
            *ret = data;
            return 0;
        }
        call = json_object_get(data, "uapi");
    } else if (api2) {
        if (!truth(json_object_get(json_object_get(api2, "event"), "result")))
            return failed(err, who, json_object_get(api2, "error"));
        *ret = json_object_get(api2, "data");
        return 0;
    } else if (json_is_object(json_object_get(doc, "result"))) {
        call = json_object_get(doc, "result");
    }
    if (!json_object_get(call, "status"))
        return sc_error_set(err, SC_E_PANEL,
                            "%s answered with something that is no answer of "
                            "cPanel's API",
                            who);
    if (!truth(json_object_get(call, "status")))
        return failed(err, who, json_object_get(call, "errors"));
    *ret = json_object_get(call, "data");
    return 0;
}

static const char *string(const json_t *o, const char *key, const char *other)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : json_string_value(json_object_get(o, other));
}

static int add_item(const json_t *item, const char *user, bool is_main, struct sc_domains *ret,
                    struct sc_error *err)
{
    const char *type = string(item, "domain_type", "type"), *own = string(item, "user", "user");
    return sc_domains_add(ret, string(item, "domain", "domain"), own ? own : user,
                          string(item, "docroot", "documentroot"),
                          is_main || (type && strncmp(type, "main", 4) == 0), err);
}

static int add_items(const json_t *list, const char *user, struct sc_domains *ret,
                     struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < json_array_size(list); i++)
        rc = add_item(json_array_get(list, i), user, false, ret, err);
    return rc;
}

/* domains_data as a hash: aliases are bare names, of the main domain. */
static int add_kinds(const json_t *data, const char *user, struct sc_domains *ret,
                     struct sc_error *err)
{
    const json_t *main_domain = json_object_get(data, "main_domain"),
                 *parked = json_object_get(data, "parked_domains");
    const char *root = string(main_domain, "documentroot", "docroot");
    const char *own = string(main_domain, "user", "user");
    int rc = add_item(main_domain, user, true, ret, err);
    if (rc == 0)
        rc = add_items(json_object_get(data, "addon_domains"), user, ret, err);
    if (rc == 0)
        rc = add_items(json_object_get(data, "sub_domains"), user, ret, err);
    for (size_t i = 0; rc == 0 && i < json_array_size(parked); i++)
        rc = sc_domains_add(ret, json_string_value(json_array_get(parked, i)), own ? own : user,
                            root, false, err);
    return rc;
}

int sc_cpanel_api_parse(const char *json, size_t len, const char *who, const char *user,
                        struct sc_domains *ret, struct sc_error *err)
{
    json_error_t at;
    const json_t *data = NULL;
    struct sc_printed p = {0};
    bool found = sc_printed_find(json, len, &p);
    SC_JSON json_t *doc =
        found ? json_loadb(p.object.p, p.object.n, 0, &at) : json_loadb(json, len, 0, &at);
    if (!json_is_object(doc))
        return sc_error_set(err, SC_E_PANEL, "%s answered with something that is not JSON: %s", who,
                            doc ? "no object" : at.text);
    int rc = unwrap(who, doc, &data, err);
    if (rc < 0)
        return rc;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    rc = sc_printed_tell(&p, who, &d.odds, err);
    if (rc < 0)
        return rc;
    if (json_is_array(data))
        rc = add_items(data, user, &d, err);
    else if (json_is_array(json_object_get(data, "domains")))
        rc = add_items(json_object_get(data, "domains"), user, &d, err);
    else
        rc = add_kinds(data, user, &d, err);
    if (rc < 0)
        return rc;
    if (d.n == 0)
        return sc_error_set(err, SC_E_PANEL,
                            "%s told no domain with a document root: may the caller see them?",
                            who);
    sc_domains_done(ret);
    *ret = d;
    d = (struct sc_domains)SC_DOMAINS_INIT;
    return 0;
}
