/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/cleanup.h"
#include "core/base/file.h"
#include "core/config/conf.h"
#include "hooks/api/http_internal.h"

/* Opens the file that is nobody's business but the owner's. A missing one is no SC_E_NOTFOUND: that
 * means that nothing is configured. */
static int open_secret(const char *path, uid_t owner, const char *setting, bool secret, int *ret_fd,
                       struct sc_error *err)
{
    SC_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == EACCES)
        return sc_error_set(err, SC_E_DENIED, "%s is for root alone to read", path);
    if (fd < 0)
        return sc_error_sys(err, errno, "cannot open %s (%s in [api] of /etc/sitecage.conf)", path,
                            setting);
    struct stat st;
    if (fstat(fd, &st) < 0)
        return sc_error_sys(err, errno, "cannot look at %s", path);
    if (!S_ISREG(st.st_mode))
        return sc_error_set(err, SC_E_INVAL, "%s is not a regular file: put the secret into one",
                            path);
    if (secret && st.st_mode & (S_IRWXG | S_IRWXO))
        return sc_error_set(err, SC_E_DENIED,
                            "%s can be read or written by others than its owner: run chmod 600 on "
                            "it, and change the secret in it",
                            path);
    int rc = sc_check_owned_fd(fd, path, owner, err);
    if (rc == 0)
        *ret_fd = sc_steal_fd(&fd);
    return rc;
}

/* The file's only line. */
int sc_api_secret(const char *path, uid_t owner, char **ret, struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    int rc = open_secret(path, owner, "secret_file", true, &fd, err);
    if (rc < 0)
        return rc;
    char buf[SC_SECRET_MAX + 3]; /* "\r\n" may follow; one more tells that it is too long */
    size_t len = 0;
    while (len < sizeof(buf)) {
        ssize_t n = read(fd, buf + len, sizeof(buf) - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            rc = sc_error_sys(err, errno, "cannot read %s", path);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    if (len && len < sizeof(buf) && buf[len - 1] == '\n')
        len--;
    if (len && len < sizeof(buf) && buf[len - 1] == '\r')
        len--;
    bool clean = true;
    for (size_t i = 0; i < len; i++)
        clean = clean && (unsigned char)buf[i] >= 0x20 && buf[i] != 0x7f;
    if (rc == 0 && len > SC_SECRET_MAX)
        rc = sc_error_set(err, SC_E_TOOBIG, "%s is longer than %u bytes", path, SC_SECRET_MAX);
    else if (rc == 0 && !len)
        rc = sc_error_set(err, SC_E_INVAL, "%s is empty: put the password, token or key into it",
                          path);
    else if (rc == 0 && !clean)
        rc = sc_error_set(err, SC_E_INVAL,
                          "%s must have the password, token or key on its only line, and nothing "
                          "else",
                          path);
    char *secret = rc == 0 ? strndup(buf, len) : NULL;
    explicit_bzero(buf, sizeof(buf));
    if (rc == 0 && !secret)
        rc = sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    if (rc == 0)
        *ret = secret;
    return rc;
}

int sc_api_pem(const char *path, uid_t owner, const char *setting, bool secret, char **ret,
               struct sc_error *err)
{
    SC_FD int fd = -EBADF;
    SC_BUF struct sc_buf text = SC_BUF_INIT;
    int rc = open_secret(path, owner, setting, secret, &fd, err);
    if (rc == 0)
        rc = sc_read_fd(fd, SC_HTTP_PEM_MAX, path, &text, err);
    if (rc == 0 &&
        (!text.len || strlen(text.data) != text.len || !strstr(text.data, "-----BEGIN ")))
        rc = sc_error_set(err, SC_E_INVAL, "%s (%s in [api] of /etc/sitecage.conf) is no PEM file",
                          path, setting);
    char *copy = rc == 0 ? strdup(text.data) : NULL;
    if (text.data)
        explicit_bzero(text.data, text.len);
    if (rc == 0 && !copy)
        rc = sc_error_set(err, SC_E_NOMEM, "out of memory for %s", path);
    if (rc == 0)
        *ret = copy;
    return rc;
}

static int copy(const char *value, char **ret, struct sc_error *err)
{
    if (*value && !(*ret = strdup(value)))
        return sc_error_set(err, SC_E_NOMEM, "out of memory for [api]");
    return 0;
}

int sc_api_conf_load_from(const char *path, uid_t owner, struct sc_api_conf *ret,
                          struct sc_error *err)
{
    struct sc_conf conf;
    int rc = sc_conf_load(path, owner, &conf, err);
    if (rc < 0)
        return rc;
    struct sc_conf_api *api = &conf.api;
    if (!*api->url)
        return sc_error_set(err, SC_E_NOTFOUND,
                            "no API of the panel is configured: give url, user and secret_file in "
                            "[api] of %s",
                            path);
    for (size_t n = strlen(api->url); n && api->url[n - 1] == '/'; n--)
        api->url[n - 1] = 0;
    char origin[SC_HTTP_ORIGIN_MAX];
    if (sc_http_check_url(api->url, origin, err) < 0)
        return sc_error_wrap(err, "url in [api] of %s", path);
    if (strchr(api->url, '?'))
        return sc_error_set(err, SC_E_INVAL,
                            "url in [api] of %s must end behind the host and port: leave out what "
                            "begins with '?'",
                            path);
    if (!*api->secret_file)
        return sc_error_set(err, SC_E_INVAL,
                            "secret_file is missing in [api] of %s: name a file with the "
                            "password, token or key",
                            path);
    SC_CLEANUP(sc_api_conf_done) struct sc_api_conf c = {0};
    if ((rc = copy(api->url, &c.url, err)) < 0 || (rc = copy(api->user, &c.user, err)) < 0 ||
        (rc = copy(api->ca_file, &c.ca_file, err)) < 0 ||
        (rc = sc_api_secret(api->secret_file, owner, &c.secret, err)) < 0)
        return rc;
    SC_MOVE(ret, &c);
    return 0;
}

int sc_api_conf_load(struct sc_api_conf *ret, struct sc_error *err)
{
    return sc_api_conf_load_from(SC_CONF_PATH, 0, ret, err);
}

void sc_api_conf_done(struct sc_api_conf *c)
{
    SC_FREE_ALL(c->url, c->user, c->ca_file);
    sc_http_wipe_free(c->secret, c->secret ? strlen(c->secret) : 0);
    *c = (struct sc_api_conf){0};
}
