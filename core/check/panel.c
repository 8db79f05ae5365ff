/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --site-isolation-check: the panel, and the daemon that follows it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/check/internal.h"
#include "core/server/monitor_service.h"
#include "core/server/panel_hooks.h"

#define SURVEY_MAX  256
#define LATE_SECOND 900 /* three full passes were missed */
#define START_MS    2000

#define BY_HAND                                                                                    \
    "systemctl start " SC_MONITOR_UNIT ", or without systemd " SC_MONITOR_DAEMON " --daemon"

/* "3 min ago" */
static const char *ago(int64_t when, char *text, size_t size)
{
    int64_t s = time(NULL) - when;
    s = s < 0 ? 0 : s;
    if (s < 120)
        snprintf(text, size, "%" PRId64 " s ago", s);
    else if (s < 7200)
        snprintf(text, size, "%" PRId64 " min ago", s / 60);
    else if (s < 172800)
        snprintf(text, size, "%" PRId64 " h ago", s / 3600);
    else
        snprintf(text, size, "%" PRId64 " days ago", s / 86400);
    return text;
}

/* A meta value "TIME TEXT". False: there is none. */
static bool stored(const struct sc_server *s, const char *key, char **ret_value, int64_t *ret_when,
                   const char **ret_text)
{
    char *end;
    if (sc_store_meta_get(s->store, key, ret_value, NULL) < 0 || !*ret_value)
        return false;
    *ret_when = strtoll(*ret_value, &end, 10);
    *ret_text = *end == ' ' ? end + 1 : end;
    return true;
}

static void check_hooks(struct sc_checks *c, const struct sc_inventory_conf *panel)
{
    static const char name[] = "panel: hooks";
    struct sc_error err = SC_ERROR_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = sc_panel_hooks_status(panel, &text, &err);
    if (rc == 0)
        sc_check_add(c, name, SC_CHECK_OK, "%s", text.len ? text.data : "in place");
    else if (rc == SC_E_UNSUPPORTED)
        sc_check_add(c, name, SC_CHECK_SKIPPED, "%s", err.text);
    else
        sc_check_add(c, name, SC_CHECK_WARNING, "%s; put them in place with: %s register", err.text,
                     panel->adapter_exe);
}

/* How old is what the database knows: the daemon's last full pass. */
static void stored_age(char *text, size_t size)
{
    SC_BUF struct sc_buf line = SC_BUF_INIT;
    char when[64];
    text[0] = 0;
    if (sc_read_file(SC_MONITOR_SURVEY, SURVEY_MAX, &line, NULL) == 0)
        snprintf(text, size, "; last compared with what is made %s",
                 ago(strtoll(line.data, NULL, 10), when, sizeof(when)));
}

static void check_domains(struct sc_checks *c, const struct sc_server *s,
                          const struct sc_inventory_conf *panel, bool enabled)
{
    struct sc_error err = SC_ERROR_INIT;
    SC_DOMAINS struct sc_domains all = SC_DOMAINS_INIT;
    char age[128], odd[SC_ERROR_TEXT_MAX];
    stored_age(age, sizeof(age));
    bool known = sc_inventory_all(panel, &all, &err) == 0;
    if (!known)
        sc_check_add(c, "panel: domains", SC_CHECK_FAILED, "%s%s", err.text, age);
    else if (sc_odds_text(&all.odds, odd, sizeof(odd)))
        sc_check_add(c, "panel: domains", SC_CHECK_WARNING,
                     "%zu%s; passed over: %.700s; correct it in the panel", all.n, age, odd);
    else
        sc_check_add(c, "panel: domains", SC_CHECK_OK, "%zu%s", all.n, age);
    if (known)
        sc_check_arrivals(c, s, &all, enabled);
    sc_check_given(c);
}

static void check_last(struct sc_checks *c, const struct sc_server *s)
{
    SC_FREE char *value = NULL;
    SC_FREE char *error = NULL;
    const char *text;
    int64_t when;
    char words[64];
    if (stored(s, SC_META_HOOK_LAST, &value, &when, &text))
        sc_check_add(c, "panel: last event", SC_CHECK_OK, "%s, %s", text,
                     ago(when, words, sizeof(words)));
    else
        sc_check_add(c, "panel: last event", SC_CHECK_SKIPPED, "none was heard of yet");
    if (stored(s, SC_META_MONITOR_ERROR, &error, &when, &text))
        sc_check_add(c, "panel: last error", SC_CHECK_WARNING, "%s, %s", text,
                     ago(when, words, sizeof(words)));
    else
        sc_check_add(c, "panel: last error", SC_CHECK_OK, "none");
}

/* A hook may be starting it just now. */
static bool monitor_comes(void)
{
    for (int i = 0; i < START_MS / 50 && !sc_monitor_running(); i++)
        sc_sleep_ms(50);
    return sc_monitor_running();
}

static void check_events(struct sc_checks *c, const struct sc_server *s, bool enabled)
{
    static const char name[] = "events";
    struct sc_error err = SC_ERROR_INIT;
    int64_t next = -1;
    bool waits = false;
    char words[64];
    if (sc_monitor_hints_wait(s, &waits, &err) < 0 ||
        sc_store_events_next(s->store, &next, &err) < 0)
        sc_check_add(c, name, SC_CHECK_FAILED, "%s", err.text);
    else if (!waits)
        sc_check_add(c, name, SC_CHECK_OK, "none is waiting");
    else if (!enabled && !sc_monitor_running())
        sc_check_add(c, name, SC_CHECK_OK, "some are waiting until the feature is on");
    else if (!monitor_comes())
        sc_check_add(
            c, name, SC_CHECK_FAILED,
            "what the panel told waits and no daemon takes it: sites of accounts that came "
            "may run un-isolated; " BY_HAND);
    else if (next >= 0 && next / 1000 + LATE_SECOND < time(NULL))
        sc_check_add(c, name, SC_CHECK_WARNING,
                     "waiting since %s: nobody takes them, see \"monitor\"",
                     ago(next / 1000, words, sizeof(words)));
    else
        sc_check_add(c, name, SC_CHECK_OK, "some are waiting for their turn");
}

static void check_monitor(struct sc_checks *c, struct sc_server *s)
{
    static const char name[] = "monitor";
    bool needed = false;
    struct sc_error err = SC_ERROR_INIT;
    if (sc_monitor_needed(s, &needed, &err) < 0)
        sc_check_add(c, name, SC_CHECK_FAILED, "%s", err.text);
    else if (sc_monitor_running())
        sc_check_add(c, name, SC_CHECK_OK, "the daemon runs");
    else if (!needed)
        sc_check_add(c, name, SC_CHECK_OK, "not running: no site is isolated");
    else
        sc_check_add(c, name, SC_CHECK_FAILED,
                     "the daemon does not run, changes in the panel are not followed: " BY_HAND);
}

void sc_check_panel(struct sc_checks *c, struct sc_server *s, bool enabled)
{
    struct sc_error err = SC_ERROR_INIT;
    struct sc_inventory_conf panel;
    if (sc_server_panel(s, &panel, &err) < 0) {
        sc_check_add(c, "panel", SC_CHECK_FAILED, "%s", err.text);
    } else {
        sc_check_add(c, "panel",
                     access(panel.adapter_exe, X_OK) == 0 ? SC_CHECK_OK : SC_CHECK_FAILED, "%s",
                     panel.adapter_exe);
        if (enabled)
            check_hooks(c, &panel);
        else
            sc_check_add(c, "panel: hooks", SC_CHECK_SKIPPED, "the feature is off");
        check_domains(c, s, &panel, enabled);
    }
    check_last(c, s);
    check_events(c, s, enabled);
    check_monitor(c, s);
}
