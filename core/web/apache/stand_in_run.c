/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom the thread may connect to, which programs it may start, and what of the server's environment it may know. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/web/apache/ask.h"
#include "core/web/apache/env.h"
#include "core/web/apache/path.h"
#include "core/web/apache/stand_in_private.h"

#define PLAIN_MAX 1024 /* variables of a program */

/* ---- connecting ---- */

/* A socket that an isolated site owns is for nobody else. */
static bool is_of_site(const struct sc_web_table *t, const char *real)
{
    const struct sc_web_place *place = sc_web_table_containing(t, real);
    return place && place->site && sc_web_is_guarded(place->site);
}

/* As configured, or as an .htaccess of a site that is not isolated says. */
static bool may_connect_other(const char *real)
{
    const struct sc_web_pool *pool = sc_web_table_pool(sc_web_connection()->table, real);
    if (pool)
        return !pool->site && pool->account == sc_web_connection()->own;
    return sc_web_connection()->allowed || !is_of_site(sc_web_connection()->table, real);
}

/* What libraries reach while Apache works for a site: services of the system. */
static bool may_connect_any(int fd, const char *real)
{
    struct stat st;
    return !sc_web_for_site() ||
           (!sc_web_table_pool(sc_web_now()->table, real) &&
            !sc_web_table_home(sc_web_now()->table, real) && fstat(fd, &st) == 0 &&
            !sc_web_table_uid(sc_web_now()->table, st.st_uid));
}

/* Whether this socket may be reached, for whom it is that the connection is made. */
static bool may_connect(int fd, const char *real)
{
    if (sc_web_connection()->how == SC_WEB_CONNECT_ROUTE)
        return strcmp(real, sc_web_connection()->route) == 0;
    if (sc_web_path_within(real, SC_WEB_DIR))
        return false;
    return sc_web_connection()->how == SC_WEB_CONNECT_OTHER ? may_connect_other(real)
                                                            : may_connect_any(fd, real);
}

/* Connects to the very socket that was looked at. */
static int connect_to(int sock, int at)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    snprintf(sa.sun_path, sizeof(sa.sun_path), "/proc/self/fd/%d", at);
    return connect(sock, (const struct sockaddr *)&sa, sizeof(sa));
}

int sc_my_connect(int sock, const struct sockaddr *sa, socklen_t len)
{
    char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1] = "", real[PATH_MAX];
    const size_t head = offsetof(struct sockaddr_un, sun_path);
    if (len <= head || sa->sa_family != AF_UNIX || len - head >= sizeof(path))
        return connect(sock, sa, len);
    memcpy(path, (const char *)sa + head, len - head);
    if (path[0] == 0) /* an abstract name */
        return connect(sock, sa, len);
    SC_FD int fd = sc_web_connection()->how == SC_WEB_CONNECT_INSIDE
                       ? sc_web_open_socket(sc_web_now(), path)
                       : open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return sc_web_told(-1, path);
    if (sc_web_connection()->how != SC_WEB_CONNECT_INSIDE &&
        (!sc_web_real_path(fd, real) || !may_connect(fd, real))) {
        errno = EACCES;
        return sc_web_told(-1, path);
    }
    return connect_to(sock, fd);
}

/* ---- starting programs ---- */

/* No directive of an .htaccess starts a program by being read. */
pid_t sc_my_fork(void)
{
    if (!sc_web_for_site() || !sc_web_now()->walks)
        return fork();
    errno = EPERM;
    return -1;
}

int sc_my_execve(const char *path, char *const *argv, char *const *env)
{
    char *plain[PLAIN_MAX];
    if (!sc_web_for_site() || !sc_web_now()->from_site)
        return execve(path, argv, env);
    sc_web_env_plain(env, plain, PLAIN_MAX);
    return execve(path, argv, plain);
}

/* ---- the server's environment: PassEnv, osenv(), %{ENV:…} ---- */

char *sc_my_getenv(const char *name)
{
    return sc_web_for_site() && !sc_web_env_is_for_all(name) ? NULL : getenv(name);
}
