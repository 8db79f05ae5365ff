/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/module.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/run.h"
#include "core/base/there.h"
#include "core/web/apache/ask.h"
#include "core/web/apache/report.h"
#include "core/web/httpd.h"
#include "core/web/module_place.h"

#ifndef SC_WEB_MODULE
#define SC_WEB_MODULE "/mod_sitecage.so" /* it is not built */
#endif
#define TEST_MS   120000 /* very many virtual hosts */
#define RELOAD_MS 2000
#define PID_WORDS "#pid "

/* ---- looking ---- */

/* The process that wrote the report; 0. */
static pid_t reporter(void)
{
    char text[512];
    FILE *f = fopen(SC_WEB_REPORT, "re");
    size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = 0;
    const char *at = strstr(text, "\n" PID_WORDS);
    return at ? (pid_t)strtol(at + sizeof(PID_WORDS), NULL, 10) : 0;
}

/* An Apache that reads its configuration again, as at each change of a panel, is without any module
 * for a moment: one that had this one, and is to have it, is waited for. */
static bool has_or_gets(pid_t pid, const struct sc_module_place *place)
{
    for (int64_t until = sc_clock_ms() + RELOAD_MS;;) {
        if (sc_httpd_has_module(pid, place->server))
            return true;
        if (reporter() != pid || kill(pid, 0) < 0 || sc_clock_ms() >= until ||
            sc_module_place_is_on("", place, NULL) != SC_THERE)
            return false;
        sc_sleep_ms(5);
    }
}

/* *ret_pid: 0: no Apache runs; -errno: whether one does cannot be said, and it has no module then. */
static enum sc_web_module_is look(const struct sc_module_place *place, pid_t *ret_pid)
{
    *ret_pid = reporter();
    if (sc_httpd_has_module(*ret_pid, place->server))
        return SC_WEB_MODULE_ACTIVE;
    *ret_pid = sc_httpd_find(place->server);
    if (*ret_pid > 0 && has_or_gets(*ret_pid, place))
        return SC_WEB_MODULE_ACTIVE;
    return !*ret_pid && sc_module_place_is_on("", place, NULL) == SC_THERE ? SC_WEB_MODULE_WAITS
                                                                           : SC_WEB_MODULE_OFF;
}

enum sc_web_module_is sc_web_module_look(pid_t *ret_server)
{
    const struct sc_module_place *place = NULL;
    pid_t pid = 0;
    enum sc_web_module_is is = SC_WEB_MODULE_OFF;
    if (sc_module_place_find("", &place, NULL) == 0)
        is = place ? look(place, &pid) : SC_WEB_MODULE_NO_APACHE;
    if (ret_server)
        *ret_server = pid > 0 ? pid : 0;
    return is;
}

pid_t sc_web_module_server(void)
{
    pid_t pid = 0;
    (void)sc_web_module_look(&pid);
    return pid;
}

bool sc_web_module_has_apache(void)
{
    const struct sc_module_place *place = NULL;
    return sc_module_place_find("", &place, NULL) < 0 || place;
}

bool sc_web_module_guards(void)
{
    return sc_web_module_is_guard(sc_web_module_look(NULL));
}

/* ---- changing ---- */

/* "apache2ctl -t" says where something is wrong in a line, and what in the next. */
static void one_line(char *text)
{
    size_t len = strcspn(text, "\n");
    if (text[len])
        text[len] = ' ';
    text[strcspn(text, "\n")] = 0;
}

static int test(const struct sc_module_place *place, struct sc_error *err)
{
    const char *const argv[] = {place->control, "-t", NULL};
    SC_RUN_RESULT struct sc_run_result r = SC_RUN_RESULT_INIT;
    struct sc_run_spec spec = {.argv = argv, .timeout_ms = TEST_MS};
    int rc = sc_run(&spec, &r, err);
    if (rc < 0 || sc_run_ok(&r))
        return rc;
    if (r.err.data)
        one_line(r.err.data);
    return sc_error_set(err, SC_E_INVAL, "Apache's configuration is not valid: %s",
                        r.err.data ? r.err.data : place->control);
}

static int not_known(pid_t pid, struct sc_error *err)
{
    return sc_error_sys(err, (int)-pid, "look for the process of Apache");
}

static int switch_on(const struct sc_module_place *place, struct sc_error *err)
{
    int was_on = sc_module_place_is_on("", place, err);
    if (was_on < 0)
        return was_on;
    int rc = sc_module_place_on("", place, SC_WEB_MODULE, err);
    if (rc == 0)
        rc = test(place, err);
    if (rc < 0 && was_on == SC_ABSENT)
        (void)sc_module_place_off("", place, NULL);
    return rc;
}

int sc_web_module_on(bool *ret_switched, struct sc_error *err)
{
    const struct sc_module_place *place = NULL;
    pid_t pid = 0;
    int rc = sc_module_place_find("", &place, err);
    if (rc < 0 || !place)
        return rc;
    enum sc_web_module_is is = look(place, &pid);
    if (is != SC_WEB_MODULE_OFF && (rc = sc_module_place_is_on("", place, err)) != SC_ABSENT)
        return rc < 0 ? rc : 0;
    rc = pid < 0 ? not_known(pid, err) : switch_on(place, err);
    if (rc == 0 && pid && is != SC_WEB_MODULE_ACTIVE)
        rc = sc_httpd_graceful(pid, place->server, true, err);
    if (rc == 0)
        *ret_switched = is == SC_WEB_MODULE_OFF;
    return rc;
}

int sc_web_module_off(struct sc_error *err)
{
    const struct sc_module_place *place = NULL;
    pid_t pid = 0;
    int rc = sc_module_place_find("", &place, err);
    if (rc == SC_E_PLATFORM || (rc == 0 && !place))
        return 0; /* whoever loaded it by hand unloads it by hand */
    int is_on = rc == 0 ? sc_module_place_is_on("", place, err) : rc;
    if (is_on < 0)
        return is_on;
    bool loaded = look(place, &pid) == SC_WEB_MODULE_ACTIVE;
    if (pid < 0)
        return not_known(pid, err);
    if (!loaded && is_on == SC_ABSENT)
        return 0;
    rc = sc_module_place_off("", place, err);
    if (rc < 0 || !loaded)
        return rc;
    rc = test(place, err);
    return rc < 0 ? rc : sc_httpd_graceful(pid, place->server, false, err);
}
