/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/run.h"
#include "directadmin/api.h"
#include "directadmin/conf.h"
#include "directadmin/directadmin.h"
#include "directadmin/files.h"

#define BINARY_MS 3000
#define PORT      "2222"
#define CONF      "/conf/directadmin.conf"
#define NOT_KNOWN "unknown"

const struct sc_da *sc_da_place(const struct sc_caller *c)
{
    static const struct sc_da production = SC_DA_PRODUCTION;
    return c->place ? c->place : &production;
}

/* Whom to ask about. *ret_none: nobody has that domain, as far as the caller may know. */
static int whose(const struct sc_da *da, const struct sc_question *q, const char **owner,
                 char found[SC_OWNER_MAX + 1], bool *ret_none, struct sc_error *err)
{
    *owner = q->owner;
    *ret_none = false;
    if (!q->name)
        return 0;
    struct sc_error why = SC_ERROR_INIT;
    int rc = sc_da_files_owner(da, q->name, found, &why);
    if (rc == SC_E_NOTFOUND)
        return 0; /* no such list: all are looked through */
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    *ret_none = !found[0] || (q->owner && strcmp(q->owner, found) != 0);
    *owner = found;
    return 0;
}

int sc_da_domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                  struct sc_error *err)
{
    const struct sc_da *da = sc_da_place(c);
    char found[SC_OWNER_MAX + 1] = "";
    const char *owner;
    bool none;
    int rc = whose(da, q, &owner, found, &none, err);
    if (rc < 0 || none)
        return rc;
    SC_DOMAINS struct sc_domains d = SC_DOMAINS_INIT;
    struct sc_error api = SC_ERROR_INIT, files = SC_ERROR_INIT;
    /* Only root can read the API's key. */
    int api_rc =
        c->user ? SC_E_NOTFOUND : sc_da_api_domains(da, false, owner, c->timeout_ms, &d, &api);
    if (api_rc == 0) {
        sc_domains_finish(&d);
        rc = sc_da_files_complete(da, owner, &d, err);
    } else {
        rc = sc_da_files_domains(da, owner, &d, &files);
        if (rc < 0 && api_rc == SC_E_NOTFOUND && !c->user) {
            api_rc = sc_da_api_domains(da, true, owner, c->timeout_ms, &d, &api);
            rc = api_rc == 0 ? 0 : rc;
        }
        if (rc < 0 && api_rc != SC_E_NOTFOUND)
            rc = sc_error_set(err, SC_E_PANEL, "%.480s; and %.480s", api.text, files.text);
        else if (rc < 0 && err)
            *err = files;
        sc_domains_finish(&d);
    }
    if (rc == 0) {
        sc_domains_done(ret);
        *ret = d;
        d = (struct sc_domains)SC_DOMAINS_INIT;
    }
    return rc;
}

/* "Version: DirectAdmin v.1.661 …" */
static void version(const struct sc_da *da, char *out, size_t size)
{
    SC_FREE char *binary = NULL;
    snprintf(out, size, NOT_KNOWN);
    if (sc_da_path(da, SC_DA_BINARY, &binary, NULL) < 0 || access(binary, X_OK) < 0)
        return;
    const char *const argv[] = {binary, "v", NULL};
    const struct sc_run_spec spec = {.argv = argv, .timeout_ms = BINARY_MS, .max_out = 4096};
    SC_RUN_RESULT struct sc_run_result res = SC_RUN_RESULT_INIT;
    if (sc_run(&spec, &res, NULL) < 0 || !sc_run_ok(&res) || !res.out.data)
        return;
    const char *p = res.out.data + strcspn(res.out.data, "0123456789");
    size_t n = strspn(p, "0123456789.");
    if (n > 0 && n < size) {
        memcpy(out, p, n);
        out[n] = 0;
    }
}

int sc_da_panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err)
{
    const struct sc_da *da = sc_da_place(c);
    char number[64], port[8] = "", url[64];
    SC_FREE char *path = NULL;
    SC_BUF struct sc_buf conf = SC_BUF_INIT;
    int rc = sc_da_path(da, SC_DA_BASE CONF, &path, err);
    if (rc < 0)
        return rc;
    bool told = sc_read_file(path, SC_DA_FILE_MAX, &conf, NULL) == 0 &&
                sc_da_conf_get(conf.data, "port", port, sizeof(port)) && port[0] &&
                port[strspn(port, "0123456789")] == 0;
    snprintf(url, sizeof(url), "https://{domain}:%s/", told ? port : PORT);
    if (c->user) /* its program is root's to run */
        snprintf(number, sizeof(number), NOT_KNOWN);
    else
        version(da, number, sizeof(number));
    json_t *info =
        json_pack("{s:s, s:s, s:s, s:{s:b, s:b}}", "name", "DirectAdmin", "version", number,
                  "user_login_url", url, "supported_cl_features", "cagefs", 1, "php_selector", 1);
    if (!info)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the panel's description");
    *ret = info;
    return 0;
}

/* The folder of all users for those that come and go; of each the folder whose files name his
 * domains, which DirectAdmin writes again. */
int sc_da_paths(const struct sc_da *da, struct sc_buf *out, struct sc_error *err)
{
    SC_FD int dirfd = -EBADF;
    SC_DA_NAMES struct sc_da_names names = {0};
    int rc = sc_da_files_users(da, &dirfd, &names, err);
    if (rc < 0)
        return rc;
    sc_buf_fmt(out, "%s%s\n%s%s\n", da->prefix, SC_DA_USERS, da->prefix, SC_DA_OWNERS);
    for (size_t i = 0; i < names.n; i++)
        sc_buf_fmt(out, "%s%s/%s/domains.list\n%s%s/%s/domains\n", da->prefix, SC_DA_USERS,
                   names.v[i], da->prefix, SC_DA_USERS, names.v[i]);
    return sc_buf_check(out, "the list of paths", err);
}
