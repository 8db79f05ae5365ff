/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "directadmin/page/page.h"

#include <stddef.h>
#include "hooks/adapter/page.h"

#define PLUGIN "/usr/local/directadmin/plugins/sitecage"

#define CONF                                                                                       \
    "name=Website Isolation\nid=sitecage\ntype=user\nauthor=Sitecage\nversion=" SC_VERSION         \
    "\nactive=yes\ninstalled=yes\nmenu_user=images/menu.json\n"
#define MENU                                                                                       \
    "[{\"categoryKey\":\"advanced_features\",\"entries\":[{\"name\":\"Website Isolation\","        \
    "\"icon\":\"sitecage.svg\",\"href\":\"/CMD_PLUGINS/sitecage/index.html\"}]}]\n"
#define ICON                                                                                       \
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 48 48\" width=\"48\" "                \
    "height=\"48\"><g "                                                                            \
    "fill=\"none\" stroke=\"#0b57b0\" stroke-width=\"3\"><rect x=\"5\" y=\"8\" width=\"38\" "      \
    "height=\"32\" rx=\"3\"/><path d=\"M5 16h38M15 16v24M24 16v24M33 16v24\"/></g></svg>\n"

static const struct sc_page_file files[] = {
    {PLUGIN, "plugin.conf", CONF, 0644},
    {PLUGIN "/user", "index.html", "#!" SC_PAGE_EXE " skin\n", 0755},
    {PLUGIN "/user", "page.raw", "#!" SC_PAGE_EXE " raw\n", 0755},
    {PLUGIN "/admin", "index.html", "#!" SC_PAGE_EXE " skin-admin\n", 0755},
    {PLUGIN "/admin", "page.raw", "#!" SC_PAGE_EXE " raw-admin\n", 0755},
    {PLUGIN "/hooks", "user_txt.html",
     "<a href=\"/CMD_PLUGINS/sitecage/index.html\">Website Isolation</a>\n", 0644},
    {PLUGIN "/hooks", "admin_txt.html",
     "<a href=\"/CMD_PLUGINS_ADMIN/sitecage/index.html\">Website Isolation</a>\n", 0644},
    {PLUGIN "/images", "menu.json", MENU, 0644},
    {PLUGIN "/images", "sitecage.svg", ICON, 0644},
};
#define N_FILES (sizeof(files) / sizeof(files[0]))

int sc_da_page_put(const char *root, struct sc_error *err)
{
    return sc_page_files_put(root, files, N_FILES, err);
}

int sc_da_page_take(const char *root, struct sc_error *err)
{
    return sc_page_files_take(root, files, N_FILES, err);
}

int sc_da_page_look(const char *root, struct sc_error *err)
{
    return sc_page_files_look(root, files, N_FILES, err);
}
