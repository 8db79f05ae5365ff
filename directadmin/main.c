/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-directadmin: the adapter for DirectAdmin (docs/panels/directadmin.md). */
#include "directadmin/directadmin.h"
#include "directadmin/enroll.h"
#include "directadmin/event.h"
#include "directadmin/nginx.h"
#include "directadmin/page/page.h"

static const struct sc_da production = SC_DA_PRODUCTION;

static int hook(const struct sc_hook_input *in, struct sc_events *ret, struct sc_error *err)
{
    (void)err;
    sc_da_event(in->event, in->env, ret);
    return 0;
}

static int enroll(struct sc_error *err)
{
    return sc_da_enroll(&production, err);
}

static int unenroll(struct sc_error *err)
{
    return sc_da_unenroll(&production, err);
}

static int status(struct sc_buf *ret_text, struct sc_error *err)
{
    return sc_da_status(&production, ret_text, err);
}

static int paths(struct sc_buf *out, struct sc_error *err)
{
    return sc_da_paths(&production, out, err);
}

static int page_put(struct sc_error *err)
{
    return sc_da_page_put(production.prefix, err);
}

static int page_take(struct sc_error *err)
{
    return sc_da_page_take(production.prefix, err);
}

static int page_look(struct sc_error *err)
{
    return sc_da_page_look(production.prefix, err);
}

static int nginx_place(const char *domain, struct sc_buf *out, struct sc_error *err)
{
    return sc_da_nginx_place(&production, domain, out, err);
}

static int nginx_rewrite(const char *domain, struct sc_error *err)
{
    (void)domain;
    return sc_da_nginx_rewrite(&production, err);
}

int main(int argc, char **argv)
{
    static const struct sc_adapter_ops ops = {
        .name = "directadmin",
        .title = "DirectAdmin",
        .domains = sc_da_domains,
        .users = sc_da_users,
        .panel_info = sc_da_panel_info,
        .hook = hook,
        .enroll = enroll,
        .unenroll = unenroll,
        .status = status,
        .paths = paths,
        .page_put = page_put,
        .page_take = page_take,
        .page_look = page_look,
        .nginx_place = nginx_place,
        .nginx_rewrite = nginx_rewrite,
    };
    return sc_adapter_main(&ops, argc, argv);
}
