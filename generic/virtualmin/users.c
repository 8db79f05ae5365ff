/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtualmin's accounts, each of a top-level server, and the panel itself. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/domain_name.h"
#include "core/inventory/envelope.h"
#include "generic/virtualmin/fields.h"
#include "generic/virtualmin/servers.h"
#include "generic/virtualmin/virtualmin.h"
#include "hooks/adapter/folder.h"
#include "hooks/adapter/homes.h"

#define MODULE   "/usr/share/webmin/virtual-server"
#define MODULE2  "/usr/libexec/webmin/virtual-server"
#define MINISERV "/etc/webmin"

static json_t *text(const char *value)
{
    json_t *s = *value ? json_string(value) : NULL;
    return s ? s : json_null();
}

/* The value of `key` in a file; "" where that cannot be told. */
static void lookup(const char *prefix, const char *dir, const char *file, const char *key,
                   char *out, size_t size)
{
    SC_FOLDER struct sc_folder f = SC_FOLDER_INIT;
    SC_BUF struct sc_buf content = SC_BUF_INIT;
    struct sc_vm_field field = {key, ""};
    if (sc_folder_open(SC_VM_TITLE, prefix, dir, &f, NULL) == 0 &&
        sc_folder_read(&f, &content, NULL, "%s", file) == 0)
        sc_vm_fields(content.data, &field, 1);
    snprintf(out, size, "%s", field.value);
}

static json_t *package(const char *prefix, const struct sc_vm_server *v, const char *owner)
{
    char name[256] = "";
    if (*v->plan && !strchr(v->plan, '/'))
        lookup(prefix, SC_VM_PLANS, v->plan, "name", name, sizeof(name));
    json_t *p = *name ? json_pack("{s:s, s:s}", "name", name, "owner", owner) : NULL;
    return p ? p : json_null();
}

/* The first of its resellers; root's own otherwise. */
static void reseller(const struct sc_vm_server *v, char *out, size_t size)
{
    int n = (int)strcspn(v->reseller, " ");
    snprintf(out, size, "%.*s", n, v->reseller);
    if (!sc_owner_valid(out))
        snprintf(out, size, "root");
}

static int add_user(const char *prefix, const struct sc_vm_server *v, struct sc_homes *homes,
                    json_t *out, struct sc_error *err)
{
    char canon[256] = "", owner[SC_OWNER_MAX + 1];
    const struct sc_home_of *h = NULL;
    if (*v->parent || *v->alias || !sc_owner_valid(v->user))
        return 0;
    int rc = sc_home_of(homes, v->user, &h, err);
    if (rc < 0 || !h || h->uid == 0)
        return rc;
    (void)sc_domain_canon(v->dom, canon, NULL);
    reseller(v, owner, sizeof(owner));
    json_t *one = json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:n}", "id", (json_int_t)h->uid,
                            "username", h->user, "owner", owner, "domain", text(canon), "package",
                            package(prefix, v, owner), "email", text(v->email), "locale_code");
    if (!one || json_array_append_new(out, one) < 0)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    return 0;
}

int sc_vm_users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                struct sc_error *err)
{
    SC_VM_SERVERS struct sc_vm_servers servers = {0};
    SC_HOMES_LIST struct sc_homes homes = {0};
    SC_JSON json_t *out = json_array();
    int rc = out ? sc_vm_servers_load(sc_vm_prefix(c), &servers, err)
                 : sc_error_set(err, SC_E_NOMEM, "out of memory for the users");
    if (rc == 0)
        rc = sc_homes_load(sc_vm_prefix(c), !q->username, &homes, err);
    for (size_t i = 0; rc == 0 && i < servers.n; i++)
        if (!q->username || strcmp(q->username, servers.v[i].user) == 0)
            rc = add_user(sc_vm_prefix(c), &servers.v[i], &homes, out, err);
    if (rc == 0)
        *ret = json_incref(out);
    return rc;
}

int sc_vm_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err)
{
    char number[64], port[16], host[256] = "localhost", url[512];
    lookup(sc_vm_prefix(c), MODULE, "module.info", "version", number, sizeof(number));
    if (!*number)
        lookup(sc_vm_prefix(c), MODULE2, "module.info", "version", number, sizeof(number));
    lookup(sc_vm_prefix(c), MINISERV, "miniserv.conf", "port", port, sizeof(port));
    (void)gethostname(host, sizeof(host) - 1);
    snprintf(url, sizeof(url), "https://%s:%s/", host, *port ? port : "10000");
    json_t *info = json_pack("{s:s, s:s, s:s, s:{s:b, s:b}}", "name", SC_VM_TITLE, "version",
                             *number ? number : "unknown", "user_login_url", url,
                             "supported_cl_features", "cagefs", 1, "php_selector", 1);
    if (!info)
        return sc_error_set(err, SC_E_PANEL, "%s's version cannot be told in JSON", SC_VM_TITLE);
    *ret = info;
    return 0;
}
