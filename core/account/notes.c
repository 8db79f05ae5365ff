/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/account/notes.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/base/there.h"
#include "core/base/vec.h"

static const char *const all[] = {SC_NOTE_CRONTAB, SC_NOTE_CRON_D, SC_NOTE_CRON_PATHS,
                                  SC_NOTE_WISHES,  SC_NOTE_HOME,   SC_NOTE_STORAGE,
                                  SC_NOTE_LOCK,    SC_NOTE_LEARN,  SC_NOTE_PATHS};

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

bool sc_note_says(uid_t uid, const char *what, const char *text)
{
    char path[64];
    SC_BUF struct sc_buf old = SC_BUF_INIT;
    size_t n = strlen(text);
    path_of(uid, what, path);
    return sc_read_file(path, SC_NOTE_TEXT_MAX, &old, NULL) == 0 && old.len == n + 1 &&
           memcmp(old.data, text, n) == 0;
}

int sc_note_set(uid_t uid, const char *what, const char *text, struct sc_error *err)
{
    char path[64];
    SC_BUF struct sc_buf line = {.limit = SC_NOTE_TEXT_MAX};
    path_of(uid, what, path);
    if (!text)
        return remove_note(path, err);
    sc_buf_fmt(&line, "%s\n", text);
    int rc = sc_buf_check(&line, "a note", err);
    if (rc < 0)
        return rc;
    if (sc_note_says(uid, what, text))
        return 0;
    rc = sc_mkdir_p(SC_NOTES_DIR, 0700, err);
    return rc < 0 ? rc : sc_replace_file(path, 0600, line.data, line.len, err);
}

void sc_note_read(uid_t uid, const char *what, struct sc_buf *ret)
{
    char path[64];
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    path_of(uid, what, path);
    if (sc_read_file(path, SC_NOTE_TEXT_MAX, &text, NULL) == 0)
        sc_buf_add(ret, text.data, text.len);
}

void sc_notes_read(uid_t uid, struct sc_buf *ret)
{
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        sc_note_read(uid, all[i], ret);
}

int sc_notes_uids(const char *what, uid_t **ret, size_t *ret_n, struct sc_error *err)
{
    SC_FREE uid_t *uids = NULL;
    size_t n = 0;
    SC_DIR DIR *d = opendir(SC_NOTES_DIR);
    if (!d && !sc_is_absent(errno))
        return sc_error_sys(err, errno, "list " SC_NOTES_DIR);
    for (struct dirent *e; d && (errno = 0, e = readdir(d)) != NULL;) {
        char *end = NULL;
        unsigned long uid = strtoul(e->d_name, &end, 10);
        if (end == e->d_name || *end != '.' || strcmp(end + 1, what) != 0 || uid >= UINT32_MAX)
            continue;
        if (!SC_VEC_ROOM(uids, n))
            return sc_error_set(err, SC_E_NOMEM, "out of memory for notes");
        uids[n++] = (uid_t)uid;
    }
    if (d && errno)
        return sc_error_sys(err, errno, "list " SC_NOTES_DIR);
    *ret = sc_steal_ptr(&uids);
    *ret_n = n;
    return 0;
}
