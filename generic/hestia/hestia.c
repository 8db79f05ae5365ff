/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/hestia/hestia.h"

#include <errno.h>
#include "core/base/domain_name.h"
#include "hooks/adapter/folder.h"
#include "hooks/adapter/web_paths.h"

const char *sc_hestia_prefix(const struct sc_caller *c)
{
    const struct sc_hestia *place = c->place;
    return place ? place->prefix : "";
}

/* The folder of all users for those that come and go; of each the file that names his domains; the
 * web servers' hosts, which follow each change. */
int sc_hestia_paths(const char *prefix, struct sc_buf *out, struct sc_error *err)
{
    SC_FOLDER struct sc_folder users = SC_FOLDER_INIT;
    SC_FOLDER_LIST struct sc_folder_list names = {0};
    int rc = sc_folder_open(SC_HESTIA_TITLE, prefix, SC_HESTIA_USERS, &users, err);
    if (rc == 0)
        rc = sc_folder_names(&users, true, sc_owner_valid, &names, err);
    if (rc < 0)
        return rc;
    sc_buf_fmt(out, "%s\n", users.path);
    for (size_t i = 0; i < names.n; i++)
        sc_buf_fmt(out, "%s/%s/web.conf\n", users.path, names.v[i]);
    return sc_web_paths(out, err);
}

static int paths(struct sc_buf *out, struct sc_error *err)
{
    return sc_hestia_paths("", out, err);
}

/* Nothing is to be registered: whether its data can be read. */
static int enroll(struct sc_error *err)
{
    SC_FOLDER struct sc_folder users = SC_FOLDER_INIT;
    return sc_folder_open(SC_HESTIA_TITLE, "", SC_HESTIA_USERS, &users, err);
}

static int status(struct sc_buf *ret_text, struct sc_error *err)
{
    int rc = enroll(err);
    if (rc == 0)
        sc_buf_fmt(ret_text,
                   "%s has no hooks for domains, and needs none: its files in %s are watched",
                   SC_HESTIA_TITLE, SC_HESTIA_USERS);
    return rc;
}

const struct sc_adapter_ops sc_hestia_ops = {
    .name = "hestia",
    .program = "generic",
    .title = SC_HESTIA_TITLE,
    .domains = sc_hestia_domains,
    .users = sc_hestia_users,
    .panel_info = sc_hestia_panel_info,
    .hook = sc_hook_of_scripts,
    .enroll = enroll,
    .status = status,
    .paths = paths,
};
