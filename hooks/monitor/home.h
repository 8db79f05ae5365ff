/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of an account's home is watched. Looking into a home may take for ever: only workers do. */
#ifndef SC_HOOKS_MONITOR_HOME_H
#define SC_HOOKS_MONITOR_HOME_H

#include "core/follow/follow.h"
#include "hooks/monitor/watch.h"

#define SC_HOME_DIRS_MAX 1024 /* watched directories of one account */

/* The inotify instance of an account, of `n`: accounts share them, so that one that floods costs
 * few others their events. */
static inline unsigned sc_home_set(uid_t uid, unsigned n)
{
    return (unsigned)uid % n;
}

/* An interest of the account: in watch `wd`, this name (NULL: any). `site`: an isolated site can
 * write the directory, and so make something happen there as often as it likes. "/domains.json": the
 * user's file of that name, in ~/.lve. */
typedef void sc_home_told(int wd, const char *name, bool site, void *arg);

/* Adds all watches of the account to the inotify instance and tells them: its home (any name: a
 * secret may come), each directory on the way to a document root, also by the user's links, for the
 * name that leads on and for what marks an application, directories in which nginx goes by links (any name), and ~/.lve. What does not exist is watched for where it would appear. Looks
 * with the user's rights, nothing is followed out of the home. *ret_whole: everything is watched;
 * else (limits, or a home that cannot be opened) the timer has to look at the account. */
int sc_home_watch(int inotify, const struct sc_watched_account *a, sc_home_told *told, void *arg,
                  bool *ret_whole, struct sc_error *err);

/* The path (relative to the home) that the link at `link` (relative, its directory without links)
 * with content `target` leads to, followed by `rest`: without dots and doubled slashes. NULL when
 * it leaves the home, or there is no memory. `home` and `alias` (may be NULL) are the home's
 * absolute names. Pure; the caller frees it. */
char *sc_home_follow_link(const char *home, const char *alias, const char *link, const char *target,
                          const char *rest);

#endif
