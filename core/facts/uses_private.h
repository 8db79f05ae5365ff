/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that look at what one site uses (uses.h). */
#ifndef SC_FACTS_USES_PRIVATE_H
#define SC_FACTS_USES_PRIVATE_H

#include <sys/stat.h>
#include "core/account/account.h"
#include "core/base/error.h"
#include "core/facts/facts.h"
#include "core/facts/php_names.h"
#include "core/plan/plan.h"
#include "core/web/vhosts.h"

/* Who says it. */
enum sc_word {
    SC_WORD_SERVER, /* the server's configuration */
    SC_WORD_ACCOUNT, /* the account's, where no site can write: as before, but no more than logs is written */
    SC_WORD_SITE /* the site itself: that gives it nothing that it had not */
};

/* One site that is looked at. */
struct sc_uses_look {
    const struct sc_server *s;
    struct sc_facts *f;
    const struct sc_account *a;
    const struct sc_plan *plan;
    const struct sc_plan_site *site;
    struct sc_uses *out;
    struct sc_shown *shown;
    const struct sc_vhosts *hosts; /* of the web servers */
    size_t first;                  /* of the site's */
    enum sc_word word;
    bool held; /* directories that are named: nginx would go where a link in their place leads */
    struct sc_error *err;
};

/* What lies at `path`: SC_E_NOTFOUND with *ret_rel where nothing does, but something can be made
 * there; 1: not in the home, or not for us, as what an isolated site led there (led.h). */
int sc_uses_find(struct sc_uses_look *l, const char *path, char **ret_rel, struct stat *ret_st);

/* Adds a path at *rel, which is taken. */
int sc_uses_add(struct sc_uses_look *l, struct sc_plan_path path, char **rel);

/* What a setting names. */
int sc_uses_setting(struct sc_uses_look *l, enum sc_named named, const char *value);

/* The document root's .user.ini. */
int sc_uses_user_ini(struct sc_uses_look *l);

/* The wrappers that run the host's PHP: the php.ini that they name, and what that names. */
int sc_uses_wrappers(struct sc_uses_look *l, const struct sc_vhost *h);

/* The environment that the host's programs get: the same. */
int sc_uses_php_env(struct sc_uses_look *l, const struct sc_vhost *h);

/* Something outside of the home that root's configuration has the site read. */
int sc_uses_show(struct sc_uses_look *l, const char *path);

#endif
