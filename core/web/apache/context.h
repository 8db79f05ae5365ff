/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For whom a thread of the web server works, and opening files for that site: as its cage sees
 * them. No httpd. Each function is as the libc's of that name, errno included. */
#ifndef SC_WEB_APACHE_CONTEXT_H
#define SC_WEB_APACHE_CONTEXT_H

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>
#include "core/web/apache/table.h"

struct sc_web_context {
    const struct sc_web_table *table;
    const struct sc_web_site *site; /* NULL: no isolated site; nothing is changed */
    int root;                       /* of its view; negative: nothing can be opened */
    bool above; /* reads an .htaccess above all sites: names count as they are, links do not */
    const char *const
        *passwords; /* files that the server's own configuration names; until the next one */
    size_t n_passwords;
    bool walks;     /* its .htaccess files are being read: nobody starts a program */
    bool from_site; /* they may have set variables, also for what lies outside */
};

/* Where `path` lies for the site: its name inside the view (in `out`, which may be used or not) …
 * NULL: outside of the account's home, where the web server's own files are. */
const char *sc_web_inside(const struct sc_web_context *c, const char *path, char out[PATH_MAX])
    __attribute__((nonnull));

/* Opens: inside, from the view's root; outside, the real file, unless it lies in a home, belongs to
 * an account with isolated sites, is on proc or sysfs, or is somebody's temporary file: EACCES.
 * Regular files and directories only (and /dev/null and its like outside): a FIFO is EACCES and
 * never waits. */
int sc_web_open(const struct sc_web_context *c, const char *path, int flags, mode_t mode);
int sc_web_stat(const struct sc_web_context *c, const char *path, bool follow, struct stat *ret);
/* Opens a regular file for reading, and says what it is. -1: it is none, or cannot be read. */
int sc_web_open_regular(const struct sc_web_context *c, const char *path, struct stat *ret);
DIR *sc_web_opendir(const struct sc_web_context *c, const char *path);
int sc_web_access(const struct sc_web_context *c, const char *path, int mode);

/* Opens (O_PATH) the directory above `path`, checked as above; `name` (NAME_MAX + 1 bytes) gets the
 * last part. For everything that makes or removes names. */
int sc_web_open_parent(const struct sc_web_context *c, const char *path, char *name);

/* A socket (O_PATH) by its name inside the view. EACCES when the name is outside, ENOTSOCK. */
int sc_web_open_socket(const struct sc_web_context *c, const char *path);

/* The real path of an open descriptor. False: it has none. */
bool sc_web_real_path(int fd, char out[PATH_MAX]);

/* Whether `path` leads to `real` by no link that a user could have made: only root can change each link on the
 * way. */
bool sc_web_is_roots_name(const char *path, const char *real);

/* Whether what lies at this real path, and is `st`, can be users' doing: in a home, theirs by
 * owner. */
bool sc_web_is_users(const struct sc_web_table *t, const char *real, const struct stat *st);

#endif
