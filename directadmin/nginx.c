/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/nginx.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "core/base/run.h"
#include "core/base/there.h"
#include "directadmin/files.h"

#define REWRITE_MS 100000

/* data/users/USER/domains/NAME.conf: NAME is a domain of DirectAdmin's, no subdomain. *ret: its
 * directory. */
static int find_dir(const struct sc_da *da, const char *owner, const char *name, char **ret,
                    struct stat *ret_st, struct sc_error *err)
{
    SC_FREE char *rel = NULL, *dir = NULL, *conf = NULL;
    if (asprintf(&rel, SC_DA_USERS "/%s/domains", owner) < 0)
        rel = NULL;
    int rc = rel ? sc_da_path(da, rel, &dir, err)
                 : sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
    if (rc < 0)
        return rc;
    if (asprintf(&conf, "%s/%s.conf", dir, name) < 0) {
        conf = NULL;
        return sc_error_set(err, SC_E_NOMEM, "out of memory for nginx");
    }
    rc = sc_there(conf, NULL, err);
    if (rc == SC_THERE)
        rc = sc_there(dir, ret_st, err);
    if (rc != SC_THERE)
        return rc;
    const struct passwd *panel = getpwnam(SC_DA_ACCOUNT);
    if (ret_st->st_uid != 0 && (!panel || ret_st->st_uid != panel->pw_uid))
        return sc_error_set(err, SC_E_DENIED, "%s is neither root's nor " SC_DA_ACCOUNT "'s", dir);
    *ret = sc_steal_ptr(&dir);
    return SC_THERE;
}

/* "before" and "after" the line: for the domain alone, or for one subdomain. */
static void add_condition(struct sc_buf *out, const char *sub, size_t len)
{
    static const char after[] = "|*endif|";
    char before[300] = "|*if !SUB|";
    if (len)
        snprintf(before, sizeof(before), "|*if SUB=\"%.*s\"|", (int)len, sub);
    sc_buf_str(out, "before ");
    sc_buf_enc(out, before, strlen(before));
    sc_buf_str(out, "\nafter ");
    sc_buf_enc(out, after, strlen(after));
    sc_buf_str(out, "\n");
}

int sc_da_nginx_place(const struct sc_da *da, const char *domain, struct sc_buf *out,
                      struct sc_error *err)
{
    char owner[SC_OWNER_MAX + 1];
    SC_FREE char *dir = NULL;
    struct stat st;
    int rc = sc_da_files_owner(da, domain, owner, err);
    if (rc < 0)
        return rc;
    /* the domain itself, or the nearest one above it */
    for (const char *name = domain; *owner && name;
         name = strchr(name, '.'), name += name != NULL) {
        rc = find_dir(da, owner, name, &dir, &st, err);
        if (rc == SC_ABSENT)
            continue;
        if (rc < 0 || !dir)
            return rc;
        sc_buf_str(out, "path ");
        sc_buf_enc(out, dir, strlen(dir));
        sc_buf_fmt(out, "/%s.cust_nginx\nowner %u\n", name, (unsigned)st.st_uid);
        add_condition(out, domain, name > domain ? (size_t)(name - domain) - 1 : 0);
        return 0;
    }
    return sc_error_set(err, SC_E_NOTFOUND, "DirectAdmin has no domain %s", domain);
}

/* The task is for all users: DirectAdmin knows none for one. */
int sc_da_nginx_rewrite(const struct sc_da *da, struct sc_error *err)
{
    SC_FREE char *program = NULL;
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = sc_da_path(da, SC_DA_BINARY, &program, err);
    if (rc < 0)
        return rc;
    const char *const argv[] = {program, "taskq", "--run", "action=rewrite&value=nginx", NULL};
    const struct sc_run_spec spec = {.argv = argv, .timeout_ms = REWRITE_MS};
    rc = sc_run(&spec, &r, err);
    if (rc < 0 || sc_run_ok(&r))
        return rc;
    char how[SC_ERROR_TEXT_MAX / 2];
    sc_run_how(&r, how, sizeof(how));
    return sc_error_set(err, SC_E_PANEL, "%s taskq %s", program, how);
}
