/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "core/base/cleanup.h"
#include "core/inventory/envelope.h"
#include "directadmin/conf.h"
#include "directadmin/directadmin.h"
#include "directadmin/files.h"
#include "hooks/adapter/homes.h"

#define VALUE_MAX 512

/* The value as a string; null when it is missing, empty, or not UTF-8. */
static json_t *text(const char *conf, const char *key)
{
    char value[VALUE_MAX];
    bool has = sc_da_conf_get(conf, key, value, sizeof(value)) && value[0];
    json_t *s = has ? json_string(value) : NULL;
    return s ? s : json_null();
}

static json_t *record(const struct sc_home_of *h, const char *conf)
{
    char creator[VALUE_MAX], package[VALUE_MAX], domain[VALUE_MAX], canon[256];
    if (!sc_da_conf_get(conf, "creator", creator, sizeof(creator)) || !creator[0])
        memcpy(creator, "admin", sizeof("admin"));
    json_t *in_package = json_null();
    if (sc_da_conf_get(conf, "package", package, sizeof(package)) && package[0])
        in_package = json_pack("{s:s, s:s}", "name", package, "owner", creator);
    json_t *main_domain = json_null();
    if (sc_da_conf_get(conf, "domain", domain, sizeof(domain)) &&
        sc_domain_canon(domain, canon, NULL) == 0)
        main_domain = json_string(canon);
    return json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:o}", "id", (json_int_t)h->uid, "username",
                     h->user, "owner", creator, "domain", main_domain, "package",
                     in_package ? in_package : json_null(), "email", text(conf, "email"),
                     "locale_code", text(conf, "language"));
}

static int add_user(int dirfd, struct sc_homes *homes, const char *user, json_t *out,
                    struct sc_error *err)
{
    SC_BUF struct sc_buf conf = SC_BUF_INIT;
    const struct sc_home_of *h = NULL;
    int rc = sc_home_of(homes, user, &h, err);
    if (rc == 0 && h)
        rc = sc_da_files_read(dirfd, &conf, err, "%s/user.conf", user);
    if (rc < 0 || !h || conf.len == 0)
        return rc;
    json_t *one = record(h, conf.data);
    if (!one) /* a creator that is not UTF-8 */
        return sc_error_set(err, SC_E_PANEL, "%s/%s/user.conf cannot be told in JSON", SC_DA_USERS,
                            user);
    if (json_array_append_new(out, one) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    return 0;
}

int sc_da_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                struct sc_error *err)
{
    const struct sc_da *da = sc_da_place(c);
    SC_FD int dirfd = -EBADF;
    SC_DA_NAMES struct sc_da_names names = {0};
    SC_HOMES_LIST struct sc_homes homes = {0};
    SC_JSON json_t *out = json_array();
    int rc = q->username ? sc_da_files_open(da, &dirfd, err)
                         : sc_da_files_users(da, &dirfd, &names, err);
    if (rc < 0 || (rc = sc_homes_load(da->prefix, !q->username, &homes, err)) < 0)
        return rc;
    if (!out)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    if (q->username)
        rc = add_user(dirfd, &homes, q->username, out, err);
    for (size_t i = 0; rc == 0 && i < names.n; i++)
        rc = add_user(dirfd, &homes, names.v[i], out, err);
    if (rc == 0)
        *ret = json_incref(out);
    return rc;
}
