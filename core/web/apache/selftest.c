/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does the guard work in this process? A site whose view is an empty directory must find
 * nothing. */
#include "core/web/apache/mod.h"

#include <apr_file_io.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/web/apache/stand_in.h"

APLOG_USE_MODULE(sitecage);

#define THERE "/etc/passwd" /* a file that every system has */

static bool finds_file(apr_pool_t *p)
{
    apr_finfo_t info;
    apr_file_t *f = NULL;
    bool found = apr_stat(&info, THERE, APR_FINFO_MIN, p) == APR_SUCCESS;
    found |= apr_stat(&info, THERE, APR_FINFO_MIN | APR_FINFO_LINK, p) == APR_SUCCESS;
    if (apr_file_open(&f, THERE, APR_READ, APR_OS_DEFAULT, p) == APR_SUCCESS) {
        found = true;
        apr_file_close(f);
    }
    return found;
}

/* systemd refuses the whole call where it keeps programs from making setuid files, for it cannot look
 * into its argument. */
static bool has_openat2(void)
{
    return syscall(SYS_openat2, -1, "", NULL, (size_t)0) < 0 && errno != ENOSYS && errno != EPERM;
}

static bool finds_directory(apr_pool_t *p)
{
    apr_dir_t *d = NULL;
    if (apr_dir_open(&d, "/etc", p) != APR_SUCCESS)
        return false;
    apr_dir_close(d);
    return true;
}

static const char text[] = SC_WEB_HEAD "account 4294967293 4294967293 /etc\n"
                                       "site 1 isolated selftest /etc/selftest\nend\n";

/* Somebody may have emptied /run: sitecage-web makes it again. */
static int open_empty(void)
{
    for (int tries = 40;; tries--) {
        int fd = open(SC_WEB_EMPTY, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0 || tries == 0)
            return fd;
        apr_sleep(50000);
    }
}

const char *sc_mod_selftest(apr_pool_t *p)
{
    if (!has_openat2())
        return "openat2(2) is refused (RestrictSUIDSGID= or SystemCallFilter= of this unit)";
    struct sc_web_table *t = NULL;
    struct sc_error err = SC_ERROR_INIT;
    SC_FD int empty = open_empty();
    if (empty < 0)
        return "the guard cannot test itself: " SC_WEB_EMPTY " cannot be opened";
    if (!finds_file(p) || !finds_directory(p))
        return "the guard cannot test itself: " THERE " cannot be opened";
    if (sc_web_table_parse(text, sizeof(text) - 1, &t, &err) < 0)
        return "the guard cannot test itself: out of memory";
    *sc_web_now() =
        (struct sc_web_context){.table = t, .site = sc_web_table_site(t, 0), .root = empty};
    bool found = finds_file(p) || finds_directory(p);
    *sc_web_now() = (struct sc_web_context){.root = -1};
    sc_web_table_free(t);
    return found ? "the guard does not work in this server: it opens files in a way of its own"
                 : NULL;
}
