/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pass works with outside of the database, the policy and the home: running views, the
 * runtime state, PHP, PHP-FPM and its TCP ports, control groups, crontabs. The functions are those of the folders
 * named, with their contracts; a unit test gives its own (tests/unit/fakes). */
#ifndef SC_PASS_TOOLS_H
#define SC_PASS_TOOLS_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/cage/close_new.h"
#include "core/cage/live.h"
#include "core/cage/system.h"
#include "core/cron/apply.h"
#include "core/cron/system.h"
#include "core/ending/ending.h"
#include "core/limits/join.h"
#include "core/limits/limits.h"
#include "core/loopback/loopback.h"
#include "core/php/catalogue.h"
#include "core/php/fpm/apply.h"
#include "core/php/fpm/told.h"
#include "core/php/site.h"
#include "core/plan/plan.h"
#include "core/plan/planfile.h"
#include "core/server/server.h"

struct sc_cage_tools { /* core/cage */
    int (*system_lines)(const struct sc_system *in, struct sc_planfile *p, struct sc_error *err);
    int (*lock)(uid_t uid, unsigned site, bool make, int wait_ms, int *ret_fd,
                struct sc_error *err);
    void (*close_new)(struct sc_close_new *sites, size_t n);
    int (*change)(const struct sc_planfile *plan, bool touched, enum sc_live_result *ret,
                  struct sc_error *err);
};

struct sc_ending_tools { /* core/ending */
    int (*close)(uid_t uid, unsigned site, int ms, bool *ret_closed, struct sc_error *err);
    int (*now)(uid_t uid, unsigned site, struct sc_error *err);
    int (*outdated)(uid_t uid, unsigned site, struct sc_error *err);
    int (*wait)(uid_t uid, int64_t wait_ms, size_t *ret_left, struct sc_error *err);
    int (*list)(uid_t uid, struct sc_ending_list *ret, struct sc_error *err);
    int (*start)(uid_t uid, struct sc_error *err);
    int (*unnote)(uid_t uid, struct sc_error *err);
};

struct sc_runtime_tools { /* core/runtime, core/proxyexec/sites.h */
    int (*dir)(uid_t uid, struct sc_error *err);
    int (*write_passwd)(uid_t uid, gid_t gid, const char *user, struct sc_error *err);
    int (*make_socket)(uid_t uid, unsigned id, struct sc_error *err);
    int (*write_plan)(const struct sc_planfile *plan, bool *ret_changed,
                      struct sc_planfile *ret_was, struct sc_error *err);
    int (*remove_plan)(uid_t uid, unsigned id, struct sc_error *err);
    int (*write_table)(uid_t uid, const char *home, const struct sc_plan *plan, const unsigned *ids,
                       const struct sc_limits_made *limits, struct sc_error *err);
    bool (*has_groups)(uid_t uid);
    int (*mark)(uid_t uid, bool on, struct sc_error *err);
    int (*unlist)(uid_t uid, struct sc_error *err);
    int (*sites)(uid_t uid, unsigned **ret, size_t *ret_n, struct sc_error *err);
    int (*sweep)(uid_t uid, const unsigned *keep, size_t n, struct sc_error *err);
};

struct sc_php_tools { /* core/php */
    int (*make)(struct sc_php_lazy *l, const struct sc_php_choice *c, uid_t uid, unsigned id,
                struct sc_error *err);
    int (*restart_site)(const struct sc_php_catalogue *c, uid_t uid, unsigned id,
                        struct sc_error *err);
    int (*restart_outside)(uid_t uid, struct sc_error *err);
};

struct sc_fpm_tools { /* core/php/fpm */
    int (*apply)(const struct sc_fpm_account *a, struct sc_error *err);
    int (*site_php)(unsigned id, const char *php, const char *changes, struct sc_error *err);
    void (*again)(unsigned id);
    bool (*any)(uid_t uid);
    int (*tell)(uid_t uid, const char *user, bool routed, const struct sc_fpm_known_list *known,
                struct sc_fpm_told *ret, struct sc_error *err);
};

struct sc_web_tools { /* core/web/part.h, core/coverage/coverage.h */
    int (*save)(uid_t uid, const struct sc_buf *lines, struct sc_error *err);
    bool (*guards)(void); /* core/web/module.h */
    int (*nginx)(struct sc_store *store, uid_t uid, struct sc_cover_server *known, bool later,
                 int wait_ms, struct sc_error *err);
    int (*nginx_forget)(uid_t uid, bool later, int wait_ms, struct sc_error *err);
    int (*nginx_read)(struct sc_error *err); /* core/web/nginx/hold.h */
};

struct sc_group_tools { /* core/limits */
    int (*open)(struct sc_cgroups **ret, struct sc_error *err);
    int (*check)(const struct sc_cgroups *cg, const char *home, const struct sc_limits *limits,
                 unsigned *ret_bad, struct sc_error *err);
    int (*make)(const struct sc_cgroups *cg, uid_t uid, unsigned id, const char *home,
                const struct sc_limits *limits, struct sc_limits_made *ret, struct sc_error *err);
    int (*join)(uid_t uid, unsigned id, const struct sc_limits_made *made, struct sc_error *err);
    int (*sweep)(const struct sc_cgroups *cg, uid_t uid, const struct sc_limits_keep *keep,
                 size_t n, struct sc_error *err);
};

struct sc_tools {
    struct sc_cage_tools cage;
    struct sc_ending_tools ending;
    struct sc_runtime_tools runtime;
    struct sc_php_tools php;
    struct sc_fpm_tools fpm;
    struct sc_web_tools web;
    struct sc_group_tools groups;
    /* core/loopback/loopback.h */
    int (*ports)(uid_t uid, bool isolated, const struct sc_loopback *found, struct sc_error *err);
    /* core/cron/apply.h */
    int (*cron)(const struct sc_cron_owner *o, const struct sc_cron_site *sites, size_t n,
                struct sc_cron_found *ret, struct sc_error *err);
    /* core/cron/system.h */
    int (*system_cron)(const struct sc_cron_owner *o, const struct sc_cron_site *sites, size_t n,
                       struct sc_buf *ret_note, struct sc_error *err);
};

/* Those of the server: the real ones, unless a test gave it its own. */
const struct sc_tools *sc_tools_of(const struct sc_server *s);

#endif
