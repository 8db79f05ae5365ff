/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/page/log.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include "core/base/cleanup.h"
#include "core/base/io.h"
#include "core/base/log.h"

#define TAIL (64u << 10) /* bytes of the file that are looked at */

/* The line as text; what is no UTF-8 is shown as if it were ASCII with '?' in it. */
static json_t *line_json(const char *line, size_t len)
{
    json_t *j = json_stringn(line, len);
    if (j)
        return j;
    SC_FREE char *copy = strndup(line, len);
    for (char *p = copy; p && *p; p++)
        if (*p & 0x80)
            *p = '?';
    return copy ? json_string(copy) : NULL;
}

int sc_page_log_lines(const char *text, size_t len, struct sc_buf *ret, struct sc_error *err)
{
    json_auto_t *lines = json_array();
    const char *end = text + len;
    int bad = lines ? 0 : -1;
    while (bad == 0 && end > text && json_array_size(lines) < SC_PAGE_LOG_LINES) {
        if (end[-1] == '\n') {
            end--;
            continue;
        }
        const char *before = memrchr(text, '\n', (size_t)(end - text));
        const char *begin = before ? before + 1 : text;
        bad = json_array_insert_new(lines, 0, line_json(begin, (size_t)(end - begin)));
        end = begin;
    }
    json_auto_t *doc = bad ? NULL : json_pack("{s:s, s:O}", "result", "success", "lines", lines);
    SC_FREE char *out = doc ? json_dumps(doc, JSON_ENSURE_ASCII) : NULL;
    if (!out)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the log");
    sc_buf_fmt(ret, "%s\n", out);
    return sc_buf_check(ret, "the log", err);
}

/* The end of the file in *ret. SC_E_NOTFOUND: there is none. */
static int read_tail(const char *path, struct sc_buf *ret, struct sc_error *err)
{
    SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return sc_error_set(err, SC_E_NOTFOUND, "there is no %s", path);
    if (fd < 0 || fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "cannot read %s", path);
    off_t from = st.st_size > (off_t)TAIL ? st.st_size - (off_t)TAIL : 0;
    SC_FREE char *data = malloc(TAIL);
    if (!data)
        return sc_error_set(err, SC_E_NOMEM, "out of memory for the log");
    if (lseek(fd, from, SEEK_SET) < 0)
        return sc_error_sys(err, errno, "cannot read %s", path);
    ssize_t n = sc_read_all(fd, data, TAIL);
    if (n < 0)
        return sc_error_sys(err, errno, "cannot read %s", path);
    sc_buf_add(ret, data, (size_t)n);
    return sc_buf_check(ret, "the log", err);
}

int sc_page_log(struct sc_page_answer *a, struct sc_error *err)
{
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = read_tail(SC_LOG_PATH, &text, err);
    if (rc == 0 || rc == SC_E_NOTFOUND) /* nothing was logged yet */
        rc = sc_page_log_lines(text.data ? text.data : "", text.len, &a->body, err);
    a->status = 200;
    a->type = "application/json";
    return rc;
}
