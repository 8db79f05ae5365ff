/* SPDX-License-Identifier: GPL-2.0-or-later */
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

bool sc_cpanel_may_all(const char *resellers, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = resellers; n > 0 && *line;) {
        size_t len = strcspn(line, "\n");
        if (len > n && strncmp(line, name, n) == 0 && line[n] == ':') {
            for (const char *p = line + n + 1; p < line + len; p += strcspn(p, ",\n") + 1)
                if (strncmp(p, "all", 3) == 0 && strcspn(p, ",\n") == 3)
                    return true;
        }
        line += len + (line[len] == '\n');
    }
    return false;
}

static const char *variable(char *const *env, const char *name)
{
    size_t n = strlen(name);
    for (; *env; env++)
        if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
            return *env + n + 1;
    return "";
}

int sc_cpanel_whm_page(char *const *env)
{
    SC_BUF struct sc_buf resellers = SC_BUF_INIT;
    const char *who = variable(env, "REMOTE_USER");
    bool may = strcmp(who, "root") == 0;
    if (!may && sc_read_file(RESELLERS, RESELLERS_MAX, &resellers, NULL) == 0)
        may = sc_cpanel_may_all(resellers.data, who);
    if (may) {
        char program[] = SC_PAGE_EXE, front[] = "cgi-admin";
        char *const argv[] = {program, front, NULL};
        execve(SC_PAGE_EXE, argv, env);
        perror("sitecage-cpanel: " SC_PAGE_EXE);
    }
    const char *text = may ? "The page cannot be started; WHM's error_log says why."
                           : "This page is for root, and for resellers who may do everything.";
    printf("Status: %s\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: "
           "no-store\r\n\r\n%s\n",
           may ? "500 Internal Server Error" : "403 Forbidden", text);
    return 0;
}
