/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A suexec as panels build it: it also runs programs of root's (Plesk's cgi_wrapper, DirectAdmin's safe directory).
 * suexec USER GROUP COMMAND... */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_number(const char *s)
{
    return *s >= '0' && *s <= '9';
}

int main(int argc, char **argv)
{
    struct stat st;
    if (argc == 2 && strcmp(argv[1], "-V") == 0) {
        puts(" -D AP_PER_DIR=\"yes\"\n -D AP_SAFE_DIRECTORY=\"/usr/local/safe-bin\"");
        return 0;
    }
    if (argc < 4)
        return 101;
    const char *user = argv[1] + (argv[1][0] == '~'), *group = argv[2];
    struct passwd *pw = is_number(user) ? getpwuid((uid_t)atoi(user)) : getpwnam(user);
    struct group *gr = is_number(group) ? getgrgid((gid_t)atoi(group)) : getgrnam(group);
    if (!pw || !gr || pw->pw_uid < 100)
        return 102;
    if (lstat(argv[3], &st) < 0 || (st.st_uid != 0 && st.st_uid != pw->pw_uid))
        return 120;
    if (setgid(gr->gr_gid) < 0 || initgroups(pw->pw_name, gr->gr_gid) < 0 || setuid(pw->pw_uid) < 0)
        return 110;
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1);
    execv(argv[3], &argv[3]);
    return 255;
}
