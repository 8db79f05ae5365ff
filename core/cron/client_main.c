/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in a site's view at the places of crontab, at, and batch. crontab: has root's side list or
 * replace what belongs to this site; files are read, and the editor runs, in here. at: is refused,
 * what it starts would run outside. No privileges. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/proxyexec/client.h"
#include "core/proxyexec/paths.h"

#define USAGE                                                                                      \
    "usage: crontab FILE | -\n"                                                                    \
    "       crontab [-i] -e | -l | -r\n"                                                           \
    "Changes the crontab of this site; what is in it runs in this site. See sitecage-cron(7).\n"

extern char **environ;

static _Noreturn void refuse(const char *text, const char *word)
{
    dprintf(2, "crontab: %s%s\n", text, word);
    _exit(1);
}

static _Noreturn void ask(const char *what)
{
    char *args[] = {(char *)(uintptr_t)what};
    struct sc_proxy_call call = {.kind = SC_PROXY_BY_ALIAS,
                                 .name = "SITECAGE_CRONTAB",
                                 .args = args,
                                 .n_args = 1,
                                 .envp = environ};
    struct sc_proxy_outcome o;
    sc_proxy_call(&call, &o);
    if (o.text[0]) {
        dprintf(2, "crontab: %s\n", o.text);
        _exit(o.status);
    }
    sc_proxy_end(&o);
}

/* Another process asks, with these as its standard input, output and error (-1: as they are). Its
 * exit status. */
static int ask_with(const char *what, int in, int out, int said)
{
    pid_t pid = fork();
    if (pid < 0)
        refuse("cannot fork: ", strerror(errno));
    if (pid == 0) {
        if ((in >= 0 && dup2(in, 0) < 0) || (out >= 0 && dup2(out, 1) < 0) ||
            (said >= 0 && dup2(said, 2) < 0))
            _exit(1);
        ask(what);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int yes(const char *question)
{
    char line[64];
    dprintf(2, "%s (y/N) ", question);
    ssize_t n = read(0, line, sizeof(line));
    return n > 0 && (line[0] == 'y' || line[0] == 'Y');
}

static int run_editor(const char *file)
{
    const char *editor = getenv("VISUAL");
    if (!editor || !*editor)
        editor = getenv("EDITOR");
    if (!editor || !*editor)
        editor = access("/usr/bin/editor", X_OK) == 0 ? "/usr/bin/editor" : "vi";
    pid_t pid = fork();
    if (pid < 0)
        refuse("cannot fork: ", strerror(errno));
    if (pid == 0) {
        char line[4096];
        /* as crontab(1) does: the variable may hold options */
        if (snprintf(line, sizeof(line), "%s \"$0\"", editor) < (int)sizeof(line))
            execl("/bin/sh", "sh", "-c", line, file, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int edit(void)
{
    char file[] = "/tmp/crontab.XXXXXX";
    int fd = mkostemp(file, O_CLOEXEC), null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0 || null < 0)
        refuse("cannot make a file in /tmp: ", strerror(errno));
    /* no crontab is an empty one; what else went wrong is seen when it is installed */
    (void)ask_with("-l", null, fd, null);
    struct stat before, after;
    int status = fstat(fd, &before) == 0 ? run_editor(file) : 1;
    int again = status == 0 ? open(file, O_RDONLY | O_CLOEXEC) : -1; /* editors replace files */
    if (again < 0 || fstat(again, &after) < 0) {
        (void)unlink(file);
        refuse("the editor failed; nothing was changed", "");
    }
    if (after.st_mtim.tv_sec == before.st_mtim.tv_sec &&
        after.st_mtim.tv_nsec == before.st_mtim.tv_nsec && after.st_size == before.st_size) {
        dprintf(2, "No modification made\n");
        (void)unlink(file);
        return 0;
    }
    status = ask_with("-", again, -1, -1);
    if (status == 0)
        (void)unlink(file);
    else
        dprintf(2, "crontab: your edit is in %s\n", file);
    return status;
}

int main(int argc, char **argv)
{
    if (!sc_proxy_guard_fds())
        return 1;
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[n > 0 ? n : 0] = 0;
    const char *name = strrchr(self, '/');
    if (name && strstr(name, "crontab") == NULL) {
        dprintf(2, "%s: not available in an isolated site; use crontab\n", name + 1);
        return 1;
    }
    char what = 0;
    int sure = 0, c;
    while ((c = getopt(argc, argv, "u:lreis")) != -1) {
        if (c == 'u')
            refuse("in a site there is no option -u", "");
        if (c == 'i')
            sure = 1;
        else if (c == '?' || c == 's' || (what && what != c)) {
            dprintf(2, USAGE);
            return 1;
        } else
            what = (char)c;
    }
    if ((what && optind != argc) || (!what && optind + 1 < argc)) {
        dprintf(2, USAGE);
        return 1;
    }
    if (what == 'e')
        return edit();
    if (what == 'r' && sure && !yes("crontab: really delete the crontab of this site?"))
        return 1;
    if (what)
        ask(what == 'l' ? "-l" : "-r");
    if (optind < argc && strcmp(argv[optind], "-") != 0) {
        int fd = open(argv[optind], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        struct stat st;
        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
            refuse("cannot read the file ", argv[optind]);
        if (dup2(fd, 0) < 0)
            return 1;
    } else if (optind == argc && isatty(0)) {
        dprintf(2, USAGE);
        return 1;
    }
    ask("-");
}
