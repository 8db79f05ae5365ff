/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/etcd/etcd.h"

#include "core/base/clock.h"
#include "generic/etcd/answer.h"
#include "hooks/adapter/web_paths.h"

#define POLL_SECONDS 600 /* the watch tells; this is for what it could have missed */
#define STATUS_MS    10000

static int panel_info(const struct sc_caller *c, json_t **ret, struct sc_error *err)
{
    (void)c;
    json_t *info =
        json_pack("{s:s, s:s, s:s, s:{s:b, s:b}}", "name", SC_ETCD_TITLE, "version", "3",
                  "user_login_url", "", "supported_cl_features", "cagefs", 1, "php_selector", 1);
    if (!info)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the panel's description");
    *ret = info;
    return 0;
}

static int paths(struct sc_buf *out, struct sc_error *err)
{
    sc_buf_fmt(out, "poll %d\nwatch\n", POLL_SECONDS);
    return sc_web_paths(out, err);
}

static int status(struct sc_buf *ret_text, struct sc_error *err)
{
    SC_ETCD struct sc_etcd e = {0};
    SC_ETCD_PAGE struct sc_etcd_page page = {0};
    int rc = sc_etcd_open(&e, err);
    if (rc == 0)
        rc = sc_etcd_count(&e, sc_clock_ms() + STATUS_MS, &page, err);
    if (rc == 0)
        sc_buf_fmt(ret_text, "%s: %lld keys below %s, which are watched; %s answered",
                   SC_ETCD_TITLE, (long long)page.count, e.prefix, e.members[e.first]);
    return rc;
}

/* Nobody calls hooks here. For scripts of the administrator's: `hook EVENT [USER]`. */
static int hook(const struct sc_hook_input *in, struct sc_events *ret, struct sc_error *err)
{
    (void)err;
    sc_event_add(ret, SC_EVENT_USER_CHANGED,
                 &(struct sc_event_words){.user = in->event ? in->args[0] : NULL});
    return 0;
}

/* Nothing is to be registered. An etcd that is away is no reason to say that something is missing. */
static int enroll(struct sc_error *err)
{
    SC_ETCD struct sc_etcd e = {0};
    return sc_etcd_open(&e, err);
}

static int unenroll(struct sc_error *err)
{
    (void)err;
    return 0;
}

const struct sc_adapter_ops sc_etcd_ops = {
    .name = "etcd",
    .program = "generic",
    .title = SC_ETCD_TITLE,
    .domains = sc_etcd_domains,
    .users = sc_etcd_users,
    .panel_info = panel_info,
    .hook = hook,
    .hook_answer = "",
    .enroll = enroll,
    .unenroll = unenroll,
    .status = status,
    .paths = paths,
    .watch = sc_etcd_watch,
};
