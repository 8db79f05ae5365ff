/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "cpanel/page/page.h"
#include "hooks/adapter/page.h"

#define RESELLERS     "/var/cpanel/resellers"
#define RESELLERS_MAX (1u << 20)
#define ACCOUNTS      "SITECAGE_ACCOUNTS="

static bool has_all(const char *acls, const char *end)
{
    for (const char *p = acls; p < end; p += strcspn(p, ",\n") + 1)
        if (strncmp(p, "all", 3) == 0 && strcspn(p, ",\n") == 3)
            return true;
    return false;
}

enum sc_cpanel_rights sc_cpanel_rights(const char *resellers, const char *name)
{
    enum sc_cpanel_rights rights = SC_CPANEL_NONE;
    size_t n = strlen(name);
    for (const char *line = resellers; n > 0 && *line;) {
        size_t len = strcspn(line, "\n");
        if (len > n && strncmp(line, name, n) == 0 && line[n] == ':') {
            if (has_all(line + n + 1, line + len))
                return SC_CPANEL_ALL;
            rights = SC_CPANEL_RESELLER;
        }
        line += len + (line[len] == '\n');
    }
    return rights;
}

static const char *variable(char *const *env, const char *name)
{
    size_t n = strlen(name);
    for (; *env; env++)
        if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
            return *env + n + 1;
    return "";
}

static enum sc_cpanel_rights rights_of(const char *who)
{
    SC_BUF struct sc_buf resellers = SC_BUF_INIT;
    if (strcmp(who, "root") == 0)
        return SC_CPANEL_ALL;
    return sc_read_file(RESELLERS, RESELLERS_MAX, &resellers, NULL) == 0
               ? sc_cpanel_rights(resellers.data, who)
               : SC_CPANEL_NONE;
}

/* The environment with one variable more ("NAME=value"), which it has no second time. */
static char **with(char *const *env, char *more, size_t name_len)
{
    size_t n = 0, k = 0;
    while (env[n])
        n++;
    char **ret = calloc(n + 2, sizeof(*ret));
    for (size_t i = 0; ret && i < n; i++)
        if (strncmp(env[i], more, name_len) != 0)
            ret[k++] = env[i];
    if (ret)
        ret[k] = more;
    return ret;
}

static void go_on(char *front, char *const *env)
{
    char program[] = SC_PAGE_EXE;
    char *const argv[] = {program, front, NULL};
    execve(SC_PAGE_EXE, argv, env);
    perror("sitecage-cpanel: " SC_PAGE_EXE);
}

static void go_on_reseller(const char *who, char *const *env, sc_cpanel_customers_of *customers)
{
    char front[] = "cgi-reseller";
    SC_BUF struct sc_buf accounts = SC_BUF_INIT;
    struct sc_error err = SC_ERROR_INIT;
    sc_buf_str(&accounts, ACCOUNTS);
    if (customers(who, &accounts, &err) < 0 ||
        sc_buf_check(&accounts, "the list of customers", &err) < 0) {
        fprintf(stderr, "sitecage-cpanel: %s\n", err.text);
        return;
    }
    SC_FREE char **all = with(env, accounts.data, strlen(ACCOUNTS));
    if (all)
        go_on(front, all);
}

int sc_cpanel_whm_page(char *const *env, sc_cpanel_customers_of *customers)
{
    const char *who = variable(env, "REMOTE_USER");
    enum sc_cpanel_rights rights = rights_of(who);
    char front[] = "cgi-admin";
    if (rights == SC_CPANEL_ALL)
        go_on(front, env);
    else if (rights == SC_CPANEL_RESELLER)
        go_on_reseller(who, env, customers);
    const char *text = rights ? "The page cannot be started; WHM's error_log says why."
                              : "This page is for root and for resellers.";
    printf("Status: %s\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: "
           "no-store\r\n\r\n%s\n",
           rights ? "500 Internal Server Error" : "403 Forbidden", text);
    return 0;
}
