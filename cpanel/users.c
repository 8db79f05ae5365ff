/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answers to `users` and `panel_info`, from /var/cpanel/users and the panel's version file. */
#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include "core/base/cleanup.h"
#include "core/base/users.h"
#include "core/base/file.h"
#include "core/base/domain_name.h"
#include "core/inventory/envelope.h"
#include "cpanel/users_file.h"

/* Text that JSON can say and that is there, else null. */
static json_t *text_or_null(const char *s)
{
    json_t *v = *s ? json_string(s) : NULL;
    return v ? v : json_null();
}

/* Adds the user's record; a file that is no account's adds nothing. */
static int add_user(const struct sc_cpanel *cp, const char *name, json_t *list,
                    struct sc_error *err)
{
    struct sc_cpanel_user u;
    int rc = sc_cpanel_user_read(cp, name, &u, err);
    if (rc < 0)
        return rc;
    SC_CLEANUP(sc_user_done) struct sc_user known = {0};
    rc = sc_user_by_name(name, &known, err);
    if (rc < 0)
        return rc == SC_E_NOTFOUND ? 0 : rc;
    json_t *owner = text_or_null(u.owner), *plan = text_or_null(u.plan);
    if (!json_is_string(owner)) {
        json_decref(owner);
        owner = json_string("root");
    }
    json_t *package =
        json_is_string(plan) ? json_pack("{s:O, s:O}", "name", plan, "owner", owner) : json_null();
    json_decref(plan);
    json_t *o =
        json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:o}", "id", (json_int_t)known.uid, "username",
                  name, "owner", owner, "domain", text_or_null(u.domain), "package", package,
                  "email", text_or_null(u.email), "locale_code", text_or_null(u.locale));
    return json_array_append_new(list, o) < 0
               ? sc_error_set(err, SC_E_NOMEM, "out of memory for the users")
               : 0;
}

/* Calls `with` for each file that can be an account's; one that went meanwhile, and what is no file, is passed over. */
static int each_user(const struct sc_cpanel *cp,
                     int (*with)(const struct sc_cpanel *cp, const char *name, void *arg,
                                 struct sc_error *err),
                     void *arg, struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX];
    int rc = sc_cpanel_path(cp, path, err, SC_CPANEL_USERS);
    if (rc < 0)
        return rc;
    SC_DIR DIR *dir = opendir(path);
    if (!dir)
        return sc_error_sys(err, errno, "cannot read %s", path);
    for (const struct dirent *e; (errno = 0, e = readdir(dir)) != NULL;) {
        struct sc_error why = SC_ERROR_INIT;
        if (!sc_owner_valid(e->d_name))
            continue;
        rc = with(cp, e->d_name, arg, &why);
        if (rc < 0 && rc != SC_E_NOTFOUND && rc != SC_E_INVAL) {
            if (err)
                *err = why;
            return rc;
        }
    }
    return errno ? sc_error_sys(err, errno, "cannot read %s", path) : 0;
}

static int add_one(const struct sc_cpanel *cp, const char *name, void *arg, struct sc_error *err)
{
    return add_user(cp, name, arg, err);
}

struct customers {
    const char *reseller;
    struct sc_buf *ret;
    const char *between;
};

static int add_customer(const struct sc_cpanel *cp, const char *name, void *arg,
                        struct sc_error *err)
{
    struct customers *c = arg;
    struct sc_cpanel_user u;
    SC_CLEANUP(sc_user_done) struct sc_user known = {0};
    int rc = sc_cpanel_user_read(cp, name, &u, err);
    if (rc < 0 || strcmp(u.owner, c->reseller) != 0)
        return rc;
    rc = sc_user_by_name(name, &known, err);
    if (rc == 0) {
        sc_buf_fmt(c->ret, "%s%s", c->between, name);
        c->between = ",";
    }
    return rc;
}

int sc_cpanel_customers(const struct sc_cpanel *cp, const char *reseller, struct sc_buf *ret,
                        struct sc_error *err)
{
    struct customers c = {.reseller = reseller, .ret = ret, .between = ""};
    return each_user(cp, add_customer, &c, err);
}

int sc_cpanel_users(const struct sc_cpanel *cp, const struct sc_caller *c,
                    const struct sc_question *q, json_t **ret, struct sc_error *err)
{
    const char *name = c->user ? c->user : q->username;
    SC_JSON json_t *list = json_array();
    struct sc_error why = SC_ERROR_INIT;
    int rc = name && sc_owner_valid(name) ? add_user(cp, name, list, &why)
             : name                       ? 0
                                          : each_user(cp, add_one, list, &why);
    if (name && rc == SC_E_NOTFOUND)
        rc = 0; /* not a user of the panel */
    if (rc == SC_E_SYS && c->user && (why.sys == EACCES || why.sys == EPERM))
        return sc_error_set(err, SC_E_DENIED, "%s: only root can ask cPanel here", why.text);
    if (rc < 0) {
        if (err)
            *err = why;
        return rc;
    }
    *ret = sc_steal_ptr(&list);
    return 0;
}

int sc_cpanel_panel_info(const struct sc_cpanel *cp, json_t **ret, struct sc_error *err)
{
    char path[SC_CPANEL_PATH_MAX];
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    int rc = sc_cpanel_path(cp, path, err, SC_CPANEL_VERSION);
    if (rc == 0)
        rc = sc_read_file(path, 256, &b, err);
    if (rc < 0)
        return rc;
    b.data[strcspn(b.data, " \t\r\n")] = 0;
    json_t *o = json_pack("{s:s, s:s, s:s, s:{s:b, s:b}}", "name", "cPanel", "version", b.data,
                          "user_login_url", "https://{domain}:2083/", "supported_cl_features",
                          "cagefs", 1, "php_selector", 1);
    if (!o)
        return sc_error_set(err, SC_E_PANEL, "%s: no version can be read from it", path);
    *ret = o;
    return 0;
}
