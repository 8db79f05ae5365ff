/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/notes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"

static const char *const all[] = {SC_NOTE_CRONTAB};

static void path_of(uid_t uid, const char *what, char out[64])
{
    snprintf(out, 64, SC_NOTES_DIR "/%u.%.24s", (unsigned)uid, what);
}

static int remove_note(const char *path, struct sc_error *err)
{
    if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
        return sc_error_sys(err, errno, "remove %s", path);
    return 0;
}

int sc_note_set(uid_t uid, const char *what, const char *text, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf old = SC_BUF_INIT;
    SC_BUF struct sc_buf line = {.limit = SC_NOTE_TEXT_MAX};
    path_of(uid, what, path);
    if (!text)
        return remove_note(path, err);
    sc_buf_fmt(&line, "%s\n", text);
    int rc = sc_buf_check(&line, "a note", err);
    if (rc < 0)
        return rc;
    if (sc_read_file(path, SC_NOTE_TEXT_MAX, &old, NULL) == 0 && old.len == line.len &&
        memcmp(old.data, line.data, line.len) == 0)
        return 0;
    rc = sc_mkdir_p(SC_NOTES_DIR, 0700, err);
    return rc < 0 ? rc : sc_replace_file(path, 0600, line.data, line.len, err);
}

void sc_notes_read(uid_t uid, struct sc_buf *ret)
{
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        char path[64];
        SC_BUF struct sc_buf text = SC_BUF_INIT;
        path_of(uid, all[i], path);
        if (sc_read_file(path, SC_NOTE_TEXT_MAX, &text, NULL) == 0)
            sc_buf_add(ret, text.data, text.len);
    }
}
