/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/commands/name_list.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/vec.h"

#define BLANK " \t\r"

static int add(const char *from, size_t n, struct sc_names *ret, struct sc_error *err)
{
    if (ret->n >= SC_NAME_LIST_MAX)
        return sc_error_set(err, SC_E_TOOBIG, "more than %u names; give fewer at once",
                            SC_NAME_LIST_MAX);
    if (!SC_VEC_ROOM(ret->v, ret->n) || !(ret->v[ret->n] = strndup(from, n)))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for a list of names");
    ret->n++;
    return 0;
}

/* One line, without its end. */
static int take_line(const char *line, size_t n, const char *what, size_t number,
                     struct sc_names *ret, struct sc_error *err)
{
    const char *hash = memchr(line, '#', n);
    n = hash ? (size_t)(hash - line) : n;
    while (n && strchr(BLANK, line[n - 1]))
        n--;
    while (n && strchr(BLANK, *line))
        line++, n--;
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (strchr(BLANK, line[i])) /* a NUL, too */
            return sc_error_set(err, SC_E_INVAL, "%s, line %zu: give one name a line", what,
                                number);
    return add(line, n, ret, err);
}

int sc_name_list_parse(const char *text, size_t len, const char *what, struct sc_names *ret,
                       struct sc_error *err)
{
    static const char mark[] = "\xef\xbb\xbf"; /* what some editors put in front of UTF-8 */
    int rc = 0;
    size_t number = 0, at = len >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
    while (rc == 0 && at < len) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at;
        rc = take_line(text + at, n, what, ++number, ret, err);
        at += n + 1;
    }
    return rc;
}

int sc_name_list_read(const char *path, struct sc_names *ret, struct sc_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    const char *what = standard ? "standard input" : *path ? path : "''";
    SC_FD int fd =
        standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
    SC_BUF struct sc_buf text = {.limit = SC_NAME_LIST_BYTES};
    char part[16384];
    ssize_t n = fd < 0 ? -1 : 1;
    while (n > 0 || (n < 0 && fd >= 0 && errno == EINTR)) {
        n = read(fd, part, sizeof(part));
        if (n > 0)
            sc_buf_add(&text, part, (size_t)n);
    }
    if (n < 0 && fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return sc_error_set(err, SC_E_NOTFOUND, "cannot read %s: %s", what, strerror(errno));
    if (n < 0)
        return sc_error_sys(err, errno, "cannot read %s", what);
    int rc = text.len ? sc_buf_check(&text, what, err) : 0;
    return rc < 0 ? rc : sc_name_list_parse(text.data ? text.data : "", text.len, what, ret, err);
}
