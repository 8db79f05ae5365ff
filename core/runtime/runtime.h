/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runtime state of one account, as the hot path reads it: the table of sites, a plan per
 * isolated site, the files that stand for /etc/passwd and /etc/group inside, and the mark that
 * outlives a reboot (core/base/paths.h, docs/formats.md). The caller holds the account's lock and
 * is root. */
#ifndef SC_RUNTIME_RUNTIME_H
#define SC_RUNTIME_RUNTIME_H

#include <stdbool.h>
#include <sys/types.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/limits/limits.h"
#include "core/plan/plan.h"
#include "core/plan/planfile.h"

/* Makes SC_RUN_DIR/<uid>. */
int sc_runtime_dir(uid_t uid, struct sc_error *err);

/* Writes a file of it again, unless it is as given already: *ret_changed (may be NULL). */
int sc_runtime_write(uid_t uid, const char *name, const struct sc_buf *text, bool *ret_changed,
                     struct sc_error *err);

/* *ret_was (may be NULL): what was there and said something else; left as it is when there was none, or one that cannot be
 * read. */
int sc_runtime_write_plan(const struct sc_planfile *plan, bool *ret_changed,
                          struct sc_planfile *ret_was, struct sc_error *err);

/* Removes the plan only: no keeper of the site starts from then on. */
int sc_runtime_remove_plan(uid_t uid, unsigned id, struct sc_error *err);

/* ids[i]: the site id of plan->sites[i], 0 for one that is not isolated or cannot be; limits[i]:
 * its limits (limits may be NULL: none has any). Writes the list of steady directories (steady.h), too. */
int sc_runtime_write_table(uid_t uid, const char *home, const struct sc_plan *plan,
                           const unsigned *ids, const struct sc_limits_made *limits,
                           struct sc_error *err);

/* passwd and group as a site of the account sees them: the system's own accounts and this one.
 * SC_E_SYS when one of the system's files cannot be read to its end: half a list is none. */
int sc_runtime_write_passwd(uid_t uid, gid_t gid, const char *user, struct sc_error *err);

/* Removes the files of sites that are not among `keep`; with n == 0 everything of the account,
 * table and mark too. */
int sc_runtime_sweep(uid_t uid, const unsigned *keep, size_t n, struct sc_error *err);

/* Site ids of which there are files. The caller frees *ret. */
int sc_runtime_sites(uid_t uid, unsigned **ret, size_t *ret_n, struct sc_error *err);

/* Removes the table and the mark: no entry goes to a site of this account any more. */
int sc_runtime_unlist(uid_t uid, struct sc_error *err);

/* The ids of the account's sites whose control groups limit nothing, by the table that is there. The caller frees
 * *ret. SC_E_SYS, SC_E_NOMEM. */
int sc_runtime_counted(uid_t uid, unsigned **ret, size_t *ret_n, struct sc_error *err);

/* Whether the table that is there says that sites of the account have control groups; also true
 * when it cannot be read. */
bool sc_runtime_has_groups(uid_t uid);

int sc_runtime_mark(uid_t uid, bool on, struct sc_error *err);

#endif
