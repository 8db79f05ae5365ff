/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "generic/generic.h"
#include "hooks/adapter/users.h"

int sc_generic_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                     struct sc_error *err)
{
    /* Not --fields: whole records are asked for, so that they can be checked and filtered. */
    const char *args[12];
    size_t n = 0;
    const char *const pairs[][2] = {{"--owner", q->owner},
                                    {"--package-name", q->package_name},
                                    {"--package-owner", q->package_owner},
                                    {"--username", q->username},
                                    {"--unix-id", q->unix_id}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (pairs[i][1]) {
            args[n++] = pairs[i][0];
            args[n++] = pairs[i][1];
        }
    }
    args[n] = NULL;

    const struct sc_generic_conf conf = sc_generic_conf(c);
    SC_CLEANUP(sc_vendor_done) struct sc_vendor v;
    sc_vendor_init(&v, &conf, "users");
    int rc = sc_vendor_ask(&v, args, err);
    if (rc < 0)
        return rc;
    SC_JSON json_t *data = NULL, *good = NULL;
    struct sc_error why = SC_ERROR_INIT;
    rc = sc_envelope_parse(v.result.out.data, v.result.out.len, v.who, &data, &why);
    if (rc == 0)
        rc = sc_users_check(c, v.who, data, &good, &why);
    rc = sc_vendor_judge(&v, rc, &why);
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    *ret = json_incref(good);
    return 0;
}
