/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/engine/php.h"

#include <stdio.h>
#include <string.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/domain_name.h"
#include "core/base/error_code.h"
#include "core/facts/gather.h"
#include "core/pass/fpm.h"
#include "core/pass/php.h"
#include "core/pass/pass.h"

void sc_php_target_done(struct sc_php_target *t)
{
    sc_account_done(&t->account);
    sc_php_choice_done(&t->choice);
}

static int check_allowed(const struct sc_server *s, const char *user, struct sc_error *err)
{
    bool yes = false;
    int rc = sc_policy_enabled(&s->policy, &yes, err);
    if (rc == 0 && !yes)
        return sc_error_set(err, SC_E_NOTENABLED, "CloudLinux Isolates is not enabled");
    if (rc == 0)
        rc = sc_policy_user_allowed(&s->policy, user, &yes, err);
    if (rc == 0 && !yes)
        return sc_error_set(err, SC_E_DENIED, "CloudLinux Isolates is not allowed for user %s",
                            user);
    return rc;
}

static unsigned site_named(const struct sc_isolated_list *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->rows[i].name, name) == 0)
            return l->rows[i].site_id;
    return 0;
}

/* Not isolated by this name: another name of the same document root may be, or why it is not. */
static int find_otherwise(struct sc_server *s, struct sc_account *a,
                          const struct sc_isolated_list *l, const char *name, unsigned *ret,
                          struct sc_error *err)
{
    SC_CLEANUP(sc_facts_done) struct sc_facts f = {0};
    int rc = check_allowed(s, a->user, err);
    if (rc == 0)
        rc = sc_facts_gather(s, a, SC_FACTS_LAST_GOOD, NULL, &f, err);
    if (rc < 0)
        return rc;
    const struct sc_plan_site *site = sc_plan_site_of(f.plan, name);
    if (!site)
        return sc_no_domain(err, NULL);
    for (size_t k = 0; k < site->n_names && !*ret; k++)
        *ret = site_named(l, site->names[k]);
    return *ret ? 0
                : sc_error_is(err, SC_IS_NOT_ISOLATED,
                              sc_error_set(err, SC_E_INVAL,
                                           "CloudLinux Isolates is not enabled for domain %s; "
                                           "enable it with: cagefsctl --site-isolation-enable %s, "
                                           "or as the user: isolatectl site-isolation enable "
                                           "--domain %s",
                                           name, name, name));
}

static int find_site(struct sc_server *s, const char *domain, struct sc_php_target *t,
                     struct sc_error *err)
{
    SC_CLEANUP(sc_isolated_list_done) struct sc_isolated_list l = {0};
    SC_CLEANUP(sc_site_row_done) struct sc_site_row row = {0};
    char name[256];
    if (sc_domain_canon(domain, name, NULL) < 0)
        return sc_no_domain(err, NULL);
    int rc = sc_store_isolated_get(s->store, t->account.uid, &l, err);
    if (rc < 0)
        return rc;
    t->site = site_named(&l, name);
    if (!t->site)
        rc = find_otherwise(s, &t->account, &l, name, &t->site, err);
    if (rc == 0)
        rc = sc_store_site_by_id(s->store, t->site, &row, err);
    if (rc == 0 && row.uid != t->account.uid)
        rc = sc_no_domain(err, NULL);
    if (rc == 0)
        snprintf(t->token, sizeof(t->token), "%s", row.token);
    return rc;
}

int sc_engine_php_open(struct sc_server *s, uid_t uid, const char *domain,
                       struct sc_php_target *ret, struct sc_error *err)
{
    SC_CLEANUP(sc_php_target_done) struct sc_php_target t = {.account = SC_ACCOUNT_INIT};
    int rc = sc_account_open_uid(uid, s ? s->lock_ms : SC_LOCK_WAIT_MS, &t.account, err);
    if (rc < 0)
        return rc;
    struct sc_php_owner o = sc_php_owner_of(&t.account);
    if (domain)
        rc = find_site(s, domain, &t, err);
    if (rc == 0)
        rc = domain ? sc_php_site_choice(&o, t.token, &t.choice, NULL, err)
                    : sc_php_user_read(&o, &t.choice, err);
    if (rc < 0)
        return rc;
    if (t.choice.version[0])
        strcpy(t.version, t.choice.version);
    else
        sc_php_default_version(NULL, t.version);
    *ret = t;
    t = (struct sc_php_target){.account = SC_ACCOUNT_INIT};
    return 0;
}

static int read_plan(const struct sc_php_target *t, struct sc_planfile *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char path[64];
    snprintf(path, sizeof(path), SC_RUN_DIR "/%u/%u.plan", (unsigned)t->account.uid, t->site);
    int rc = sc_read_file(path, SC_PLANFILE_MAX_BYTES, &text, err);
    return rc < 0 ? rc : sc_planfile_parse(text.data, text.len, ret, err);
}

static void lazy_done(struct sc_php_lazy *l)
{
    sc_php_lazy_done(l);
}

/* The site alone: its plan's other lines stay what the last pass made of them. */
static int apply_site(struct sc_server *s, const struct sc_php_target *t, struct sc_error *err)
{
    SC_CLEANUP(lazy_done) struct sc_php_lazy lazy = {0};
    SC_CLEANUP(sc_planfile_done) struct sc_planfile plan = {0};
    const struct sc_account *a = &t->account;
    const struct sc_tools *tools = sc_tools_of(s);
    int rc = read_plan(t, &plan, err);
    if (rc == SC_E_NOTFOUND) /* nothing is made since the boot */
        return sc_pass_user(s, a, SC_FACTS_LAST_GOOD, err);
    if (rc == 0)
        rc = tools->runtime.make_socket(a->uid, t->site, err);
    if (rc == 0)
        rc = tools->php.make(&lazy, &t->choice, a->uid, t->site, err);
    if (rc == 0)
        rc = sc_php_site_lines(&lazy, &t->choice, &plan, err);
    if (rc == 0)
        rc = tools->runtime.write_plan(&plan, NULL, NULL, err);
    SC_FD int lock = -EBADF;
    enum sc_live_result result;
    if (rc == 0)
        rc = tools->cage.lock(a->uid, t->site, true, s->lock_ms, &lock, err);
    if (rc == 0)
        rc = tools->cage.change(&plan, false, &result, err);
    const struct sc_php_catalogue *c = sc_php_lazy_get(&lazy);
    if (rc == 0 && c)
        rc = tools->php.restart_site(c, a->uid, t->site, err);
    sc_close(&lock); /* a new master enters the site, which may have to be built for that */
    return rc < 0 ? rc : sc_pass_fpm_php(tools, a, t->site, t->token, err);
}

int sc_engine_php_save(struct sc_server *s, struct sc_php_target *t, const char *name,
                       struct sc_error *err)
{
    struct sc_php_owner o = sc_php_owner_of(&t->account);
    if (!t->site)
        return sc_php_user_write(&o, &t->choice, name, err);
    int rc = sc_store_pending_set(s->store, o.uid, sc_server_now(s), err);
    if (rc == 0)
        rc = sc_php_site_write(&o, t->token, &t->choice, err);
    if (rc == 0)
        rc = apply_site(s, t, err);
    return rc < 0 ? rc : sc_store_pending_clear(s->store, o.uid, err);
}
