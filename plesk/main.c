/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-plesk: the adapter for Plesk (docs/panels/plesk.md). */
#include "hooks/adapter/adapter.h"
#include "plesk/domains.h"
#include "plesk/enroll.h"
#include "plesk/event.h"
#include "plesk/nginx.h"
#include "plesk/page/page.h"

static int hook(const struct sc_hook_input *in, struct sc_events *ret, struct sc_error *err)
{
    (void)err;
    sc_plesk_event(in->event, in->env, ret);
    return 0;
}

static int enroll(struct sc_error *err)
{
    return sc_plesk_enroll(&sc_plesk_here, err);
}

static int unenroll(struct sc_error *err)
{
    return sc_plesk_unenroll(&sc_plesk_here, err);
}

static int status(struct sc_buf *ret_text, struct sc_error *err)
{
    return sc_plesk_status(&sc_plesk_here, ret_text, err);
}

static int paths(struct sc_buf *out, struct sc_error *err)
{
    return sc_plesk_paths(&sc_plesk_here, out, err);
}

static int nginx_place(const char *domain, struct sc_buf *out, struct sc_error *err)
{
    return sc_plesk_nginx_place(&sc_plesk_here, domain, out, err);
}

static int nginx_rewrite(const char *domain, struct sc_error *err)
{
    return sc_plesk_nginx_rewrite(&sc_plesk_here, domain, err);
}

int main(int argc, char **argv)
{
    static const struct sc_adapter_ops ops = {
        .name = "plesk",
        .title = "Plesk",
        .domains = sc_plesk_domains,
        .users = sc_plesk_users,
        .panel_info = sc_plesk_panel_info,
        .hook = hook,
        .enroll = enroll,
        .unenroll = unenroll,
        .status = status,
        .paths = paths,
        .page_put = sc_plesk_page_put,
        .page_take = sc_plesk_page_take,
        .page_look = sc_plesk_page_look,
        .nginx_place = nginx_place,
        .nginx_rewrite = nginx_rewrite,
    };
    return sc_adapter_main(&ops, argc, argv);
}
