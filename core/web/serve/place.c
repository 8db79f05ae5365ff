/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/serve/place.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/web/apache/ask.h"
#include "core/web/apache/report.h"
#include "core/web/serve/service.h"

#define REMOVED (IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

static int read_group(gid_t *ret, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    char *end = NULL;
    int rc = sc_read_trusted_file(SC_WEB_GROUP, 0, 32, &text, err);
    if (rc < 0)
        return rc;
    errno = 0;
    unsigned long gid = strtoul(text.data, &end, 10);
    if (errno || end == text.data || *end != '\n' || gid >= UINT_MAX)
        return sc_error_set(err, SC_E_INVAL, "%s holds no group's number: restart Apache",
                            SC_WEB_GROUP);
    *ret = (gid_t)gid;
    return 0;
}

int sc_web_place_make(struct sc_error *err)
{
    gid_t gid = 0;
    int rc = sc_mkdir_p(SC_RUN_DIR, 0711, err);
    if (rc == 0)
        rc = sc_mkdir_p(SC_WEB_DIR, 0700, err);
    if (rc == 0)
        rc = sc_mkdir_p(SC_WEB_EMPTY, 0755, err);
    if (rc < 0)
        return rc;
    rc = read_group(&gid, err);
    if (rc == SC_E_NOTFOUND)
        return 0; /* mod_sitecage will give it its group */
    if (rc < 0)
        return rc;
    if (chown(SC_WEB_DIR, 0, gid) < 0 || chmod(SC_WEB_DIR, 0710) < 0)
        return sc_error_sys(err, errno, "make " SC_WEB_DIR);
    return 0;
}

static int write_down(gid_t gid, const struct sc_buf *report, struct sc_error *err)
{
    char group[16];
    snprintf(group, sizeof(group), "%u\n", (unsigned)gid);
    int rc = sc_mkdir_p(SC_STATE_DIR "/web", 0700, err);
    if (rc == 0)
        rc = sc_replace_file(SC_WEB_GROUP, 0600, group, strlen(group), err);
    return rc == 0 ? sc_replace_file(SC_WEB_REPORT, 0600, report->data, report->len, err) : rc;
}

int sc_web_place_started(gid_t gid, int report, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc =
        lseek(report, 0, SEEK_SET) < 0
            ? sc_error_sys(err, errno, "read the report of the web server")
            : sc_read_fd(report, SC_WEB_REPORT_MAX, "the report of the web server", &text, err);
    if (rc == 0)
        rc = write_down(gid, &text, err);
    return rc == 0 ? sc_web_place_make(err) : rc;
}

int sc_web_place_watch(int *ret_fd, struct sc_error *err)
{
    SC_FD int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0 || inotify_add_watch(fd, SC_WEB_DIR, REMOVED) < 0 ||
        inotify_add_watch(fd, SC_RUN_DIR, IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR) < 0)
        return sc_error_sys(err, errno, "watch " SC_WEB_DIR);
    *ret_fd = sc_steal_fd(&fd);
    return 0;
}

void sc_web_place_heard(int fd)
{
    char events[4096];
    while (read(fd, events, sizeof(events)) > 0)
        ;
}

bool sc_web_place_is_whole(int lock)
{
    struct stat mine, st;
    return fstat(lock, &mine) == 0 && stat(SC_WEB_LOCK, &st) == 0 && mine.st_ino == st.st_ino &&
           mine.st_dev == st.st_dev && stat(SC_WEB_SOCKET, &st) == 0 && S_ISSOCK(st.st_mode) &&
           stat(SC_WEB_EMPTY, &st) == 0;
}
