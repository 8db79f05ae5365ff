/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as a command holds it: opening it, its panel and the panel's hooks, its daemon. */
#include "tests/unit/world/engine.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "core/server/monitor_service.h"
#include "core/server/panel.h"
#include "core/server/panel_hooks.h"

#define ADAPTER SC_LIBEXECDIR "/sitecage-cpanel"

static void a_server_is_opened(void **state)
{
    (void)state;
    SC_CLEANUP(sc_server_freep) struct sc_server *s = NULL;
    root_put("/etc/sitecage.conf", "[sitecage]\npanel_timeout = 7\n");
    assert_good(sc_server_open(&s, &world.err));
    assert_int_equal(s->conf.panel_timeout, 7);
    assert_int_equal(s->lock_ms, SC_LOCK_WAIT_MS);
    assert_true(root_has(SC_MARK_DIR));
    assert_non_null(s->store);
    assert_true(sc_server_now(s) > 1000000000);
    struct sc_domains d = SC_DOMAINS_INIT;
    assert_bad(sc_panel_all(s, &d, &world.err), SC_E_PLATFORM, "/usr/local/cpanel");
    world_complete();
    struct sc_inventory_conf panel;
    assert_good(sc_server_panel(s, &panel, &world.err));
    assert_string_equal(panel.adapter_exe, ADAPTER);
    assert_int_equal(panel.timeout_ms, 7000 + 3000);
}

static void a_server_that_cannot_be_opened(void **state)
{
    (void)state;
    struct sc_server *s = NULL;
    root_put("/etc/sitecage.conf", "what\n");
    assert_bad(sc_server_open(&s, &world.err), SC_E_INVAL, "/etc/sitecage.conf");
    assert_null(s);
    assert_int_equal(unlink(root_at("/etc/sitecage.conf")), 0);
    assert_int_equal(chmod(root_at(SC_STATE_DIR), 0777), 0);
    assert_bad(sc_server_open(&s, &world.err), SC_E_DENIED, "");
    assert_null(s);
    sc_server_free(NULL);
}

static void the_panels_hooks(void **state)
{
    (void)state;
    const struct sc_inventory_conf panel = {.adapter_exe = ADAPTER};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    bool changed = true;
    program_says(ADAPTER " status", 0, "9 hooks\nmore\n", "");
    assert_good(sc_panel_hooks_status(&panel, &text, &world.err));
    assert_string_equal(text.data, "9 hooks");
    assert_good(sc_panel_hooks_ensure(&panel, &changed, &world.err));
    assert_false(changed);
    program_says(ADAPTER " status", 1, "", "none\n");
    program_says(ADAPTER " register", 0, "", "");
    assert_good(sc_panel_hooks_ensure(&panel, &changed, &world.err));
    assert_true(changed);
    program_says(ADAPTER " register", 1, "", "no rights\n");
    assert_bad(sc_panel_hooks_ensure(&panel, &changed, &world.err), SC_E_PANEL,
               ADAPTER " register exited with status 1, saying: no rights");
    program_says(ADAPTER " status", 2, "", "");
    assert_bad(sc_panel_hooks_ensure(&panel, &changed, &world.err), SC_E_UNSUPPORTED,
               "has no hooks to put in place");
}

static void the_panels_files(void **state)
{
    (void)state;
    const struct sc_inventory_conf panel = {.adapter_exe = ADAPTER};
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    program_says(ADAPTER " paths", 0, "/var/cpanel/users\n/etc/userdomains\n", "");
    assert_good(sc_panel_paths(&panel, &text, &world.err));
    assert_string_equal(text.data, "/var/cpanel/users\n/etc/userdomains\n");
    program_says(ADAPTER " paths", 2, "usage", ""); /* an adapter that knows none */
    assert_good(sc_panel_paths(&panel, &text, &world.err));
    assert_string_equal(text.data, "");
    program_says(ADAPTER " paths", 1, "", "broken\n");
    assert_bad(sc_panel_paths(&panel, &text, &world.err), SC_E_PANEL, "saying: broken");
    program_says(ADAPTER " paths", SC_E_TIMEOUT, "", "");
    assert_bad(sc_panel_paths(&panel, &text, &world.err), SC_E_TIMEOUT, "did not answer");
}

/* The daemon is started with the first isolated site, and its hooks are put in place. */
static void the_daemon_is_wanted_with_the_first_site(void **state)
{
    (void)state;
    world_complete();
    account("john", "a");
    noticed[0] = 0;
    sc_monitor_wanted(&world.s, &watcher);
    assert_false(service_runs("monitor"));
    wants("john", "a");
    assert_pass("john");
    program_says(ADAPTER " status", 1, "", "none\n");
    program_says(ADAPTER " register", 0, "", "");
    sc_monitor_wanted(&world.s, &watcher);
    assert_true(service_runs("monitor"));
    assert_true(sc_monitor_running());
    assert_non_null(strstr(programs_run(), ADAPTER " register\n"));
    assert_string_equal(noticed, "");
    assert_true(root_has("/var/log/sitecage.log"));
    programs_reset();
    service_set("monitor", true);
    sc_monitor_wanted(&world.s, &watcher); /* it runs: nothing is asked */
    assert_string_equal(programs_run(), "");
    assert_good(sc_monitor_stop(&world.err));
    assert_false(sc_monitor_running());
    sc_monitor_revive();
    assert_true(sc_monitor_running());
}

static void notices_are_one_line(void **state)
{
    (void)state;
    noticed[0] = 0;
    sc_watch_notice(NULL, "nobody hears");
    sc_watch_progress(NULL, 1, 2);
    const struct sc_watch deaf = {0};
    sc_watch_notice(&deaf, "nobody hears");
    sc_watch_progress(&deaf, 1, 2);
    sc_watch_notice(&watcher, "a %s", "b\nc\x7f");
    assert_string_equal(noticed, "a b?c?\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_server_is_opened),
        world_test(a_server_that_cannot_be_opened),
        world_test(the_panels_hooks),
        world_test(the_panels_files),
        world_test(the_daemon_is_wanted_with_the_first_site),
        world_test(notices_are_one_line),
    };
    return world_run(tests);
}
