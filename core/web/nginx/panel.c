/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/nginx/panel.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/run.h"

#define PLACE_MS   15000
#define REWRITE_MS 120000 /* a panel's own program */

static int ask(const char *adapter, const char *verb, const char *domain, int timeout_ms,
               struct sc_run_result *r, struct sc_error *err)
{
    const char *const argv[] = {adapter, verb, domain, NULL};
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = timeout_ms, .max_out = 65536};
    if (!adapter)
        return sc_error_set(err, SC_E_NOTFOUND, "there is no panel");
    int rc = sc_run(&spec, r, err);
    if (rc < 0 || sc_run_ok(r))
        return rc;
    char how[SC_ERROR_TEXT_MAX / 2];
    sc_run_how(r, how, sizeof(how));
    return sc_error_set(err, SC_E_PANEL, "%s %s %s %s", adapter, verb, domain, how);
}

static bool take(char **to, char *value)
{
    if (*to || sc_decode_word(value) < 1 || strchr(value, '\n'))
        return false;
    *to = value;
    return true;
}

static bool parse_line(char *line, struct sc_nginx_place *p)
{
    char *value = line, *end, *key = strsep(&value, " ");
    if (!value)
        return false;
    if (strcmp(key, "path") == 0)
        return take(&p->path, value) && p->path[0] == '/';
    if (strcmp(key, "before") == 0)
        return take(&p->before, value);
    if (strcmp(key, "after") == 0)
        return take(&p->after, value);
    if (strcmp(key, "owner") != 0)
        return true; /* of a later version */
    unsigned long uid = strtoul(value, &end, 10);
    p->owner = (uid_t)uid;
    return end > value && *end == 0 && uid < UINT32_MAX;
}

int sc_nginx_panel_parse(char *text, const char *domain, struct sc_nginx_place *ret,
                         struct sc_error *err)
{
    struct sc_nginx_place p = {.domain = (char *)(uintptr_t)domain}; /* borrows all of it */
    bool good = true;
    for (char *line; good && (line = strsep(&text, "\n"));)
        good = *line == 0 || parse_line(line, &p);
    if (!good || !p.path)
        return sc_error_set(err, SC_E_PANEL,
                            "the adapter's answer about nginx is none that is known");
    p.named = p.before != NULL;
    return sc_nginx_place_copy(&p, ret, err);
}

int sc_nginx_panel_place(const char *adapter, const char *domain, struct sc_nginx_place *ret,
                         struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    int rc = ask(adapter, "nginx-place", domain, PLACE_MS, &r, err);
    if (rc < 0)
        return rc;
    if (!r.out.data || strlen(r.out.data) != r.out.len)
        return sc_error_set(err, SC_E_NOTFOUND, "the panel keeps no file for nginx");
    return sc_nginx_panel_parse(r.out.data, domain, ret, err);
}

int sc_nginx_panel_rewrite(const char *adapter, const char *domain, struct sc_error *err)
{
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    return ask(adapter, "nginx-rewrite", domain, REWRITE_MS, &r, err);
}
