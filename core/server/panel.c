/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/server/panel.h"

static const struct sc_panel real = {.user = sc_inventory_user,
                                     .account = sc_inventory_account,
                                     .domain = sc_inventory_domain,
                                     .all = sc_inventory_all};

/* A test's panel is there without any adapter. */
static int find(const struct sc_server *s, const struct sc_panel **ret,
                struct sc_inventory_conf *conf, struct sc_error *err)
{
    *conf = (struct sc_inventory_conf){0};
    *ret = s->panel ? s->panel : &real;
    return s->panel ? 0 : sc_server_panel(s, conf, err);
}

int sc_panel_user(const struct sc_server *s, const char *user, struct sc_domains *ret,
                  struct sc_error *err)
{
    const struct sc_panel *p;
    struct sc_inventory_conf conf;
    int rc = find(s, &p, &conf, err);
    return rc < 0 ? rc : p->user(&conf, user, ret, err);
}

int sc_panel_account(const struct sc_server *s, const char *name, struct sc_domains *ret,
                     struct sc_error *err)
{
    const struct sc_panel *p;
    struct sc_inventory_conf conf;
    int rc = find(s, &p, &conf, err);
    return rc < 0 ? rc : p->account(&conf, name, ret, err);
}

int sc_panel_domain(const struct sc_server *s, const char *name, struct sc_domains *ret,
                    struct sc_error *err)
{
    const struct sc_panel *p;
    struct sc_inventory_conf conf;
    int rc = find(s, &p, &conf, err);
    return rc < 0 ? rc : p->domain(&conf, name, ret, err);
}

int sc_panel_all(const struct sc_server *s, struct sc_domains *ret, struct sc_error *err)
{
    const struct sc_panel *p;
    struct sc_inventory_conf conf;
    int rc = find(s, &p, &conf, err);
    return rc < 0 ? rc : p->all(&conf, ret, err);
}

struct sc_domain_row sc_panel_row(const struct sc_domain *d, uid_t uid)
{
    return (struct sc_domain_row){.name = d->name,
                                  .docroot = d->docroot,
                                  .is_main = d->is_main,
                                  .uid = uid,
                                  .site_dir = d->site_dir};
}
