/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/page/page.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/ini.h"
#include "hooks/adapter/page.h"

#define INI_MAX   65536u
#define PATH_ROOM 900

static int on_row(const struct sc_ini_row *row, void *arg, struct sc_error *err)
{
    char *path = arg;
    if (!row->key || strcmp(row->section, "lvemanager_config") != 0 ||
        strcasecmp(row->key, "base_path") != 0)
        return 0;
    if (row->value[0] != '/' || strlen(row->value) >= PATH_ROOM || strstr(row->value, "/.."))
        return sc_error_set(err, SC_E_PANEL, "base_path is no absolute path of a folder");
    strcpy(path, row->value);
    return 0;
}

/* The file that is put there, its folder being built in `folder`. SC_E_NOTFOUND: the panel names no place. */
static int entry(const char *ini, char folder[PATH_ROOM + 16], struct sc_page_file *ret,
                 struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char base[PATH_ROOM] = "";
    int rc = sc_read_trusted_file(ini, 0, INI_MAX, &text, err);
    if (rc < 0)
        return rc;
    const struct sc_ini reader = {.file = ini, .row = on_row, .arg = base};
    if ((rc = sc_ini_read(&reader, text.data, text.len, NULL, err)) < 0)
        return rc;
    if (!base[0])
        return sc_error_set(err, SC_E_NOTFOUND, "%s names no base_path in [lvemanager_config]",
                            ini);
    (void)snprintf(folder, PATH_ROOM + 16, "%s/sitecage", base);
    *ret = (struct sc_page_file){folder, "index.cgi", "#!" SC_PAGE_EXE " cgi\n", 0755};
    return 0;
}

int sc_generic_page_put(const char *ini, struct sc_error *err)
{
    char folder[PATH_ROOM + 16];
    struct sc_page_file f;
    int rc = entry(ini, folder, &f, err);
    return rc < 0 ? rc : sc_page_files_put("", &f, 1, err);
}

int sc_generic_page_take(const char *ini, struct sc_error *err)
{
    char folder[PATH_ROOM + 16];
    struct sc_page_file f;
    int rc = entry(ini, folder, &f, err);
    return rc == SC_E_NOTFOUND ? 0 : rc < 0 ? rc : sc_page_files_take("", &f, 1, err);
}

int sc_generic_page_look(const char *ini, struct sc_error *err)
{
    char folder[PATH_ROOM + 16];
    struct sc_page_file f;
    int rc = entry(ini, folder, &f, err);
    return rc < 0 ? rc : sc_page_files_look("", &f, 1, err);
}
