/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpanel/page/page.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hooks/adapter/page.h"

#define BASE      "/usr/local/cpanel"
#define THEME     BASE "/base/frontend/jupiter"
#define WHM       BASE "/whostmgr/docroot/cgi"
#define OURS      SC_DATADIR "/sitecage/cpanel" /* install.json, its icon, whm.conf */
#define MENU      THEME "/dynamicui/dynamicui_sitecage.conf"
#define APP       "/var/cpanel/apps/sitecage.conf"
#define PATH_ROOM 1024

static const struct sc_page_file files[] = {
    {THEME "/sitecage", "index.live.cgi", "#!" SC_PAGE_EXE " cgi\n", 0755},
    {WHM "/sitecage", "index.cgi", "#!" SC_LIBEXECDIR "/sitecage-cpanel whm-page\n", 0755},
};
#define N_FILES (sizeof(files) / sizeof(files[0]))

/* The two places where the panel notes an entry of a menu, and the programs that write there. */
static const struct entry {
    const char *note, *put, *take, *what, *option;
} entries[] = {
    {MENU, BASE "/scripts/install_plugin", BASE "/scripts/uninstall_plugin", OURS,
     "--theme=jupiter"},
    {APP, BASE "/bin/register_appconfig", BASE "/bin/unregister_appconfig", OURS "/sitecage.conf",
     NULL},
};
#define N_ENTRIES (sizeof(entries) / sizeof(entries[0]))

static const char *at(char path[PATH_ROOM], const char *root, const char *rest)
{
    (void)snprintf(path, PATH_ROOM, "%s%s", root, rest);
    return path;
}

/* *ret: the note is there. */
static int noted(const char *root, const struct entry *e, struct stat *ret_st, bool *ret,
                 struct sc_error *err)
{
    char path[PATH_ROOM];
    *ret = stat(at(path, root, e->note), ret_st) == 0;
    if (*ret || errno == ENOENT || errno == ENOTDIR)
        return 0;
    return sc_error_sys(err, errno, "cannot look at %s", path);
}

static int run(const char *root, const char *program, const struct entry *e, struct sc_error *err)
{
    char path[PATH_ROOM];
    const char *const argv[] = {at(path, root, program), e->what, e->option, NULL};
    return sc_page_run(argv, err);
}

int sc_cpanel_page_put(const char *root, struct sc_error *err)
{
    int rc = sc_page_files_put(root, files, N_FILES, err);
    for (size_t i = 0; rc == 0 && i < N_ENTRIES; i++) {
        struct stat st;
        bool there = false;
        rc = noted(root, &entries[i], &st, &there, err);
        if (rc == 0 && !there)
            rc = run(root, entries[i].put, &entries[i], err);
    }
    return rc;
}

int sc_cpanel_page_take(const char *root, struct sc_error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < N_ENTRIES; i++) {
        struct stat st;
        bool there = false;
        rc = noted(root, &entries[i], &st, &there, err);
        if (rc == 0 && there)
            rc = run(root, entries[i].take, &entries[i], err);
    }
    return rc < 0 ? rc : sc_page_files_take(root, files, N_FILES, err);
}

int sc_cpanel_page_look(const char *root, struct sc_error *err)
{
    int rc = sc_page_files_look(root, files, N_FILES, err);
    for (size_t i = 0; rc == 0 && i < N_ENTRIES; i++) {
        struct stat st;
        bool there = false;
        rc = noted(root, &entries[i], &st, &there, err);
        if (rc == 0 && !there)
            return sc_error_set(err, SC_E_NOTFOUND, "%s has made no %s%s", entries[i].put, root,
                                entries[i].note);
        if (rc == 0 && i == 0 && !(st.st_mode & S_IROTH)) /* made under a strict umask */
            return sc_error_set(err, SC_E_NOTFOUND,
                                "users cannot read %s%s (chmod 644), so their menu lacks it", root,
                                entries[i].note);
    }
    return rc;
}
