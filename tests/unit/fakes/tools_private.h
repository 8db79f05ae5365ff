/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the tools in memory. */
#ifndef SC_TESTS_FAKES_TOOLS_PRIVATE_H
#define SC_TESTS_FAKES_TOOLS_PRIVATE_H

#include "tests/unit/fakes/tools.h"

extern struct fake_site tools_sites[FAKE_SITES_MAX];
extern size_t tools_n_sites;

/* Those of tools_site() and tools_account(), made where there are none. */
struct fake_site *tools_the_site(uid_t uid, unsigned id);
struct fake_account *tools_the_account(uid_t uid);

/* Notes the call, its words behind the name; an error when it is the one that fails. */
int tools_begin(struct sc_error *err, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

char *tools_plan_text(const struct sc_planfile *plan); /* the caller frees it */
bool tools_is_kept(unsigned id, const unsigned *keep, size_t n);

extern const struct sc_ending_tools tools_ending;
extern const struct sc_runtime_tools tools_runtime;
extern const struct sc_php_tools tools_php;
extern const struct sc_fpm_tools tools_fpm;
extern const struct sc_web_tools tools_web;
extern const struct sc_group_tools tools_groups;
int tools_cron(const struct sc_cron_owner *o, const struct sc_cron_site *known, size_t n,
               struct sc_cron_found *ret, struct sc_error *err);
int tools_system_cron(const struct sc_cron_owner *o, const struct sc_cron_site *known, size_t n,
                      struct sc_buf *ret_note, struct sc_error *err);

#endif
