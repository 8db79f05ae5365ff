/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HestiaCP's users, and the panel itself. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/inventory/envelope.h"
#include "generic/hestia/hestia.h"
#include "generic/hestia/record.h"
#include "hooks/adapter/folder.h"
#include "hooks/adapter/homes.h"

enum {
    PACKAGE,
    CONTACT,
    LANGUAGE,
    FIELDS
};

/* The value as a string; null when it is empty, or not UTF-8. */
static json_t *text(const char *value)
{
    json_t *s = *value ? json_string(value) : NULL;
    return s ? s : json_null();
}

/* The first domain of web.conf; "" where there is none. */
static void main_domain(const struct sc_folder *users, const char *user, char out[256])
{
    SC_BUF struct sc_buf web = SC_BUF_INIT;
    struct sc_hestia_field f = {"DOMAIN", ""};
    out[0] = 0;
    if (sc_folder_read(users, &web, NULL, "%s/web.conf", user) < 0)
        return;
    web.data[strcspn(web.data, "\n")] = 0;
    (void)sc_hestia_record(web.data, &f, 1);
    (void)sc_domain_canon(f.value, out, NULL);
}

/* The record, or NULL: no memory, or something in it is not UTF-8. */
static json_t *record(const struct sc_folder *users, const struct sc_home_of *h, const char *root,
                      char *conf)
{
    struct sc_hestia_field f[FIELDS] = {
        [PACKAGE] = {"PACKAGE", ""}, [CONTACT] = {"CONTACT", ""}, [LANGUAGE] = {"LANGUAGE", ""}};
    char domain[256];
    (void)sc_hestia_record(conf, f, FIELDS);
    main_domain(users, h->user, domain);
    json_t *package =
        *f[PACKAGE].value ? json_pack("{s:s, s:s}", "name", f[PACKAGE].value, "owner", root) : NULL;
    return json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:o}", "id", (json_int_t)h->uid, "username",
                     h->user, "owner", root, "domain", text(domain), "package",
                     package ? package : json_null(), "email", text(f[CONTACT].value),
                     "locale_code", text(f[LANGUAGE].value));
}

static int add_user(const struct sc_folder *users, struct sc_homes *homes, const char *user,
                    const char *root, json_t *out, struct sc_error *err)
{
    SC_BUF struct sc_buf conf = SC_BUF_INIT;
    struct sc_error why = SC_ERROR_INIT;
    const struct sc_home_of *h = NULL;
    int rc = sc_home_of(homes, user, &h, err);
    if (rc < 0 || !h || h->uid == 0)
        return rc;
    rc = sc_folder_read(users, &conf, &why, "%s/user.conf", user);
    if (rc == SC_E_NOTFOUND || rc == SC_E_PANEL)
        return 0;
    if (rc < 0)
        return sc_error_set(err, rc, "%s", why.text);
    json_t *one = record(users, h, root, conf.data);
    if (!one)
        return sc_error_set(err, SC_E_PANEL, "%s/%s/user.conf cannot be told in JSON",
                            SC_HESTIA_USERS, user);
    return json_array_append_new(out, one) < 0
               ? sc_error_set(err, SC_E_NOMEM, "out of memory for the users")
               : 0;
}

int sc_hestia_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                    struct sc_error *err)
{
    SC_FOLDER struct sc_folder users = SC_FOLDER_INIT;
    SC_FOLDER_LIST struct sc_folder_list names = {0};
    SC_HOMES_LIST struct sc_homes homes = {0};
    SC_JSON json_t *out = json_array();
    char root[SC_OWNER_MAX + 1];
    sc_hestia_root_user(sc_hestia_prefix(c), root, sizeof(root));
    int rc =
        out ? sc_folder_open(SC_HESTIA_TITLE, sc_hestia_prefix(c), SC_HESTIA_USERS, &users, err)
            : sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    if (rc == 0)
        rc = sc_homes_load(sc_hestia_prefix(c), !q->username, &homes, err);
    if (rc == 0 && q->username)
        rc = add_user(&users, &homes, q->username, root, out, err);
    else if (rc == 0)
        rc = sc_folder_names(&users, true, sc_owner_valid, &names, err);
    for (size_t i = 0; rc == 0 && i < names.n; i++)
        rc = add_user(&users, &homes, names.v[i], root, out, err);
    if (rc == 0)
        *ret = json_incref(out);
    return rc;
}

/* hestia.conf, taken apart into the fields; what cannot be read gives none. */
static void read_conf(const char *prefix, struct sc_buf *text, struct sc_hestia_field *f, size_t n)
{
    SC_FOLDER struct sc_folder conf = SC_FOLDER_INIT;
    for (size_t i = 0; i < n; i++)
        f[i].value = "";
    if (sc_folder_open(SC_HESTIA_TITLE, prefix, SC_HESTIA_CONF, &conf, NULL) == 0 &&
        sc_folder_read(&conf, text, NULL, "hestia.conf") == 0)
        (void)sc_hestia_record(text->data, f, n);
}

void sc_hestia_root_user(const char *prefix, char *out, size_t size)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    struct sc_hestia_field root = {"ROOT_USER", ""};
    read_conf(prefix, &text, &root, 1);
    bool good = sc_owner_valid(root.value) && strlen(root.value) < size;
    snprintf(out, size, "%s", good ? root.value : "admin");
}

int sc_hestia_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err)
{
    SC_BUF struct sc_buf conf = SC_BUF_INIT;
    struct sc_hestia_field f[] = {{"VERSION", ""}, {"BACKEND_PORT", ""}};
    char host[256] = "localhost", url[512];
    read_conf(sc_hestia_prefix(c), &conf, f, 2);
    (void)gethostname(host, sizeof(host) - 1);
    snprintf(url, sizeof(url), "https://%s:%.8s/", host, *f[1].value ? f[1].value : "8083");
    json_t *info = json_pack("{s:s, s:s, s:s, s:{s:b, s:b}}", "name", SC_HESTIA_TITLE, "version",
                             *f[0].value ? f[0].value : "unknown", "user_login_url", url,
                             "supported_cl_features", "cagefs", 1, "php_selector", 1);
    if (!info)
        return sc_error_set(err, SC_E_PANEL, "%s/hestia.conf cannot be told in JSON",
                            SC_HESTIA_CONF);
    *ret = info;
    return 0;
}
