/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/info.h"

#include <stdio.h>
#include <string.h>
#include "core/base/cleanup.h"

#define VALUE_MAX (SC_DOCROOT_MAX + 1)

struct info {
    char name[VALUE_MAX], user[VALUE_MAX], docroot[VALUE_MAX];
};

/* Copies the value behind "LABEL:" when the line [p, end) begins so; the first one counts. */
static void take(const char *p, const char *end, const char *label, char value[VALUE_MAX])
{
    size_t n = strlen(label);
    if (value[0] || (size_t)(end - p) <= n || memcmp(p, label, n) != 0 || p[n] != ':')
        return;
    for (p += n + 1; p < end && (*p == ' ' || *p == '\t'); p++)
        ;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    size_t len = (size_t)(end - p);
    if (len >= VALUE_MAX || memchr(p, 0, len))
        return;
    memcpy(value, p, len);
    value[len] = 0;
}

/* A subscription's main domain gives the folder of the virtual host its name; others only have
 * their own folder called so, the last part of their document root. */
static bool is_main(const struct info *i)
{
    char part[VALUE_MAX + 2];
    snprintf(part, sizeof(part), "/%s/", i->name);
    return strstr(i->docroot, part) != NULL;
}

int sc_plesk_info_parse(const char *data, size_t len, struct sc_domains *ret, struct sc_error *err)
{
    SC_FREE struct info *i = calloc(1, sizeof(*i));
    if (!i)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for what plesk says of a domain");
    while (len) {
        const char *newline = memchr(data, '\n', len), *end = newline ? newline : data + len;
        take(data, end, "Domain name", i->name);
        take(data, end, "FTP Login", i->user);
        take(data, end, "--WWW-Root--", i->docroot);
        len -= (size_t)(end - data) + (newline ? 1 : 0);
        data = newline ? newline + 1 : end;
    }
    if (!i->name[0])
        return sc_error_set(err, SC_E_PANEL,
                            "what plesk says of a domain has no line 'Domain name'");
    return i->docroot[0] ? sc_domains_add_named(ret, i->name, i->user, i->docroot, is_main(i), err)
                         : 0;
}

int sc_plesk_info(const struct sc_plesk *p, const char *name, int timeout_ms,
                  struct sc_domains *ret, struct sc_error *err)
{
    const char *args[] = {"bin", "site", "--info", name, NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = sc_plesk_run(p, args, timeout_ms, true, &r, err);
    if (rc < 0)
        return rc;
    if (sc_run_ok(&r))
        return sc_plesk_info_parse(r.out.data ? r.out.data : "", r.out.len, ret, err);
    /* "… does not exist" has no exit status of its own. */
    if (r.err.data && strstr(r.err.data, "not exist"))
        return 0;
    char how[512];
    sc_run_how(&r, how, sizeof(how));
    return sc_error_set(err, SC_E_PANEL, "'plesk bin site --info %s' %s", name, how);
}
