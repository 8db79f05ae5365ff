/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a user sets for a domain of his in ~/.lve/domains.json besides isolation and limits: the home that its site
 * sees, and further paths of the account that it is given. Of a domain that is not isolated they count from its
 * isolation on. */
#ifndef SC_ENGINE_USER_SETTING_H
#define SC_ENGINE_USER_SETTING_H

#include "core/base/buf.h"
#include "core/engine/engine.h"

struct sc_user_setting {
    enum {
        SC_SETTING_HOME, /* home; UNSET: the server's default */
        SC_SETTING_PATH, /* path is given, with rw or read-only; one that was given gets that mode */
        SC_SETTING_NO_PATH /* path is taken away */
    } is;
    enum sc_home home;
    const char *path; /* below the home, with "~/" in front or without, or absolute */
    bool rw;
};

/* What the file says then. */
struct sc_user_setting_now {
    bool isolated;
    struct sc_buf entry; /* sc_domain_entry_to_json() */
};

void sc_user_setting_now_done(struct sc_user_setting_now *now);

/* Sets it and applies it, as sc_engine_user_limits() does. Beyond its errors: SC_E_DENIED: he is locked, and it would
 * open more (SC_IS_LOCKED); the path is what another site owns, or secret; all homes are of one kind here.
 * SC_E_NOTFOUND: there is no such path in the home, or it is not given. SC_E_INVAL: it is none below the home.
 * SC_E_TOOBIG: too many. */
int sc_engine_user_setting(struct sc_server *s, uid_t uid, const char *domain,
                           const struct sc_user_setting *want, struct sc_user_setting_now *ret,
                           struct sc_error *err);

/* Tells which of the paths that domains.json gives the domain its site does not get, and why. */
struct sc_job;
void sc_user_paths_tell(const struct sc_job *j, const char *name, const struct sc_watch *w);

#endif
