/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "generic/generic.h"

/* CloudLinux, "Control panel integration", "panel_info". The key of the login page is called both
 * ways in it. */
static int check(const char *who, const json_t *data, struct sc_error *err)
{
    static const char *const required[] = {"name", "version"};
    static const char *const optional[] = {"user_login_url", "user_login_url_template"};
    if (!json_is_object(data))
        return sc_error_set(err, SC_E_PANEL, "%s answered with \"data\" that is not an object",
                            who);
    for (size_t i = 0; i < 2; i++) {
        if (!json_is_string(json_object_get(data, required[i])))
            return sc_error_set(err, SC_E_PANEL, "%s: \"%s\" is missing or not a string", who,
                                required[i]);
        const json_t *v = json_object_get(data, optional[i]);
        if (v && !json_is_string(v) && !json_is_null(v))
            return sc_error_set(err, SC_E_PANEL, "%s: \"%s\" is not a string", who, optional[i]);
    }
    json_t *features = json_object_get(data, "supported_cl_features");
    if (features && !json_is_object(features) && !json_is_null(features))
        return sc_error_set(err, SC_E_PANEL, "%s: \"supported_cl_features\" is not an object", who);
    const char *key;
    json_t *value;
    json_object_foreach(features, key, value)
    {
        if (!json_is_boolean(value))
            return sc_error_set(err, SC_E_PANEL, "%s: feature '%s' is neither true nor false", who,
                                key);
    }
    return 0;
}

int sc_generic_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err)
{
    const struct sc_generic_conf conf = sc_generic_conf(c);
    SC_CLEANUP(sc_vendor_done) struct sc_vendor v;
    sc_vendor_init(&v, &conf, "panel_info");
    int rc = sc_vendor_ask(&v, (const char *const[]){NULL}, err);
    if (rc < 0)
        return rc;
    SC_JSON json_t *data = NULL;
    struct sc_error why = SC_ERROR_INIT;
    rc = sc_envelope_parse(v.result.out.data, v.result.out.len, v.who, &data, &why);
    if (rc == 0)
        rc = check(v.who, data, &why);
    rc = sc_vendor_judge(&v, rc, &why);
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    *ret = json_incref(data);
    return 0;
}
