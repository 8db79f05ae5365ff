/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sitecage-cpanel: the adapter for cPanel & WHM (docs/panels/cpanel.md). */
#include <string.h>
#include <unistd.h>
#include "cpanel/cpanel.h"
#include "cpanel/page/page.h"

static const struct sc_cpanel panel = {
    .root = "", .api_conf = sc_api_conf_load, .fetch = sc_http_fetch};

static int domains(const struct sc_caller *c, const struct sc_question *q, struct sc_domains *ret,
                   struct sc_error *err)
{
    return sc_cpanel_domains(&panel, c, q, ret, err);
}

static int users(const struct sc_caller *c, const struct sc_question *q, json_t **ret,
                 struct sc_error *err)
{
    return sc_cpanel_users(&panel, c, q, ret, err);
}

static int panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err)
{
    (void)c;
    return sc_cpanel_panel_info(&panel, ret, err);
}

static int hook(const struct sc_hook_input *in, struct sc_events *ret, struct sc_error *err)
{
    return sc_cpanel_hook(&panel, in, ret, err);
}

static int enroll(struct sc_error *err)
{
    return sc_cpanel_enroll(&panel, err);
}

static int unenroll(struct sc_error *err)
{
    return sc_cpanel_unenroll(&panel, err);
}

static int status(struct sc_buf *ret_text, struct sc_error *err)
{
    return sc_cpanel_status(&panel, ret_text, err);
}

static int paths(struct sc_buf *out, struct sc_error *err)
{
    return sc_cpanel_paths(&panel, out, err);
}

static int page_put(struct sc_error *err)
{
    return sc_cpanel_page_put(panel.root, err);
}

static int page_take(struct sc_error *err)
{
    return sc_cpanel_page_take(panel.root, err);
}

static int page_look(struct sc_error *err)
{
    return sc_cpanel_page_look(panel.root, err);
}

static int customers(const char *reseller, struct sc_buf *ret, struct sc_error *err)
{
    return sc_cpanel_customers(&panel, reseller, ret, err);
}

int main(int argc, char **argv)
{
    static const struct sc_adapter_ops ops = {
        .name = "cpanel",
        .title = "cPanel & WHM",
        .domains = domains,
        .users = users,
        .panel_info = panel_info,
        .hook = hook,
        .hook_reads_stdin = true,
        .hook_answer = "1\n", /* "1" and nothing else: only what is on stdout counts */
        .describe = sc_cpanel_describe,
        .enroll = enroll,
        .unenroll = unenroll,
        .status = status,
        .page_put = page_put,
        .page_take = page_take,
        .page_look = page_look,
        .paths = paths,
    };
    static char *const none[] = {NULL};
    char *const *env = environ ? environ : none;
    if (argc > 1 && strcmp(argv[1], "whm-page") == 0) {
        sc_adapter_prepare();
        return sc_cpanel_whm_page(env, customers);
    }
    return sc_adapter_main(&ops, argc, argv);
}
