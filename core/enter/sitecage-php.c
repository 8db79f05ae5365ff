/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in a site's view at the places of the server's own PHP programs, where the site has chosen
 * another version: becomes what root's links in /run/sitecage/php/bin say (core/php/site.h). As a
 * symbolic link would: same arguments, same environment, no privileges. Not setuid.
 *
 * Which link: that of the name it was called by (php-cgi8.2 is still the server's own 8.2), else of
 * the kind of program whose place it stands at. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BIN "/run/sitecage/php/bin/"

extern char **environ;

static const char *last(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Returns when there is no such link. */
static void become(const char *name, size_t len, char **argv)
{
    char path[sizeof(BIN) + 64];
    if (len == 0 || len > 63 || name[0] == '.')
        return;
    memcpy(path, BIN, sizeof(BIN) - 1);
    memcpy(path + sizeof(BIN) - 1, name, len);
    path[sizeof(BIN) - 1 + len] = 0;
    execve(path, argv, environ);
    if (errno != ENOENT) {
        dprintf(2, "sitecage-php: cannot run %s: %s\n", path, strerror(errno));
        _exit(126);
    }
}

int main(int argc, char **argv)
{
    char self[PATH_MAX];
    if (argc > 0) {
        const char *name = last(argv[0]);
        become(name, strlen(name), argv);
    }
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n > 0) {
        self[n] = 0;
        const char *name = last(self);
        become(name, strcspn(name, "0123456789"), argv);
        become(name, strlen(name), argv);
    }
    dprintf(2, "sitecage-php: no PHP was chosen for this site: run selectorctl\n");
    return 127;
}
