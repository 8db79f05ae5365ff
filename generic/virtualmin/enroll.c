/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "generic/virtualmin/enroll.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "generic/virtualmin/places.h"
#include "hooks/adapter/folder.h"

#define KEY  "post_command="
#define BOTH SC_VM_COMMAND "; " /* another's command follows */

/* The value without ours: what others have there. */
static const char *others(const char *value, size_t len, size_t *ret_len)
{
    size_t both = strlen(BOTH), alone = strlen(SC_VM_COMMAND);
    if (len >= both && strncmp(value, BOTH, both) == 0) {
        *ret_len = len - both;
        return value + both;
    }
    *ret_len = len == alone && strncmp(value, SC_VM_COMMAND, alone) == 0 ? 0 : len;
    return value;
}

static bool is_blank(const char *value, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (value[i] != ' ' && value[i] != '\t' && value[i] != '\r')
            return false;
    return true;
}

static void add_line(struct sc_buf *out, const char *value, size_t len, bool put)
{
    size_t rest;
    const char *theirs = others(value, len, &rest);
    bool both = put && !is_blank(theirs, rest);
    sc_buf_str(out, KEY);
    sc_buf_str(out, both ? BOTH : put ? SC_VM_COMMAND : "");
    if (both || !put)
        sc_buf_add(out, theirs, rest);
}

int sc_vm_command_put(const char *text, bool put, struct sc_buf *out, bool *ret_changed,
                      struct sc_error *err)
{
    bool found = false;
    for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        if (strncmp(line, KEY, strlen(KEY)) == 0) {
            const char *value = line + strlen(KEY);
            add_line(out, value, (size_t)(end - value), put);
            found = true;
        } else {
            sc_buf_add(out, line, (size_t)(end - line));
        }
        if (*end)
            sc_buf_str(out, "\n");
    }
    if (!found && put)
        sc_buf_fmt(out, "%s" KEY SC_VM_COMMAND "\n",
                   out->len && out->data[out->len - 1] != '\n' ? "\n" : "");
    int rc = sc_buf_check(out, "Virtualmin's configuration", err);
    if (rc == 0)
        *ret_changed = strcmp(out->data ? out->data : "", text) != 0;
    return rc;
}

static int read_config(const char *prefix, struct sc_folder *dir, struct sc_buf *text,
                       struct sc_error *err)
{
    int rc = sc_folder_open(SC_VM_TITLE, prefix, SC_VM_BASE, dir, err);
    return rc < 0 ? rc : sc_folder_read(dir, text, err, "config");
}

/* Owner and mode as the file has them: it can have passwords in it. */
static int write_like(const struct sc_folder *dir, const struct sc_buf *text, struct sc_error *err)
{
    struct stat st;
    if (fstatat(dir->fd, "config", &st, AT_SYMLINK_NOFOLLOW) < 0)
        return sc_error_sys(err, errno, "cannot look at %s/config", dir->path);
    int rc = sc_replace_file_at(dir->fd, "config", st.st_mode & 07777, text->data, text->len, err);
    if (rc == 0 && geteuid() == 0 && (st.st_uid != 0 || st.st_gid != 0) &&
        fchownat(dir->fd, "config", st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
        rc = sc_error_sys(err, errno, "cannot give %s/config its owner back", dir->path);
    return rc;
}

int sc_vm_enroll(const char *prefix, bool put, struct sc_error *err)
{
    SC_FOLDER struct sc_folder dir = SC_FOLDER_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT, wanted = SC_BUF_INIT;
    bool changed = false;
    int rc = read_config(prefix, &dir, &text, err);
    if (rc == 0)
        rc = sc_vm_command_put(text.data, put, &wanted, &changed, err);
    if (rc < 0 || !changed)
        return rc;
    return write_like(&dir, &wanted, err);
}

int sc_vm_enrolled(const char *prefix, struct sc_error *err)
{
    SC_FOLDER struct sc_folder dir = SC_FOLDER_INIT;
    SC_BUF struct sc_buf text = SC_BUF_INIT, wanted = SC_BUF_INIT;
    bool changed = false;
    int rc = read_config(prefix, &dir, &text, err);
    if (rc == 0)
        rc = sc_vm_command_put(text.data, true, &wanted, &changed, err);
    if (rc == 0 && changed)
        return sc_error_set(err, SC_E_NOTFOUND,
                            "%s/config does not have '%s' in its post_command: changes are seen by "
                            "watches alone (run '" SC_LIBEXECDIR "/sitecage-generic register')",
                            dir.path, SC_VM_COMMAND);
    return rc;
}
