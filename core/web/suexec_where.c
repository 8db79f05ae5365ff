/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/web/suexec_where.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/paths.h"
#include "core/base/stamp.h"
#include "core/base/there.h"
#include "core/web/apache/suexec_bin.h"
#include "core/web/httpd.h"

/* How the program looked that was read, its name, and the answer: a line each. */
#define NOTED SC_STATE_DIR "/suexec.place"

static const char *const servers[] = {"/usr/sbin/apache2", "/usr/sbin/httpd",
                                      "/usr/local/apache/bin/httpd"};

/* The program of the server: SC_THERE; SC_ABSENT: none is installed; SC_E_SYS, SC_E_NOMEM. */
static int find_server(char ret[PATH_MAX], struct sc_error *err)
{
    ret[0] = 0;
    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
        SC_FREE char *real = NULL;
        int rc = sc_real_path(servers[i], &real, err);
        if (rc < 0)
            return rc;
        if (rc == SC_THERE && strcmp(real, ret) != 0 &&
            (!ret[0] || (sc_httpd_find(ret) == 0 && sc_httpd_find(real) > 0)))
            snprintf(ret, PATH_MAX, "%s", real);
    }
    return ret[0] ? SC_THERE : SC_ABSENT;
}

/* What is noted before the answer. False: the program has just been changed. */
static bool describe(const char *program, struct sc_buf *out)
{
    struct stat st;
    int64_t now = sc_wall_ms();
    if (stat(program, &st) < 0)
        return false;
    struct sc_stamp stamp = sc_stamp_of(&st);
    sc_stamp_format(&stamp, out);
    sc_buf_fmt(out, "%s\n", program);
    return !out->failed && sc_stamp_is_settled(&stamp, now);
}

static bool is_noted(const struct sc_buf *looks, char place[PATH_MAX])
{
    SC_BUF struct sc_buf b = SC_BUF_INIT;
    if (sc_read_trusted_file(NOTED, 0, 4 * PATH_MAX, &b, NULL) < 0 || b.len <= looks->len ||
        memcmp(b.data, looks->data, looks->len) != 0)
        return false;
    b.data[b.len - 1] = 0;
    snprintf(place, PATH_MAX, "%s", b.data + looks->len);
    return true;
}

int sc_suexec_where(char *place, struct sc_error *err)
{
    char program[PATH_MAX];
    SC_BUF struct sc_buf looks = SC_BUF_INIT;
    int rc = find_server(program, err);
    if (rc != SC_THERE)
        return rc;
    if (describe(program, &looks) && is_noted(&looks, place))
        return SC_THERE;
    return sc_web_suexec_bin(program, place) ? SC_THERE : SC_ABSENT;
}

int sc_suexec_where_note(struct sc_error *err)
{
    char program[PATH_MAX], place[PATH_MAX];
    SC_BUF struct sc_buf looks = SC_BUF_INIT;
    int rc = find_server(program, err);
    if (rc != SC_THERE || !describe(program, &looks) || is_noted(&looks, place) ||
        !sc_web_suexec_bin(program, place))
        return rc < 0 ? rc : 0;
    sc_buf_fmt(&looks, "%s\n", place);
    rc = sc_buf_check(&looks, "where Apache looks for suexec", err);
    return rc < 0 ? rc : sc_replace_file(NOTED, 0600, looks.data, looks.len, err);
}

void sc_suexec_where_forget(void)
{
    (void)unlink(NOTED);
}
