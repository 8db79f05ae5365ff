/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/cleanup.h"
#include "core/base/users.h"
#include "core/base/domain_name.h"
#include "core/inventory/envelope.h"
#include "plesk/db.h"

int sc_plesk_user_json(const char *username, const char *owner, const char *domain,
                       const char *email, json_t **ret, struct sc_error *err)
{
    if (!sc_owner_valid(username))
        return 0;
    char canon[256];
    bool has_domain = domain && sc_domain_canon(domain, canon, NULL) == 0;
    SC_CLEANUP(sc_user_done) struct sc_user known = {0};
    int rc = sc_user_by_name(username, &known, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    /* "s*": NULL becomes null; bytes that are not UTF-8 make it fail: then without them. */
    SC_JSON json_t *u = json_pack(
        "{s:I, s:s, s:s, s:s?, s:n, s:n, s:n}", "id", (json_int_t)known.uid, "username", username,
        "owner", "", "domain", has_domain ? canon : NULL, "package", "email", "locale_code");
    if (!u)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for user %s", username);
    json_t *text = owner ? json_string(owner) : NULL;
    if (text)
        json_object_set_new(u, "owner", text);
    text = email && *email ? json_string(email) : NULL;
    if (text)
        json_object_set_new(u, "email", text);
    *ret = json_incref(u);
    return 0;
}
