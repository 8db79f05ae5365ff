/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pass/tools.h"

#include "core/cage/keeper_start.h"
#include "core/coverage/coverage.h"
#include "core/limits/unit.h"
#include "core/php/restart.h"
#include "core/proxyexec/sites.h"
#include "core/runtime/runtime.h"
#include "core/web/module.h"
#include "core/web/nginx/hold.h"
#include "core/web/part.h"

static int open_groups(struct sc_cgroups **ret, struct sc_error *err)
{
    sc_sites_unit_start();
    return sc_cgroups_open(ret, err);
}

static const struct sc_tools real = {
    .cage = {.system_lines = sc_system_lines,
             .lock = sc_cage_lock,
             .close_new = sc_cage_close_new,
             .change = sc_live_apply},
    .ending = {.close = sc_ending_close,
               .now = sc_ending_now,
               .outdated = sc_ending_outdated,
               .wait = sc_ending_wait,
               .list = sc_ending_list,
               .start = sc_ending_start,
               .unnote = sc_ending_unnote},
    .runtime = {.dir = sc_runtime_dir,
                .write_passwd = sc_runtime_write_passwd,
                .make_socket = sc_proxy_site_make,
                .write_plan = sc_runtime_write_plan,
                .remove_plan = sc_runtime_remove_plan,
                .write_table = sc_runtime_write_table,
                .has_groups = sc_runtime_has_groups,
                .mark = sc_runtime_mark,
                .unlist = sc_runtime_unlist,
                .sites = sc_runtime_sites,
                .sweep = sc_runtime_sweep},
    .php = {.make = sc_php_site_make,
            .restart_site = sc_ending_php,
            .restart_outside = sc_php_restart_outside},
    .fpm = {.apply = sc_fpm_apply,
            .site_php = sc_fpm_site_php,
            .again = sc_fpm_site_again,
            .any = sc_fpm_any,
            .tell = sc_fpm_tell},
    .web = {.save = sc_web_part_save,
            .guards = sc_web_module_guards,
            .nginx = sc_cover_nginx,
            .nginx_forget = sc_cover_nginx_forget,
            .nginx_read = sc_nginx_read},
    .groups = {.open = open_groups,
               .check = sc_limits_check,
               .make = sc_limits_make,
               .join = sc_limits_join,
               .sweep = sc_limits_sweep},
    .ports = sc_loopback_account,
    .cron = sc_cron_apply,
    .system_cron = sc_cron_system_apply,
};

const struct sc_tools *sc_tools_of(const struct sc_server *s)
{
    return s->tools ? s->tools : &real;
}
