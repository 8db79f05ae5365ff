/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plesk/page/page.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>
#include "hooks/adapter/page.h"

#define PACKAGE SC_DATADIR "/sitecage/plesk/sitecage.zip"

/* What the panel has unpacked: its own folders for extensions, the same on all systems. */
static const char *const unpacked[] = {
    "/usr/local/psa/admin/htdocs/modules/sitecage/index.php",
    "/usr/local/psa/admin/plib/modules/sitecage/controllers/IndexController.php"};

static int look_at(const char *path, bool *ret, struct sc_error *err)
{
    *ret = access(path, R_OK) == 0;
    return *ret || errno == ENOENT || errno == ENOTDIR
               ? 0
               : sc_error_sys(err, errno, "cannot look at %s", path);
}

int sc_plesk_page_look(struct sc_error *err)
{
    for (size_t i = 0; i < sizeof(unpacked) / sizeof(unpacked[0]); i++) {
        bool there = false;
        int rc = look_at(unpacked[i], &there, err);
        if (rc < 0)
            return rc;
        if (!there)
            return sc_error_set(err, SC_E_NOTFOUND,
                                "the extension sitecage is not installed: %s is missing",
                                unpacked[i]);
    }
    return 0;
}

int sc_plesk_page_put(struct sc_error *err)
{
    static const char *const argv[] = {"/usr/sbin/plesk", "bin",   "extension",
                                       "--install",       PACKAGE, NULL};
    if (sc_plesk_page_look(NULL) == 0)
        return 0;
    return sc_page_run(argv, err);
}

int sc_plesk_page_take(struct sc_error *err)
{
    static const char *const argv[] = {"/usr/sbin/plesk", "bin",      "extension",
                                       "--uninstall",     "sitecage", NULL};
    bool there = false;
    int rc = look_at(unpacked[0], &there, err);
    return rc < 0 || !there ? rc : sc_page_run(argv, err);
}
