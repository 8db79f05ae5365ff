/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what a pass is asked for can be done. */
#include <string.h>

#include "core/base/error_code.h"
#include "core/facts/wanted.h"
#include "core/pass/limits.h"
#include "core/pass/pass.h"

/* What the panel's answer has of it now is odd: what was known of it stays, and nothing new begins. */
static int check_odd(const struct sc_facts *f, const char *name, struct sc_error *err)
{
    for (size_t i = 0; i < f->domains.odds.n; i++) {
        const struct sc_odd *o = &f->domains.odds.v[i];
        if (o->name && *o->text && strcmp(o->name, name) == 0)
            return sc_error_is(err, SC_IS_UNKNOWN_DOMAIN,
                               sc_error_set(err, SC_E_NOTFOUND,
                                            SC_INVENTORY_NO_DOMAIN ": %s" SC_INVENTORY_PASSED_OVER
                                                                   "%.600s",
                                            name, o->text));
    }
    return 0;
}

static int check_enabled(const struct sc_account *a, const struct sc_facts *f, const char *name,
                         struct sc_error *err)
{
    const struct sc_plan_site *site = sc_plan_site_of(f->plan, name);
    if (!site)
        return sc_no_domain(err, name);
    for (size_t i = 0; i < f->domains.n; i++)
        if (f->docroots.problems[i] && strcmp(f->domains.v[i].name, name) == 0)
            return sc_error_is(
                err, SC_IS_IMPOSSIBLE,
                sc_error_set(err, SC_E_INVAL,
                             strcmp(f->docroots.problems[i], SC_DOCROOT_OUTSIDE) == 0
                                 ? "%s cannot be isolated: %s, or correct it in the panel"
                                 : "%s cannot be isolated: %s; create the document root, or "
                                   "correct it in the panel",
                             name, f->docroots.problems[i]));
    if (site->refused)
        return sc_error_is(err, SC_IS_IMPOSSIBLE,
                           sc_error_set(err, SC_E_INVAL, "%s of user %s cannot be isolated: %s",
                                        name, a->user, site->refused));
    return 0;
}

static void set_home(struct sc_facts *f, const char *name, enum sc_home home)
{
    struct sc_domain_entry *e = sc_domains_config_find(&f->config, name);
    if (e)
        e->home = home;
    for (size_t i = 0; home == SC_HOME_PRIVATE && i < f->domains.n; i++)
        if (strcmp(f->domains.v[i].name, name) == 0)
            f->kept[i] = false;
}

/* A site has one home: with one of its names all others that say something say it, too. */
static void set_homes(struct sc_facts *f, const struct sc_wish *wish)
{
    for (size_t i = 0; i < wish->n_enable; i++) {
        const struct sc_plan_site *site = sc_plan_site_of(f->plan, wish->enable[i]);
        set_home(f, wish->enable[i], wish->home);
        for (size_t k = 0; site && k < site->n_names; k++)
            set_home(f, site->names[k], wish->home);
    }
    for (size_t i = 0; wish->n_enable == 0 && i < f->config.n; i++)
        if (f->config.entries[i].isolated)
            set_home(f, f->config.entries[i].name, wish->home);
}

/* Sites that cannot choose have the home that sitecage.conf gives them. */
static int check_home(const struct sc_plan_site *site, enum sc_home home, struct sc_error *err)
{
    if (!site || !site->isolated || site->private_home == (home == SC_HOME_PRIVATE))
        return 0;
    return sc_error_set(err, SC_E_DENIED,
                        "%s cannot have a %s home: " SC_CONF_PATH
                        " has home_choice = off, so `home` there counts for all sites; set it "
                        "there, then: cagefsctl --site-isolation-regenerate USER",
                        site->names[0], sc_home_name(home));
}

static int check_homes(const struct sc_facts *f, const struct sc_wish *wish, struct sc_error *err)
{
    int rc = 0;
    if (wish->home == SC_HOME_UNSET)
        return 0;
    for (size_t i = 0; rc == 0 && i < wish->n_enable; i++)
        rc = check_home(sc_plan_site_of(f->plan, wish->enable[i]), wish->home, err);
    for (size_t i = 0; rc == 0 && wish->n_enable == 0 && i < f->plan->n_sites; i++)
        rc = check_home(&f->plan->sites[i], wish->home, err);
    return rc;
}

/* It has to be seen without isolation what a site uses. */
static int check_learning(const struct sc_account *a, const struct sc_facts *f, const char *name,
                          struct sc_error *err)
{
    int rc = check_odd(f, name, err);
    if (rc == 0)
        rc = check_enabled(a, f, name, err);
    const struct sc_plan_site *site = rc == 0 ? sc_plan_site_of(f->plan, name) : NULL;
    if (site && site->isolated && !site->learning)
        return sc_error_set(err, SC_E_INVAL,
                            "%s is isolated: what it uses can only be recorded while it is not; "
                            "disable it first, with cagefsctl --site-isolation-disable %s, or as "
                            "its user isolatectl site-isolation disable --domain %s",
                            name, name, name);
    return rc;
}

static int wish_learning(struct sc_facts *f, const struct sc_wish *wish, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < wish->n_learn; i++) {
        const struct sc_domain_entry *e = sc_domains_config_find(&f->config, wish->learn[i]);
        if (!(e && e->isolated)) /* what is isolated stays so; check_learning() says it */
            rc = sc_domains_config_set_learning(&f->config, wish->learn[i], wish->learn_until, err);
    }
    return rc;
}

static int wish_grants(struct sc_facts *f, const struct sc_wish *wish, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < wish->n_grants; i++) {
        const struct sc_grant *g = &wish->grants[i];
        struct sc_domain_entry *e = sc_domains_config_find(&f->config, g->domain);
        rc = e ? sc_domain_entry_add_path(e, g->rel, g->rw, err) : 0;
    }
    size_t all = 0;
    for (size_t i = 0; i < f->config.n; i++)
        all += f->config.entries[i].n_paths;
    if (rc == 0 && wish->n_grants && all > SC_DOMAINS_PATHS_MAX)
        rc = sc_error_set(err, SC_E_TOOBIG,
                          "~/.lve/domains.json would have %zu paths, of %u at most: give a "
                          "directory in place of many",
                          all, SC_DOMAINS_PATHS_MAX);
    return rc;
}

int sc_pass_check(const struct sc_server *s, const struct sc_account *a, struct sc_facts *f,
                  const struct sc_wish *wish, struct sc_error *err)
{
    for (size_t i = 0; i < wish->n_disable; i++)
        (void)sc_domains_config_remove(&f->config, wish->disable[i]);
    while (wish->disable_all && f->config.n)
        (void)sc_domains_config_remove(&f->config, f->config.entries[0].name);
    for (size_t i = 0; i < wish->n_enable; i++) {
        int rc = sc_domains_config_set_isolated(&f->config, wish->enable[i], true, err);
        if (rc < 0)
            return rc;
    }
    if (wish->home != SC_HOME_UNSET)
        set_homes(f, wish);
    f->without_uses = false;
    int rc = wish_learning(f, wish, err);
    if (rc == 0)
        rc = wish_grants(f, wish, err);
    if (rc == 0)
        rc = sc_facts_plan(s, a, f, err);
    if (rc == 0)
        rc = check_homes(f, wish, err);
    for (size_t i = 0; rc == 0 && i < wish->n_enable; i++)
        if ((rc = check_odd(f, wish->enable[i], err)) == 0)
            rc = check_enabled(a, f, wish->enable[i], err);
    for (size_t i = 0; rc == 0 && wish->learn_until && i < wish->n_learn; i++)
        rc = check_learning(a, f, wish->learn[i], err);
    /* what the panel or the home did to other sites meanwhile is no reason to refuse this one */
    bool removal = wish->n_disable || wish->disable_all || wish->end_processes ||
                   (wish->n_learn && !wish->learn_until);
    return rc < 0 || removal ? rc : sc_pass_limits_check(sc_tools_of(s), a, f, err);
}
